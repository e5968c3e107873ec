import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeModifySettingRequest } from '../../../hcs/document/decode-modify-setting-request.ts';
import { hostOfBuild, type HostVersion } from '../../../hcs/document/host-version.ts';
import type { ModifySettingRequest } from '../../../hcs/document/modify-setting-request.ts';
import { checkModificationForHost } from '../../../hcs/document/request-features.ts';
import * as requests from '../../../hcs/document/resource-requests.ts';
import { hcsThrow } from '../../harness/rejection.ts';

const GUID = 'aaaaaaaa-0000-0000-0000-000000000001';
const ARM64 = hostOfBuild(26100, 'arm64');

function check(request: ModifySettingRequest, host: HostVersion): void {
  checkModificationForHost(decodeModifySettingRequest(request), host);
}

/** Request, last build that lacks it, first that has it, words of the refusal. */
const BY_BUILD: [string, ModifySettingRequest, number, number, RegExp][] = [
  [
    'a share of a single file',
    requests.addPlan9Share({ name: '0', folder: '/etc', file: 'hosts' }),
    18361,
    18362,
    /single file needs Windows build 18362: the host has 18361/,
  ],
  [
    'a mapping of a PMem device',
    requests.addVirtualPMemMapping(0, 4096, '/l.vhd'),
    18361,
    18362,
    /mapping of a PMem device needs Windows build 18362/,
  ],
  [
    'an update of processor limits',
    requests.setProcessorLimits({ Limit: 1000 }),
    19041,
    19042,
    /processor limits needs Windows build 19042: the host has 19041/,
  ],
  [
    'a virtual PCI device',
    {
      ResourcePath: `VirtualMachine/Devices/VirtualPci/${GUID}`,
      RequestType: 'Add',
      Settings: { Functions: [{ DeviceInstancePath: 'PCIP\\x' }] },
    },
    18362,
    19041,
    /virtual PCI device needs schema 2\.3: the newest of the host is 2\.2/,
  ],
  [
    'IovSettings of an adapter',
    requests.addNetworkAdapter(GUID, { EndpointId: GUID, IovSettings: { OffloadWeight: 100 } }),
    19041,
    20348,
    /IovSettings of a network adapter needs schema 2\.5/,
  ],
];

for (const [what, request, lacks, has, words] of BY_BUILD) {
  test(`${what} is made from build ${has} and refused on ${lacks}`, () => {
    check(request, hostOfBuild(has));
    assert.match(
      hcsThrow(() => check(request, hostOfBuild(lacks)), 'NOT_SUPPORTED').message,
      words,
    );
  });
}

test('there is no PMem on arm64', () => {
  hcsThrow(() => check(requests.addVirtualPMem(0, '/l.vhd'), ARM64), 'NOT_SUPPORTED');
  hcsThrow(() => check(requests.addVirtualPMemMapping(0, 0, '/l.vhd'), ARM64), 'NOT_SUPPORTED');
});

test('what LCOW always does needs no more than the oldest host', () => {
  for (const request of [
    requests.setMemory(512),
    requests.addScsiAttachment({ controller: 0, lun: 1 }, { path: '/d.vhdx' }),
    requests.removeScsiAttachment({ controller: 0, lun: 1 }),
    requests.addPlan9Share({ name: '0', folder: '/srv' }),
    requests.removePlan9Share({ name: '0' }),
    requests.addVirtualPMem(0, '/l.vhd'),
    requests.addNetworkAdapter(GUID, { EndpointId: GUID }),
    requests.removeNetworkAdapter(GUID),
  ]) {
    check(request, hostOfBuild(17763));
  }
});

test.run();
