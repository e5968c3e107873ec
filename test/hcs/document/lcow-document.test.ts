import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { kernelCommandLine } from '../../../hcs/document/kernel-command-line.ts';
import { lcowDocument } from '../../../hcs/document/lcow-document.ts';
import { hcsThrow } from '../../harness/rejection.ts';

const base = {
  kernelFilePath: 'C:\\boot\\vmlinux',
  initRdPath: 'C:\\boot\\initrd.img',
  kernelCommandLine: 'quiet',
};

test("the default document is hcsshim's worked example, field for field", () => {
  const document = lcowDocument({
    ...base,
    owner: 'containerd-shim-runhcs-v1.exe',
    kernelCommandLine: kernelCommandLine({
      platform: 'hyperv',
      processorCount: 2,
      initArguments:
        '-e 1 /bin/vsockexec -e 109 /bin/gcs -v4 -log-format json -loglevel info'.split(' '),
    }),
  });
  assert.equal(document, {
    Owner: 'containerd-shim-runhcs-v1.exe',
    SchemaVersion: { Major: 2, Minor: 1 },
    ShouldTerminateOnLastHandleClosed: true,
    VirtualMachine: {
      StopOnReset: true,
      Chipset: {
        LinuxKernelDirect: {
          KernelFilePath: 'C:\\boot\\vmlinux',
          InitRdPath: 'C:\\boot\\initrd.img',
          KernelCmdLine:
            'initcall_blacklist=virtio_vsock_init 8250_core.nr_uarts=0 panic=-1 quiet pci=off nr_cpus=2 brd.rd_nr=0 pmtmr=0 -- -e 1 /bin/vsockexec -e 109 /bin/gcs -v4 -log-format json -loglevel info',
        },
      },
      ComputeTopology: {
        Memory: { SizeInMB: 1024, AllowOvercommit: true },
        Processor: { Count: 2 },
      },
      Devices: {
        Scsi: { 'df6d0690-79e5-55b6-a5ec-c1e2f77f580a': {} },
        VirtualPMem: { MaximumCount: 64, MaximumSizeBytes: 4294967296 },
        HvSocket: {
          HvSocketConfig: { DefaultBindSecurityDescriptor: 'D:P(A;;FA;;;SY)(A;;FA;;;BA)' },
        },
        Plan9: {},
      },
    },
  });
});

test('a console is COM1, with the pipe that is named or the service chooses', () => {
  const named = lcowDocument({ ...base, consolePipe: '\\\\.\\pipe\\console' });
  assert.equal(named.VirtualMachine.Devices?.ComPorts, {
    0: { NamedPipe: '\\\\.\\pipe\\console' },
  });
  assert.equal(lcowDocument({ ...base, console: true }).VirtualMachine.Devices?.ComPorts, {
    0: {},
  });
  assert.is(lcowDocument(base).VirtualMachine.Devices?.ComPorts, undefined);
});

test('memory is rounded up to an even number of MiB and a fraction is refused', () => {
  const size = (memoryMiB: number) =>
    lcowDocument({ ...base, memoryMiB }).VirtualMachine.ComputeTopology?.Memory?.SizeInMB;
  assert.is(size(127), 128);
  assert.is(size(128), 128);
  const error = hcsThrow(() => size(127.5), 'HCS_E_INVALID_JSON');
  assert.is(error.events[0]?.Source, 'VirtualMachine/ComputeTopology/Memory/SizeInMB');
  hcsThrow(() => size(0), 'E_INVALIDARG');
  hcsThrow(() => size(-2), 'HCS_E_INVALID_JSON');
});

test('without PMem there are four SCSI controllers, as in hcsshim', () => {
  const devices = lcowDocument({ ...base, virtualPMemCount: 0 }).VirtualMachine.Devices;
  assert.is(devices?.VirtualPMem, undefined);
  assert.equal(Object.keys(devices?.Scsi ?? {}), [
    'df6d0690-79e5-55b6-a5ec-c1e2f77f580a',
    '0110f83b-de10-5172-a266-78bca56bf50a',
    'b5d2d8d4-3a75-51bf-945b-3444dc6b8579',
    '305891a9-b251-5dfe-91a2-c25d9212275b',
  ]);
});

test('a root disk takes PMem device 0 or SCSI 0:0', () => {
  const pmem = lcowDocument({ ...base, rootDisk: { kind: 'pmem', path: 'r.vhd' } });
  assert.equal(pmem.VirtualMachine.Devices?.VirtualPMem?.Devices, {
    0: { HostPath: 'r.vhd', ReadOnly: true, ImageFormat: 'Vhd1' },
  });
  const scsi = lcowDocument({ ...base, rootDisk: { kind: 'scsi', path: 'r.vhd' } });
  assert.equal(scsi.VirtualMachine.Devices?.Scsi?.['df6d0690-79e5-55b6-a5ec-c1e2f77f580a'], {
    Attachments: { 0: { Type: 'VirtualDisk', Path: 'r.vhd', ReadOnly: true } },
  });
});

test('a VM that survives its host does not end with the last handle', () => {
  const document = lcowDocument({ ...base, survivesHost: true });
  assert.not.ok('ShouldTerminateOnLastHandleClosed' in document);
});

test('limits stand in the document only where they are given', () => {
  const vm = lcowDocument({
    ...base,
    processorLimit: 50_000,
    processorWeight: 200,
    storageIopsMaximum: 1000,
    enableDeferredCommit: true,
    cpuGroupId: 'AAAAAAAA-0000-0000-0000-000000000001',
  }).VirtualMachine;
  assert.equal(vm.ComputeTopology?.Processor, {
    Count: 2,
    Limit: 50_000,
    Weight: 200,
    CpuGroup: { Id: 'AAAAAAAA-0000-0000-0000-000000000001' },
  });
  assert.equal(vm.StorageQoS, { IopsMaximum: 1000 });
  assert.is(vm.ComputeTopology?.Memory?.EnableDeferredCommit, true);
});

test("hcsshim's conflicts are refused", () => {
  hcsThrow(
    () => lcowDocument({ ...base, allowOvercommit: false, enableDeferredCommit: true }),
    'E_INVALIDARG',
  );
  const id = 'aaaaaaaa-0000-0000-0000-000000000001';
  hcsThrow(
    () => lcowDocument({ ...base, cpuGroupId: id, resourcePartitionId: id }),
    'E_INVALIDARG',
  );
});

test.run();
