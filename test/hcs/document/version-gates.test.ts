import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeComputeSystemDocument } from '../../../hcs/document/decode-compute-system.ts';
import { lcowDocument } from '../../../hcs/document/lcow-document.ts';
import {
  checkVersionNeeds,
  VERSION_GATES,
  versionNeeds,
} from '../../../hcs/document/version-gates.ts';
import {
  HCS_SDKS,
  hcsDefinitions,
  type SchemaDefinitions,
  type SchemaNode,
} from '../../harness/hcs-schema.ts';
import { hcsThrow } from '../../harness/rejection.ts';
import { skip } from '../../harness/skip.ts';

const document = lcowDocument({ kernelFilePath: '/k', kernelCommandLine: '' });

test('an LCOW document needs 2.2, for LinuxKernelDirect', () => {
  assert.equal(versionNeeds(document), [
    { field: 'VirtualMachine/Chipset/LinuxKernelDirect', version: { Major: 2, Minor: 2 } },
  ]);
});

test('a host that is too old is told which field, and a newer one is not', () => {
  const error = hcsThrow(
    () =>
      checkVersionNeeds(
        document,
        [
          { Major: 1, Minor: 0 },
          { Major: 2, Minor: 1 },
        ],
        'create',
      ),
    'NOT_SUPPORTED',
  );
  assert.is(error.events[0]?.Source, 'VirtualMachine/Chipset/LinuxKernelDirect');
  assert.match(error.message, "the host's newest is 2.1");
  checkVersionNeeds(document, [{ Major: 2, Minor: 2 }], 'create');
  hcsThrow(() => checkVersionNeeds(document, [{ Major: 1, Minor: 0 }], 'create'), 'NOT_SUPPORTED');
});

test('fields under keys and in lists are found', () => {
  const deep = decodeComputeSystemDocument({
    ...document,
    VirtualMachine: {
      ...document.VirtualMachine,
      Devices: {
        Scsi: {
          0: {
            Attachments: { 5: { Type: 'VirtualDisk', Path: '/d', AlwaysAllowSparseFiles: true } },
          },
        },
        Plan9: { Shares: [{ Name: '0', Path: '/', Flags: 0x80, AllowedFiles: ['a'] }] },
      },
    },
  });
  assert.equal(
    versionNeeds(deep).map((need) => [need.field, need.version.Minor]),
    [
      ['VirtualMachine/Devices/Scsi/0/Attachments/5/AlwaysAllowSparseFiles', 6],
      ['VirtualMachine/Chipset/LinuxKernelDirect', 2],
      ['VirtualMachine/Devices/Plan9/Shares/0/AllowedFiles', 2],
    ],
  );
});

/** Of the schema, but not of our types. */
const NOT_OURS =
  /^VirtualMachine\/(?:RegistryChanges|Devices\/VirtualSmb|Services\/KvpExchange|Services\/Heartbeat|ComputeTopology\/Processor\/EnablePerfmonArchPmu)/;

const perSdk = HCS_SDKS.map((sdk) => ({ minor: sdk.minor, definitions: hcsDefinitions(sdk) }));
if (perSdk.some(({ definitions }) => definitions === undefined)) {
  skip("Microsoft's schema files are not at hand (LCOW_SHARED)");
} else {
  test("the gates are exactly what Microsoft's schema files say", () => {
    const first = new Map<string, number>();
    for (const { minor, definitions } of perSdk) {
      if (definitions === undefined) continue;
      for (const path of fieldPaths(definitions)) if (!first.has(path)) first.set(path, minor);
    }
    const gates: Record<string, number> = {};
    for (const [path, minor] of first) {
      const parent = path.slice(0, path.lastIndexOf('/')).replace(/\/\*$/, '');
      // A field that came with its parent needs no gate of its own.
      if (minor === 1 || NOT_OURS.test(path) || first.get(parent) === minor) continue;
      gates[path] = minor;
    }
    assert.equal(gates, { ...VERSION_GATES });
  });
}

function fieldPaths(definitions: SchemaDefinitions): string[] {
  const paths: string[] = [];
  const walk = (path: string, node: SchemaNode, depth: number): void => {
    const resolved = node.$ref === undefined ? node : definitions[node.$ref.split('/').pop() ?? ''];
    if (resolved === undefined || depth > 12) return;
    for (const [name, member] of Object.entries(resolved.properties ?? {})) {
      paths.push(`${path}/${name}`);
      const inner =
        member.items ??
        (typeof member.additionalProperties === 'object' ? member.additionalProperties : undefined);
      walk(
        inner === undefined ? `${path}/${name}` : `${path}/${name}/*`,
        inner ?? member,
        depth + 1,
      );
    }
  };
  walk('VirtualMachine', { $ref: '#/definitions/VirtualMachine' }, 0);
  return paths;
}

test.run();
