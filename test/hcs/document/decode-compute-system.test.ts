import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { HresultName } from '../../../hcs/hresult.ts';
import { decodeComputeSystemDocument } from '../../../hcs/document/decode-compute-system.ts';
import { lcowDocument } from '../../../hcs/document/lcow-document.ts';
import { hcsThrow } from '../../harness/rejection.ts';

const VM = 'VirtualMachine';
const CONTROLLER = 'df6d0690-79e5-55b6-a5ec-c1e2f77f580a';

/** A good document with the value at a path replaced (undefined takes it away). */
function changed(path: string, value: unknown): Record<string, unknown> {
  const document = structuredClone(
    lcowDocument({ kernelFilePath: '/k', initRdPath: '/i', kernelCommandLine: 'quiet' }),
  ) as unknown as Record<string, unknown>;
  const segments = path.split('/');
  const last = segments.pop() ?? '';
  let parent = document;
  for (const segment of segments) {
    parent[segment] ??= {};
    parent = parent[segment] as Record<string, unknown>;
  }
  parent[last] = value;
  return document;
}

/** Path to replace, value, HRESULT, path the event names (the same when absent), words of its message. */
const REFUSED: [string, unknown, HresultName, (string | undefined)?, string?][] = [
  ['SchemaVersion', undefined, 'E_INVALIDARG'],
  ['SchemaVersion/Major', 1, 'E_INVALIDARG', 'SchemaVersion', '"1.1"'],
  ['SchemaVersion/Minor', '1', 'HCS_E_INVALID_JSON'],
  ['Colour', 'red', 'HCS_E_INVALID_JSON', 'Colour', 'its fields are'],
  ['Owner', 7, 'HCS_E_INVALID_JSON', 'Owner', '7'],
  ['Owner', null, 'HCS_E_INVALID_JSON'],
  ['Owner', 'a\0b', 'E_INVALIDARG'],
  ['Owner', 'x'.repeat(32 * 1024 + 1), 'E_INVALIDARG', 'Owner', '32768'],
  ['Container', {}, 'NOT_SUPPORTED'],
  ['HostedSystem', {}, 'NOT_SUPPORTED'],
  [VM, undefined, 'E_INVALIDARG'],
  [VM, [], 'HCS_E_INVALID_JSON', VM, 'a list of 0'],
  [`${VM}/StopOnReset`, 'yes', 'HCS_E_INVALID_JSON', undefined, '"yes"'],
  [`${VM}/Scsi`, {}, 'HCS_E_INVALID_JSON'],
  [`${VM}/RegistryChanges`, {}, 'NOT_SUPPORTED'],
  [`${VM}/Chipset`, undefined, 'E_INVALIDARG', undefined, 'nothing to boot'],
  [`${VM}/Chipset/Uefi`, {}, 'E_INVALIDARG', `${VM}/Chipset`, 'both'],
  [`${VM}/Chipset/LinuxKernelDirect/KernelFilePath`, '', 'E_INVALIDARG'],
  [`${VM}/Chipset/LinuxKernelDirect/KernelFilePath`, undefined, 'E_INVALIDARG'],
  [`${VM}/Chipset/LinuxKernelDirect/KernelCmdLine`, 'a\nb', 'E_INVALIDARG'],
  [`${VM}/ComputeTopology/Memory`, undefined, 'E_INVALIDARG', undefined, 'missing'],
  [`${VM}/ComputeTopology/Memory/SizeInMB`, 1023, 'E_INVALIDARG', undefined, '1023'],
  [`${VM}/ComputeTopology/Memory/SizeInMB`, 0, 'E_INVALIDARG'],
  [`${VM}/ComputeTopology/Memory/SizeInMB`, -2, 'HCS_E_INVALID_JSON'],
  [`${VM}/ComputeTopology/Memory/SizeInMB`, 1e300, 'HCS_E_INVALID_JSON'],
  [`${VM}/ComputeTopology/Memory/SizeInMB`, '1024', 'HCS_E_INVALID_JSON'],
  [`${VM}/ComputeTopology/Processor/Count`, 0, 'E_INVALIDARG'],
  [`${VM}/ComputeTopology/Processor/Count`, 2 ** 32, 'HCS_E_INVALID_JSON'],
  [`${VM}/ComputeTopology/Processor/Limit`, 100_001, 'E_INVALIDARG'],
  [`${VM}/ComputeTopology/Processor/Weight`, 10_001, 'E_INVALIDARG'],
  [
    `${VM}/ComputeTopology/Processor/CpuGroup`,
    { Id: 'not-a-guid' },
    'HCS_E_INVALID_JSON',
    `${VM}/ComputeTopology/Processor/CpuGroup/Id`,
  ],
  [
    `${VM}/ComputeTopology/Numa`,
    { VirtualNodeCount: 65 },
    'E_INVALIDARG',
    `${VM}/ComputeTopology/Numa/VirtualNodeCount`,
  ],
  [
    `${VM}/ComputeTopology/Numa`,
    { VirtualNodeCount: 2 },
    'E_INVALIDARG',
    `${VM}/ComputeTopology/Memory/AllowOvercommit`,
  ],
  [`${VM}/Devices/ComPorts/2`, {}, 'E_INVALIDARG', `${VM}/Devices/ComPorts`, '"2"'],
  [`${VM}/Devices/Scsi/bad name`, {}, 'E_INVALIDARG', `${VM}/Devices/Scsi`],
  [
    `${VM}/Devices/Scsi`,
    { 0: {}, 1: {}, 2: {}, 3: {}, 4: {} },
    'E_INVALIDARG',
    undefined,
    'at most 4',
  ],
  [
    `${VM}/Devices/Scsi`,
    { [CONTROLLER]: {}, [CONTROLLER.toUpperCase()]: {} },
    'E_INVALIDARG',
    undefined,
    'twice',
  ],
  [
    `${VM}/Devices/Scsi/${CONTROLLER}/Attachments`,
    { 64: { Type: 'VirtualDisk', Path: '/d' } },
    'E_INVALIDARG',
    undefined,
    '"64"',
  ],
  [
    `${VM}/Devices/Scsi/${CONTROLLER}/Attachments`,
    { '01': { Type: 'VirtualDisk', Path: '/d' } },
    'E_INVALIDARG',
  ],
  [
    `${VM}/Devices/Scsi/${CONTROLLER}/Attachments/0`,
    { Type: 'Floppy', Path: '/d' },
    'HCS_E_INVALID_JSON',
    `${VM}/Devices/Scsi/${CONTROLLER}/Attachments/0/Type`,
    '"Floppy"',
  ],
  [
    `${VM}/Devices/Scsi/${CONTROLLER}/Attachments/0`,
    { Type: 'VirtualDisk' },
    'E_INVALIDARG',
    `${VM}/Devices/Scsi/${CONTROLLER}/Attachments/0/Path`,
  ],
  [
    `${VM}/Devices/Scsi/${CONTROLLER}/Attachments/0`,
    { Type: 'ExtensibleVirtualDisk', Path: 'evd://a/b' },
    'E_INVALIDARG',
    `${VM}/Devices/Scsi/${CONTROLLER}/Attachments/0/ExtensibleVirtualDiskType`,
  ],
  [`${VM}/Devices/VirtualPMem/MaximumCount`, 129, 'E_INVALIDARG'],
  [`${VM}/Devices/VirtualPMem/MaximumCount`, 256, 'HCS_E_INVALID_JSON'],
  [`${VM}/Devices/VirtualPMem/MaximumSizeBytes`, 4097, 'E_INVALIDARG', undefined, '4096'],
  [
    `${VM}/Devices/VirtualPMem/Devices/64`,
    { HostPath: '/d' },
    'E_INVALIDARG',
    undefined,
    'MaximumCount',
  ],
  [
    `${VM}/Devices/NetworkAdapters/eth0`,
    {},
    'E_INVALIDARG',
    `${VM}/Devices/NetworkAdapters`,
    '"eth0"',
  ],
  [
    `${VM}/Devices/NetworkAdapters/${CONTROLLER}`,
    { MacAddress: '00:15-5D:01:02:03' },
    'E_INVALIDARG',
    `${VM}/Devices/NetworkAdapters/${CONTROLLER}/MacAddress`,
  ],
  [
    `${VM}/Devices/HvSocket/HvSocketConfig/DefaultBindSecurityDescriptor`,
    'everyone',
    'E_INVALIDARG',
  ],
  [`${VM}/Devices/Plan9/Shares`, {}, 'HCS_E_INVALID_JSON'],
  [
    `${VM}/Devices/Plan9/Shares`,
    [{ Name: '0' }],
    'E_INVALIDARG',
    `${VM}/Devices/Plan9/Shares/0/Path`,
  ],
  [
    `${VM}/Devices/Plan9/Shares`,
    [{ Name: '../x', Path: '/' }],
    'E_INVALIDARG',
    `${VM}/Devices/Plan9/Shares/0/Name`,
  ],
  [
    `${VM}/Devices/Plan9/Shares`,
    [{ Name: '0', Path: '/', Flags: 2 }],
    'E_INVALIDARG',
    `${VM}/Devices/Plan9/Shares/0/Flags`,
  ],
  [
    `${VM}/Devices/Plan9/Shares`,
    [{ Name: '0', Path: '/', AllowedFiles: ['a'] }],
    'E_INVALIDARG',
    `${VM}/Devices/Plan9/Shares/0/AllowedFiles`,
  ],
  [
    `${VM}/Devices/Plan9/Shares`,
    [
      { Name: '0', Path: '/a' },
      { Name: '0', Path: '/b' },
    ],
    'E_INVALIDARG',
  ],
  [`${VM}/Devices/VirtualSmb`, {}, 'NOT_SUPPORTED'],
  [
    `${VM}/Devices/Keyboard`,
    { Layout: 'de' },
    'HCS_E_INVALID_JSON',
    `${VM}/Devices/Keyboard/Layout`,
  ],
  [`${VM}/RestoreState`, {}, 'E_INVALIDARG', undefined, 'neither'],
  [
    `${VM}/RestoreState`,
    { SaveStateFilePath: '/s', TemplateSystemId: 't' },
    'E_INVALIDARG',
    undefined,
    'both',
  ],
];

for (const [path, value, hresult, source = path, words] of REFUSED) {
  const shown = (JSON.stringify(value) ?? 'nothing').slice(0, 60);
  test(`${path} of ${shown} is refused with ${hresult}`, () => {
    const error = hcsThrow(() => decodeComputeSystemDocument(changed(path, value)), hresult);
    assert.is(error.events.length, 1, JSON.stringify(error.events));
    assert.is(error.events[0]?.Source, source);
    assert.match(error.events[0]?.Message ?? '', source);
    if (words !== undefined) assert.match(error.events[0]?.Message ?? '', words);
  });
}

test('what is not an object is refused', () => {
  for (const input of [undefined, null, 1, '{}', [], true]) {
    hcsThrow(() => decodeComputeSystemDocument(input), 'HCS_E_INVALID_JSON');
  }
});

test('every problem has its own event, and malformed outweighs refused', () => {
  const document = changed(`${VM}/ComputeTopology/Memory/SizeInMB`, 3) as { Owner: unknown };
  document.Owner = 1;
  const error = hcsThrow(() => decodeComputeSystemDocument(document), 'HCS_E_INVALID_JSON');
  assert.equal(
    error.events.map((event) => event.Source),
    ['Owner', `${VM}/ComputeTopology/Memory/SizeInMB`],
  );
});

test('many problems are told up to a number and then counted', () => {
  const unknown = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`x${index}`, 1]));
  const error = hcsThrow(() => decodeComputeSystemDocument(unknown), 'HCS_E_INVALID_JSON');
  assert.is(error.events.length, 33);
  assert.match(error.events[32]?.Message ?? '', 'and 470 more problems');
});

test('a document of more than 1 MiB is refused', () => {
  const Shares = Array.from({ length: 40 }, (_, index) => ({
    Name: `${index}`,
    Path: `/${'x'.repeat(32_000)}`,
  }));
  const error = hcsThrow(
    () => decodeComputeSystemDocument(changed(`${VM}/Devices/Plan9/Shares`, Shares)),
    'HCS_E_INVALID_JSON',
  );
  assert.match(error.message, '1048576 bytes');
});

test('a map of more than 1024 entries is refused', () => {
  const ServiceTable = Object.fromEntries(
    Array.from({ length: 1025 }, (_, index) => [
      `${index.toString(16).padStart(8, '0')}-facb-11e6-bd58-64006a7986d3`,
      {},
    ]),
  );
  const path = `${VM}/Devices/HvSocket/HvSocketConfig/ServiceTable`;
  const error = hcsThrow(
    () => decodeComputeSystemDocument(changed(path, ServiceTable)),
    'E_INVALIDARG',
  );
  assert.is(error.events[0]?.Source, path);
});

test('a long unknown key does not come back in full', () => {
  const error = hcsThrow(
    () => decodeComputeSystemDocument({ ['k'.repeat(1e6)]: 1 }),
    'HCS_E_INVALID_JSON',
  );
  assert.ok(JSON.stringify(error.events).length < 2000);
});

test('keys that would reach a prototype are refused', () => {
  const text = `{"SchemaVersion":{"Major":2,"Minor":1},"__proto__":{"Owner":"x"},"VirtualMachine":{}}`;
  hcsThrow(() => decodeComputeSystemDocument(JSON.parse(text)), 'HCS_E_INVALID_JSON');
  const scsi = JSON.parse('{"__proto__":{}}') as unknown;
  hcsThrow(() => decodeComputeSystemDocument(changed(`${VM}/Devices/Scsi`, scsi)), 'E_INVALIDARG');
});

test('a VM that is restored needs no chipset of its own', () => {
  const document = {
    SchemaVersion: { Major: 2, Minor: 1 },
    VirtualMachine: { RestoreState: { SaveStateFilePath: '/s' } },
  };
  assert.equal(decodeComputeSystemDocument(document), document);
});

test('GUID keys are kept in lower case and the input is not shared', () => {
  const document = changed(`${VM}/Devices/Scsi`, { [CONTROLLER.toUpperCase()]: {} });
  const decoded = decodeComputeSystemDocument(document);
  assert.equal(Object.keys(decoded.VirtualMachine.Devices?.Scsi ?? {}), [CONTROLLER]);
  const input = (document as unknown as typeof decoded).VirtualMachine;
  assert.is.not(decoded.VirtualMachine, input);
  assert.is.not(decoded.VirtualMachine.Devices?.Plan9, input.Devices?.Plan9);
});

test.run();
