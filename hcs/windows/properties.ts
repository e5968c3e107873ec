/** The property documents of HCS, read. */
import { isGuid } from '../document/scalars.ts';
import type {
  BasicProperties,
  ComputeSystemProperties,
  SystemState,
} from '../document/properties.ts';
import type { SchemaVersion } from '../document/schema-version.ts';
import { HcsError } from '../hcs-error.ts';
import { parseDocument } from './result-document.ts';

const STATES: readonly SystemState[] = [
  'Created',
  'Running',
  'Paused',
  'Stopped',
  'SavedAsTemplate',
  'Unknown',
];

/** A properties document. @throws HcsError ERROR_INVALID_DATA where HCS has given none */
export function parseProperties(
  op: string,
  document: string | null,
): Partial<ComputeSystemProperties> {
  const value = parseDocument(document);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw noDocument(op);
  return value as Partial<ComputeSystemProperties>;
}

/** A list of them, as enumerate has it. */
export function parsePropertiesList(op: string, document: string | null): BasicProperties[] {
  const value = parseDocument(document);
  if (!Array.isArray(value)) throw noDocument(op);
  return (value as Partial<ComputeSystemProperties>[]).map(basicPropertiesOf);
}

/** The basic members, each with a value: HCS leaves out what is empty. */
export function basicPropertiesOf(read: Partial<ComputeSystemProperties>): BasicProperties {
  const { RuntimeId = '', Name, RuntimeTemplateId = '' } = read;
  return {
    Id: String(read.Id ?? ''),
    SystemType: read.SystemType === 'Container' ? 'Container' : 'VirtualMachine',
    Owner: String(read.Owner ?? ''),
    RuntimeId: isGuid(RuntimeId) ? RuntimeId.toLowerCase() : '',
    State: STATES.find((state) => state === read.State) ?? 'Unknown',
    RuntimeOsType: read.RuntimeOsType ?? '',
    ...(Name === undefined ? {} : { Name }),
    ...(isGuid(RuntimeTemplateId) ? { RuntimeTemplateId: RuntimeTemplateId.toLowerCase() } : {}),
  };
}

/** What HcsGetServiceProperties says of PropertyType Basic. */
export function supportedSchemaVersions(op: string, document: string | null): SchemaVersion[] {
  const value = parseDocument(document) as
    | { Properties?: { SupportedSchemaVersions?: SchemaVersion[] }[] }
    | undefined;
  const versions = value?.Properties?.[0]?.SupportedSchemaVersions;
  if (!Array.isArray(versions)) throw noDocument(op);
  return versions.map(({ Major, Minor }) => ({ Major: Number(Major), Minor: Number(Minor) }));
}

function noDocument(op: string): HcsError {
  const Message = 'HCS has answered with a document that is none';
  return new HcsError(op, 'ERROR_INVALID_DATA', [{ Message }]);
}
