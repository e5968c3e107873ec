/** hcsshim's documents and kernel lines, boot mode by boot mode, written out by hand from its rules. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Chipset } from '../../../hcs/document/chipset.ts';
import type { Devices } from '../../../hcs/document/devices.ts';
import { type HostArchitecture, hostOfBuild } from '../../../hcs/document/host-version.ts';
import { type LcowVmOptions, lcowVm } from '../../../hcs/document/lcow-vm.ts';

const INIT = '-e 1 /bin/vsockexec -e 109 /bin/gcs -v4 -log-format json -loglevel info';
const INIT_WRITABLE = `-e 1 -w ${INIT.slice('-e 1 '.length)}`;
const QUIET = '8250_core.nr_uarts=0 panic=-1 quiet pci=off nr_cpus=2 brd.rd_nr=0 pmtmr=0';
const BOOT: LcowVmOptions = { kernelFilePath: 'C:\\boot\\kernel' };
const CONTROLLERS = [
  'df6d0690-79e5-55b6-a5ec-c1e2f77f580a',
  '0110f83b-de10-5172-a266-78bca56bf50a',
  'b5d2d8d4-3a75-51bf-945b-3444dc6b8579',
  '305891a9-b251-5dfe-91a2-c25d9212275b',
];
const PMEM = { MaximumCount: 64, MaximumSizeBytes: 4_294_967_296 };
const FOUR = Object.fromEntries(CONTROLLERS.map((id) => [id, {}]));

interface Expected {
  options: LcowVmOptions;
  build: number;
  arch?: HostArchitecture;
  chipset: Chipset;
  /** Beside HvSocket and Plan9. */
  devices: Devices;
}

const DOCUMENTS: Record<string, Expected> = {
  'a: kernel-direct with initrd, vmlinux preferred': {
    options: {
      ...BOOT,
      vmlinuxFilePath: 'C:\\boot\\vmlinux',
      initRdPath: 'C:\\boot\\initrd.img',
      initArguments: [INIT],
    },
    build: 19041,
    chipset: {
      LinuxKernelDirect: {
        KernelFilePath: 'C:\\boot\\vmlinux',
        InitRdPath: 'C:\\boot\\initrd.img',
        KernelCmdLine: `initcall_blacklist=virtio_vsock_init ${QUIET} -- ${INIT}`,
      },
    },
    devices: { Scsi: { [CONTROLLERS[0] ?? '']: {} }, VirtualPMem: PMEM },
  },
  'a with a console pipe': {
    options: {
      ...BOOT,
      initRdPath: 'C:\\boot\\initrd.img',
      consolePipe: '\\\\.\\pipe\\c',
      initArguments: ['-e 1', `sh -c "${INIT.slice('-e 1 '.length)} & exec sh"`],
    },
    build: 19041,
    chipset: {
      LinuxKernelDirect: {
        KernelFilePath: 'C:\\boot\\kernel',
        InitRdPath: 'C:\\boot\\initrd.img',
        KernelCmdLine:
          'initcall_blacklist=virtio_vsock_init 8250_core.nr_uarts=1 8250_core.skip_txen_test=1 console=ttyS0,115200 pci=off nr_cpus=2 brd.rd_nr=0 pmtmr=0 -- -e 1 sh -c "/bin/vsockexec -e 109 /bin/gcs -v4 -log-format json -loglevel info & exec sh"',
      },
    },
    devices: {
      ComPorts: { 0: { NamedPipe: '\\\\.\\pipe\\c' } },
      Scsi: { [CONTROLLERS[0] ?? '']: {} },
      VirtualPMem: PMEM,
    },
  },
  'b: kernel-direct with the VHD as PMem device 0': {
    options: {
      ...BOOT,
      rootDisk: { kind: 'pmem', path: 'C:\\boot\\rootfs.vhd' },
      initArguments: [INIT_WRITABLE],
    },
    build: 18362,
    chipset: {
      LinuxKernelDirect: {
        KernelFilePath: 'C:\\boot\\kernel',
        KernelCmdLine: `root=/dev/pmem0 ro rootwait init=/init initcall_blacklist=virtio_vsock_init ${QUIET} -- ${INIT_WRITABLE}`,
      },
    },
    devices: {
      Scsi: { [CONTROLLERS[0] ?? '']: {} },
      VirtualPMem: {
        ...PMEM,
        Devices: { 0: { HostPath: 'C:\\boot\\rootfs.vhd', ReadOnly: true, ImageFormat: 'Vhd1' } },
      },
    },
  },
  'c: the VHD on SCSI 0:0, without PMem, hence four controllers': {
    options: {
      ...BOOT,
      rootDisk: { kind: 'scsi', path: 'C:\\boot\\rootfs.vhd' },
      virtualPMemCount: 0,
      initArguments: [INIT_WRITABLE],
    },
    build: 20348,
    chipset: {
      LinuxKernelDirect: {
        KernelFilePath: 'C:\\boot\\kernel',
        KernelCmdLine: `root=/dev/sda ro rootwait init=/init initcall_blacklist=virtio_vsock_init ${QUIET} -- ${INIT_WRITABLE}`,
      },
    },
    devices: {
      Scsi: {
        ...FOUR,
        [CONTROLLERS[0] ?? '']: {
          Attachments: {
            0: { Type: 'VirtualDisk', Path: 'C:\\boot\\rootfs.vhd', ReadOnly: true },
          },
        },
      },
    },
  },
  'd: the VHD on SCSI 0:0 under dm-verity': {
    options: {
      ...BOOT,
      rootDisk: { kind: 'scsi', path: 'C:\\boot\\rootfs.vhd', verity: 'a,,,ro,0 8 verity 1' },
      virtualPMemCount: 0,
      initArguments: [INIT_WRITABLE],
    },
    build: 20348,
    chipset: {
      LinuxKernelDirect: {
        KernelFilePath: 'C:\\boot\\kernel',
        KernelCmdLine: `root=/dev/dm-0 dm-mod.create="a,,,ro,0 8 verity 1" init=/init initcall_blacklist=virtio_vsock_init ${QUIET} -- ${INIT_WRITABLE}`,
      },
    },
    devices: {
      Scsi: {
        ...FOUR,
        [CONTROLLERS[0] ?? '']: {
          Attachments: {
            0: { Type: 'VirtualDisk', Path: 'C:\\boot\\rootfs.vhd', ReadOnly: true },
          },
        },
      },
    },
  },
  'e: UEFI from VmbFs with initrd, before build 18286': {
    options: {
      ...BOOT,
      vmlinuxFilePath: 'C:\\boot\\vmlinux',
      initRdPath: 'C:\\boot\\initrd.img',
      initArguments: [INIT],
    },
    build: 17763,
    chipset: {
      Uefi: {
        BootThis: {
          DeviceType: 'VmbFs',
          DevicePath: '\\kernel',
          VmbFsRootPath: 'C:\\boot',
          OptionalData: `initrd=/initrd.img initcall_blacklist=virtio_vsock_init ${QUIET} -- ${INIT}`,
        },
      },
    },
    devices: { Scsi: { [CONTROLLERS[0] ?? '']: {} }, VirtualPMem: PMEM },
  },
  "e': UEFI from VmbFs with the VHD as PMem device 0": {
    options: {
      ...BOOT,
      rootDisk: { kind: 'pmem', path: 'C:\\boot\\rootfs.vhd' },
      initArguments: [INIT_WRITABLE],
    },
    build: 17763,
    chipset: {
      Uefi: {
        BootThis: {
          DeviceType: 'VmbFs',
          DevicePath: '\\kernel',
          VmbFsRootPath: 'C:\\boot',
          OptionalData: `root=/dev/pmem0 ro rootwait init=/init initcall_blacklist=virtio_vsock_init ${QUIET} -- ${INIT_WRITABLE}`,
        },
      },
    },
    devices: {
      Scsi: { [CONTROLLERS[0] ?? '']: {} },
      VirtualPMem: {
        ...PMEM,
        Devices: { 0: { HostPath: 'C:\\boot\\rootfs.vhd', ReadOnly: true, ImageFormat: 'Vhd1' } },
      },
    },
  },
  'e on arm64: no PMem, no 8250': {
    options: { ...BOOT, initRdPath: 'C:\\boot\\initrd.img', initArguments: [INIT] },
    build: 26100,
    arch: 'arm64',
    chipset: {
      Uefi: {
        BootThis: {
          DeviceType: 'VmbFs',
          DevicePath: '\\kernel',
          VmbFsRootPath: 'C:\\boot',
          OptionalData: `initrd=/initrd.img initcall_blacklist=virtio_vsock_init panic=-1 quiet pci=off nr_cpus=2 brd.rd_nr=0 pmtmr=0 -- ${INIT}`,
        },
      },
    },
    devices: { Scsi: FOUR },
  },
};

for (const [name, { arch, build, chipset, devices, options }] of Object.entries(DOCUMENTS)) {
  test(`boot mode ${name}`, () => {
    const owner = 'containerd-shim-runhcs-v1.exe';
    assert.equal(lcowVm({ ...options, owner }, hostOfBuild(build, arch)).document, {
      Owner: owner,
      SchemaVersion: { Major: 2, Minor: 1 },
      ShouldTerminateOnLastHandleClosed: true,
      VirtualMachine: {
        StopOnReset: true,
        Chipset: chipset,
        ComputeTopology: {
          Memory: { SizeInMB: 1024, AllowOvercommit: true },
          Processor: { Count: 2 },
        },
        Devices: {
          ...devices,
          HvSocket: {
            HvSocketConfig: { DefaultBindSecurityDescriptor: 'D:P(A;;FA;;;SY)(A;;FA;;;BA)' },
          },
          Plan9: {},
        },
      },
    });
  });
}

test.run();
