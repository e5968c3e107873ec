import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { HresultName } from '../../../hcs/hresult.ts';
import { decodeModifySettingRequest } from '../../../hcs/document/decode-modify-setting-request.ts';
import * as requests from '../../../hcs/document/resource-requests.ts';
import { hcsThrow } from '../../harness/rejection.ts';

const CONTROLLER = 'df6d0690-79e5-55b6-a5ec-c1e2f77f580a';
const GUID = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee';

test("a disk's Add and Remove are hcsshim's, and are read back", () => {
  const add = requests.addScsiAttachment({ controller: 0, lun: 2 }, { path: 'C:\\x\\s.vhdx' });
  assert.equal(add, {
    ResourcePath: `VirtualMachine/Devices/Scsi/${CONTROLLER}/Attachments/2`,
    RequestType: 'Add',
    Settings: { Type: 'VirtualDisk', Path: 'C:\\x\\s.vhdx' },
  });
  assert.equal(decodeModifySettingRequest(add), {
    kind: 'scsi-attachment',
    controller: CONTROLLER,
    lun: 2,
    request: 'Add',
    attachment: { Type: 'VirtualDisk', Path: 'C:\\x\\s.vhdx' },
  });
  assert.equal(
    decodeModifySettingRequest(requests.removeScsiAttachment({ controller: 3, lun: 63 })),
    {
      kind: 'scsi-attachment',
      controller: '305891a9-b251-5dfe-91a2-c25d9212275b',
      lun: 63,
      request: 'Remove',
    },
  );
});

test("a share's Add and Remove are hcsshim's, and are read back", () => {
  const add = requests.addPlan9Share({ name: '0', folder: '/srv', readOnly: true });
  assert.equal(add, {
    ResourcePath: 'VirtualMachine/Devices/Plan9/Shares',
    RequestType: 'Add',
    Settings: { Name: '0', AccessName: '0', Path: '/srv', Port: 564, Flags: 5 },
  });
  assert.equal(decodeModifySettingRequest(add), {
    kind: 'plan9-share',
    request: 'Add',
    share: add.Settings,
  });
  const file = requests.addPlan9Share({ name: '1', folder: '/etc', file: 'hosts' });
  assert.equal(file.Settings, {
    Name: '1',
    AccessName: '1',
    Path: '/etc',
    Port: 564,
    Flags: 0x84,
    AllowedFiles: ['hosts'],
  });
  assert.equal(decodeModifySettingRequest(requests.removePlan9Share({ name: '1' })), {
    kind: 'plan9-share',
    request: 'Remove',
    share: { Name: '1', AccessName: '1', Port: 564 },
  });
});

test('PMem devices and mappings are read by number and offset', () => {
  assert.equal(decodeModifySettingRequest(requests.addVirtualPMem(7, '/l.vhd')), {
    kind: 'virtual-pmem-device',
    device: 7,
    request: 'Add',
    settings: { HostPath: '/l.vhd', ReadOnly: true, ImageFormat: 'Vhd1' },
  });
  assert.equal(decodeModifySettingRequest(requests.removeVirtualPMem(7)), {
    kind: 'virtual-pmem-device',
    device: 7,
    request: 'Remove',
  });
  assert.equal(decodeModifySettingRequest(requests.addVirtualPMemMapping(0, 8192, '/l.vhd')), {
    kind: 'virtual-pmem-mapping',
    device: 0,
    offset: 8192,
    request: 'Add',
    mapping: { HostPath: '/l.vhd', ImageFormat: 'Vhd1' },
  });
  assert.equal(decodeModifySettingRequest(requests.removeVirtualPMemMapping(0, 8192)), {
    kind: 'virtual-pmem-mapping',
    device: 0,
    offset: 8192,
    request: 'Remove',
  });
});

test('a network adapter is named by its GUID in lower case', () => {
  const settings = { EndpointId: GUID, MacAddress: '00-15-5D-01-02-03' };
  assert.equal(
    decodeModifySettingRequest(requests.addNetworkAdapter(GUID.toUpperCase(), settings)),
    { kind: 'network-adapter', adapter: GUID, request: 'Add', settings },
  );
  assert.equal(
    decodeModifySettingRequest({ ...requests.removeNetworkAdapter(GUID), Settings: settings }),
    { kind: 'network-adapter', adapter: GUID, request: 'Remove' },
  );
});

test('memory and processor limits need no request type', () => {
  assert.equal(decodeModifySettingRequest(requests.setMemory(2047)), {
    kind: 'memory-size',
    request: 'Update',
    sizeInMB: 2048,
  });
  assert.equal(decodeModifySettingRequest(requests.setProcessorLimits({ Limit: 50_000 })), {
    kind: 'processor-limits',
    request: 'Update',
    limits: { Limit: 50_000 },
  });
});

const SCSI = `VirtualMachine/Devices/Scsi/${CONTROLLER}/Attachments`;
const DISK = { Type: 'VirtualDisk', Path: '/d' };

/** Request, HRESULT, Source of its event. */
const REFUSED: [unknown, HresultName, string?][] = [
  [undefined, 'HCS_E_INVALID_JSON'],
  ['x', 'HCS_E_INVALID_JSON'],
  [{}, 'E_INVALIDARG', 'ResourcePath'],
  [{ ResourcePath: 7 }, 'HCS_E_INVALID_JSON', 'ResourcePath'],
  [{ ResourcePath: 'VirtualMachine/Devices/Toaster/1' }, 'E_INVALIDARG', 'ResourcePath'],
  [{ ResourcePath: '/VirtualMachine/Devices/Plan9/Shares' }, 'E_INVALIDARG', 'ResourcePath'],
  [{ ResourcePath: `${'a/'.repeat(16_000)}` }, 'E_INVALIDARG', 'ResourcePath'],
  [
    { ResourcePath: `${SCSI}/64`, RequestType: 'Add', Settings: DISK },
    'E_INVALIDARG',
    'ResourcePath',
  ],
  [
    { ResourcePath: `${SCSI}/0x1`, RequestType: 'Add', Settings: DISK },
    'E_INVALIDARG',
    'ResourcePath',
  ],
  [
    { ResourcePath: `${SCSI}/`, RequestType: 'Add', Settings: DISK },
    'E_INVALIDARG',
    'ResourcePath',
  ],
  [
    { ResourcePath: `${SCSI}/0`, RequestType: 'Insert', Settings: DISK },
    'HCS_E_INVALID_JSON',
    'RequestType',
  ],
  [{ ResourcePath: `${SCSI}/0`, RequestType: 'Add' }, 'E_INVALIDARG', 'Settings'],
  [
    { ResourcePath: `${SCSI}/0`, RequestType: 'Add', Settings: { ...DISK, Lun: 1 } },
    'HCS_E_INVALID_JSON',
    'Settings/Lun',
  ],
  [{ ResourcePath: `${SCSI}/0`, RequestType: 'Remove', Settings: DISK }, 'HCS_E_INVALID_JSON'],
  [
    { ResourcePath: `${SCSI}/0`, RequestType: 'Add', Settings: DISK, GuestRequest: {} },
    'NOT_SUPPORTED',
    'GuestRequest',
  ],
  [
    {
      ResourcePath: 'VirtualMachine/ComputeTopology/Memory/SizeInMB',
      RequestType: 'Remove',
      Settings: 2,
    },
    'E_INVALIDARG',
    'RequestType',
  ],
  [
    { ResourcePath: 'VirtualMachine/ComputeTopology/Memory/SizeInMB', Settings: 3 },
    'E_INVALIDARG',
    'Settings',
  ],
  [
    {
      ResourcePath: 'VirtualMachine/Devices/VirtualPMem/Devices/0/Mappings/4095',
      RequestType: 'Remove',
    },
    'E_INVALIDARG',
    'ResourcePath',
  ],
  [
    { ResourcePath: 'VirtualMachine/Devices/NetworkAdapters/eth0', RequestType: 'Remove' },
    'E_INVALIDARG',
    'ResourcePath',
  ],
  [
    { ResourcePath: 'VirtualMachine/Devices/VirtualSmb/Shares', RequestType: 'Add' },
    'NOT_SUPPORTED',
    'ResourcePath',
  ],
];

for (const [request, hresult, source] of REFUSED) {
  test(`${(JSON.stringify(request) ?? 'nothing').slice(0, 110)} is refused with ${hresult}`, () => {
    const error = hcsThrow(() => decodeModifySettingRequest(request), hresult);
    if (source !== undefined) assert.is(error.events[0]?.Source, source);
    assert.ok(error.message.length < 8000, 'the message is short');
  });
}

test.run();
