import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  confidentialDocument,
  type ConfidentialOptions,
} from '../../../hcs/document/confidential-document.ts';
import { hostOfBuild } from '../../../hcs/document/host-version.ts';
import { hcsThrow } from '../../harness/rejection.ts';

const OPTIONS: ConfidentialOptions = {
  guestStateFilePath: 'C:\\b\\kernel.vmgs',
  rootDiskPath: 'C:\\b\\rootfs.vhd',
  policyDigest: new Uint8Array(32),
  vsockPorts: [1, 0x4000_0000],
};
const HOST = hostOfBuild(20348);

test("it is hcsshim's: schema 2.5, SNP, transient state, no PMem, no overcommit, open ports", () => {
  const { SchemaVersion, VirtualMachine: vm } = confidentialDocument(OPTIONS, HOST);
  assert.equal(SchemaVersion, { Major: 2, Minor: 5 });
  assert.equal(vm.Chipset, {
    Uefi: {
      ApplySecureBootTemplate: 'Apply',
      SecureBootTemplateId: '1734c6e8-3154-4dda-ba5f-a874cc483422',
    },
  });
  assert.equal(vm.GuestState, {
    GuestStateFilePath: 'C:\\b\\kernel.vmgs',
    GuestStateFileType: 'FileMode',
    ForceTransientState: true,
  });
  assert.equal(vm.SecuritySettings, {
    EnableTpm: false,
    Isolation: {
      IsolationType: 'SecureNestedPaging',
      LaunchData: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
    },
  });
  assert.equal(vm.ComputeTopology?.Memory, { SizeInMB: 1024 });
  assert.is(vm.Devices?.VirtualPMem, undefined);
  assert.equal(Object.values(vm.Devices?.Scsi ?? {})[0]?.Attachments?.['0'], {
    Type: 'VirtualDisk',
    Path: 'C:\\b\\rootfs.vhd',
    ReadOnly: true,
  });
  const config = vm.Devices?.HvSocket?.HvSocketConfig;
  assert.is(config?.DefaultBindSecurityDescriptor, 'D:P(A;;FA;;;WD)');
  assert.is(config?.DefaultConnectSecurityDescriptor, 'D:P(A;;FA;;;SY)(A;;FA;;;BA)');
  assert.equal(Object.keys(config?.ServiceTable ?? {}), [
    '00000001-facb-11e6-bd58-64006a7986d3',
    '40000000-facb-11e6-bd58-64006a7986d3',
  ]);
  assert.ok(Object.values(config?.ServiceTable ?? {}).every((row) => row.AllowWildcardBinds));
});

test('older builds, arm64, a digest of another size and a port that is none are refused', () => {
  const old = hcsThrow(() => confidentialDocument(OPTIONS, hostOfBuild(19041)), 'NOT_SUPPORTED');
  assert.match(old.message, 'guestStateFilePath needs Windows build 20348');
  hcsThrow(() => confidentialDocument(OPTIONS, hostOfBuild(26100, 'arm64')), 'NOT_SUPPORTED');
  const short = { ...OPTIONS, policyDigest: new Uint8Array(31) };
  assert.match(
    hcsThrow(() => confidentialDocument(short, HOST), 'E_INVALIDARG').message,
    'policyDigest has 31 bytes',
  );
  const port = { ...OPTIONS, vsockPorts: [-1] };
  assert.match(
    hcsThrow(() => confidentialDocument(port, HOST), 'E_INVALIDARG').message,
    'vsockPorts has -1',
  );
});

test.run();
