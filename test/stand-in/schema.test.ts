/** The stand-in's table of HCS's types, held against Microsoft's schema files and against our own documents. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  HCS_SDKS,
  hcsDefinitions,
  type SchemaDefinitions,
  type SchemaNode,
} from '../harness/hcs-schema.ts';
import { repositoryRoot } from '../harness/repository-root.ts';
import { skip } from '../harness/skip.ts';

interface Field {
  name: string;
  gate: string;
  kind: string;
}

/** Types of the stand-in's own, or that schema files know by other names, newest first. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  Memory: ['VirtualMachine_Memory', 'Memory_2'],
  Processor: ['VirtualMachine_Processor', 'Processor_2'],
  HvSocket: ['VirtualMachine_HvSocket', 'HvSocket_2'],
  SystemQuery: ['SystemQuery'],
};
const OURS = new Set(['Empty', 'ProcessorLimits', 'PropertyQuery', 'ServiceQuery']);

/** Fields that a later schema file has no more; nothing of ours sends them, and the stand-in refuses them. */
const WITHDRAWN = new Set(['Devices.KernelIntegration', 'Processor.EnablePerfmonArchPmu']);

const sdks = HCS_SDKS.map((sdk) => ({ ...sdk, definitions: hcsDefinitions(sdk) }));
const types = standInTypes();

test('the table is read whole', () => {
  assert.ok(types.size >= 35, `${types.size} types`);
  const direct = types.get('LinuxKernelDirect')?.map(({ name }) => name);
  assert.equal(direct, ['KernelFilePath', 'InitRdPath', 'KernelCmdLine']);
});

if (sdks.some(({ definitions }) => definitions === undefined)) {
  skip("the stand-in's types against HCS's schema: the schema files are not here");
} else {
  for (const [type, fields] of types) {
    if (OURS.has(type)) continue;
    test(`${type} has the published fields, from the published version on`, () => {
      for (const { minor, definitions } of sdks) {
        const published = propertiesOf(definitions ?? {}, type);
        if (published === undefined) continue;
        const known = fields.filter(({ gate }) => gate === '' || Number(gate) <= minor);
        assert.equal(
          known.map(({ name }) => name).sort(),
          Object.keys(published)
            .filter((name) => !WITHDRAWN.has(`${type}.${name}`))
            .sort(),
          `${type} in schema 2.${minor}`,
        );
        for (const { name, kind } of known)
          checkKind(definitions ?? {}, published[name], kind, `${type}.${name}`);
      }
    });
    test(`${type}: what is said to be unpublished is in no schema file`, () => {
      const newest = propertiesOf(sdks.at(-1)?.definitions ?? {}, type) ?? {};
      const unpublished = fields.filter(({ gate }) => gate === '!' || gate === '+');
      for (const { name } of unpublished) assert.is(newest[name], undefined, `${type}.${name}`);
    });
  }
}

test.run();

/** TYPES of schema.c. */
function standInTypes(): Map<string, Field[]> {
  const source = readFileSync(join(repositoryRoot(), 'test', 'stand-in', 'schema.c'), 'utf8');
  const table = /TYPES\[\] = \{(.*?)\n\};/s.exec(source)?.[1] ?? '';
  const found = new Map<string, Field[]>();
  for (const [, name = '', strings = ''] of table.matchAll(/\{"(\w+)",\s*((?:"[^"]*"\s*)+)\}/g)) {
    const text = [...strings.matchAll(/"([^"]*)"/g)].map(([, part]) => part).join('');
    const fields = text.split(' ').filter((word) => word !== '');
    found.set(
      name,
      fields.map((word) => {
        const [, field = '', gate = '', kind = ''] = /^(\w+)(?:~([!+\d]+))?:(.+)$/.exec(word) ?? [];
        assert.is.not(field, '', word);
        return { name: field, gate, kind };
      }),
    );
  }
  return found;
}

function propertiesOf(
  definitions: SchemaDefinitions,
  type: string,
): Record<string, SchemaNode> | undefined {
  const name = (NAMES[type] ?? [type]).find((candidate) => definitions[candidate] !== undefined);
  return name === undefined ? undefined : (definitions[name]?.properties ?? {});
}

/** That a field's kind says what the schema says of its type. */
function checkKind(
  definitions: SchemaDefinitions,
  node: SchemaNode | undefined,
  kind: string,
  where: string,
): void {
  if (kind === '*' || node === undefined) return;
  const target = node.$ref === undefined ? node : definitions[node.$ref.split('/').at(-1) ?? ''];
  const first = kind[0];
  if (first === '[') {
    assert.is(node.type, 'array', where);
    checkKind(definitions, node.items, kind.slice(1), where);
  } else if (first === '{') {
    const values = node.additionalProperties;
    assert.type(values, 'object', where);
    checkKind(definitions, values as SchemaNode, kind.slice(1), where);
  } else if (first === '@') {
    assert.ok(target === undefined || target.type === 'object', where);
  } else if (first === '=') {
    assert.is(target?.type, 'string', where);
    const members = (target as { enum?: string[] }).enum ?? [];
    const ours = kind.slice(1).split('|');
    for (const member of members) assert.ok(ours.includes(member), `${where}: ${member}`);
  } else if (first === 's') {
    assert.is(target?.type, 'string', where);
  } else if (first === 'b') {
    assert.is(target?.type, 'boolean', where);
  } else {
    assert.is(target?.type, 'integer', where);
    assert.is(target?.format, `uint${kind.slice(1)}`, where);
  }
}
