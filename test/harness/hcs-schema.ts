/**
 * Microsoft's own HCS schema files (Swagger definitions, one file a Windows SDK) as ajv validators.
 *
 * The files allow any further member; here objects that list properties allow no other, as HCS does.
 */
import { Ajv } from 'ajv';
import { readFileSync } from 'node:fs';
import { sharedFile } from './repository-root.ts';

/** The SDKs whose schema files exist, oldest first, with the minor version they end at. */
export const HCS_SDKS = [
  { file: 'Windows_10_SDK_version_1809.json', minor: 1 },
  { file: 'Windows_10_SDK_version_1903.json', minor: 2 },
  { file: 'Windows_10_SDK_version_2004.json', minor: 3 },
  { file: 'Windows_10_SDK_version_2104.json', minor: 5 },
  { file: 'Windows_11_SDK_version_21H2.json', minor: 6 },
] as const;

/** A schema as the files have it, as far as we look. */
export interface SchemaNode {
  $ref?: string;
  type?: string;
  format?: string;
  properties?: Record<string, SchemaNode>;
  items?: SchemaNode;
  additionalProperties?: SchemaNode | boolean;
}

export type SchemaDefinitions = Record<string, SchemaNode>;

/** The definitions of one SDK, or undefined where the files are not at hand. */
export function hcsDefinitions(sdk: { file: string }): SchemaDefinitions | undefined {
  const file = sharedFile(`data/hcs-schema/${sdk.file}`);
  if (file === undefined) return undefined;
  return (JSON.parse(readFileSync(file, 'utf8')) as { definitions: SchemaDefinitions }).definitions;
}

const UNSIGNED = { uint8: 2 ** 8, uint16: 2 ** 16, uint32: 2 ** 32, uint64: 2 ** 64 } as const;

/** A function that returns what is wrong with a value, empty when nothing is. */
export function schemaValidator(definitions: SchemaDefinitions, name: string) {
  const strict = structuredClone(definitions);
  for (const definition of Object.values(strict)) {
    if (definition.properties !== undefined) definition.additionalProperties ??= false;
  }
  const ajv = new Ajv({
    strict: false,
    allErrors: true,
    logger: false,
    // One definition, out of our reach, has the type 'Map'.
    validateSchema: false,
  });
  for (const [format, limit] of Object.entries(UNSIGNED)) {
    ajv.addFormat(format, {
      type: 'number',
      validate: (value: number) => value >= 0 && value < limit,
    });
  }
  const validate = ajv.compile({ definitions: strict, $ref: `#/definitions/${name}` });
  return (value: unknown): string[] => {
    validate(value);
    return (validate.errors ?? []).map(
      (error) => `${error.instancePath} ${error.message ?? ''} ${JSON.stringify(error.params)}`,
    );
  };
}
