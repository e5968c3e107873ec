/** What QEMU is told for a document: the whole line of hcsshim's document, and what changes it. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ComputeSystemDocument } from '../../../hcs/document/compute-system.ts';
import { lcowDocument } from '../../../hcs/document/lcow-document.ts';
import {
  bootFiles,
  checkSupported,
  consoleSocket,
  controllerOrder,
  machineArguments,
  type MachineOptions,
} from '../../../hcs/qemu/machine-arguments.ts';
import { hcsThrow } from '../../harness/rejection.ts';

const OPTIONS: MachineOptions = {
  accelerator: 'tcg',
  incoming: false,
  link: 'serial',
  ownerMonitor: true,
};

function document(
  overrides: Partial<Parameters<typeof lcowDocument>[0]> = {},
): ComputeSystemDocument {
  return lcowDocument({
    owner: 'test',
    kernelFilePath: '/boot/vmlinux',
    initRdPath: '/boot/initrd',
    memoryMiB: 512,
    processorCount: 2,
    kernelCommandLine: 'quiet rdinit=/init',
    virtualPMemCount: 0,
    scsiControllerCount: 1,
    ...overrides,
  });
}

const line = (wanted: ComputeSystemDocument, options: Partial<MachineOptions> = {}): string =>
  machineArguments(wanted, { ...OPTIONS, ...options }).join(' ');

test('the line of a small document, whole', () => {
  assert.equal(line(document()).split(/ (?=-)/), [
    '-nodefaults',
    '-no-user-config',
    '-display none',
    '-S',
    '-no-reboot',
    '-sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny',
    '-machine q35,memory-backend=mem,sata=off,smbus=off,i8042=off,vmport=off,usb=off,graphics=off,hpet=off,dump-guest-core=off',
    '-accel tcg,thread=multi',
    '-cpu qemu64,+rdrand',
    '-smp cpus=2,sockets=1,cores=2,threads=1',
    '-m size=512M',
    '-object memory-backend-ram,id=mem,size=512M',
    '-kernel /boot/vmlinux',
    '-initrd /boot/initrd',
    '-append quiet rdinit=/init',
    '-chardev socket,id=owner,fd=3',
    '-mon chardev=owner,mode=control',
    '-chardev socket,id=visitor0,path=qmp-0.sock,server=on,wait=off',
    '-mon chardev=visitor0,mode=control',
    '-chardev socket,id=visitor1,path=qmp-1.sock,server=on,wait=off',
    '-mon chardev=visitor1,mode=control',
    '-device virtio-serial-pci-non-transitional,id=vser,bus=pcie.0,addr=0x2,max_ports=8',
    '-device virtio-scsi-pci-non-transitional,id=scsi0,bus=pcie.0,addr=0x4,num_queues=1',
    '-fsdev local,id=plan9,path=plan9,security_model=passthrough,multidevs=remap',
    '-device virtio-9p-pci-non-transitional,id=plan9dev,bus=pcie.0,addr=0x8,fsdev=plan9,mount_tag=lcow9p',
    '-object rng-random,id=rng,filename=/dev/urandom',
    '-device virtio-rng-pci-non-transitional,id=rngdev,bus=pcie.0,addr=0x9,rng=rng',
    '-device pcie-root-port,id=rp0,bus=pcie.0,addr=0x10.0,chassis=1,slot=1,multifunction=on',
    '-device pcie-root-port,id=rp1,bus=pcie.0,addr=0x10.1,chassis=2,slot=2',
  ]);
});

test('persistent memory adds slots, at most eight, and address space', () => {
  const declared = line(document({ virtualPMemCount: 64, virtualPMemSizeBytes: 2 ** 30 }));
  assert.match(declared, 'nvdimm=on');
  assert.match(declared, '-m size=512M,slots=8,maxmem=8704M');
  assert.not.match(line(document()), 'nvdimm');
});

test('a reset restarts the machine unless StopOnReset', () => {
  const wanted = document();
  delete wanted.VirtualMachine.StopOnReset;
  assert.not.match(line(wanted), '-no-reboot');
});

test('saved state is waited for, KVM has the host\u2019s processor, firmware is named', () => {
  assert.match(line(document(), { incoming: true }), '-incoming defer');
  assert.match(line(document(), { accelerator: 'kvm' }), '-accel kvm -cpu host');
  assert.match(
    line(document(), { firmware: '/usr/share/qemu/qboot.rom' }),
    '-bios /usr/share/qemu/qboot.rom',
  );
});

test('a console is a serial port on the socket that the document names, commas and all', () => {
  assert.is(consoleSocket(document()), undefined);
  const wanted = document({ console: true });
  const at = { '0': { NamedPipe: '/tmp/a,b' } };
  wanted.VirtualMachine.Devices = { ...wanted.VirtualMachine.Devices, ComPorts: at };
  assert.match(line(wanted), 'path=/tmp/a,,b,server=on,wait=off -device isa-serial,chardev=com0');
});

test('controllers stand in hcsshim\u2019s order, others after them', () => {
  const wanted = document({ scsiControllerCount: 3 });
  const scsi = wanted.VirtualMachine.Devices?.Scsi ?? {};
  const keys = Object.keys(scsi);
  wanted.VirtualMachine.Devices = {
    Scsi: { mine: {}, ...Object.fromEntries(Object.entries(scsi).reverse()) },
  };
  assert.equal(controllerOrder(wanted), [...keys, 'mine']);
  assert.match(line(wanted), 'id=scsi3,bus=pcie.0,addr=0x7');
});

test('the files that a start needs are the kernel and the initrd', () => {
  const at = 'VirtualMachine/Chipset/LinuxKernelDirect';
  assert.equal(bootFiles(document()), [
    { path: '/boot/vmlinux', source: `${at}/KernelFilePath` },
    { path: '/boot/initrd', source: `${at}/InitRdPath` },
  ]);
});

test('what QEMU has no counterpart of is refused by its path', () => {
  const wanted = document();
  wanted.VirtualMachine.Chipset = { Uefi: {} };
  wanted.VirtualMachine.Devices = { VideoMonitor: {}, ComPorts: { '1': {} } };
  const error = hcsThrow(() => checkSupported('create', wanted), 'NOT_SUPPORTED');
  assert.equal(
    error.events.map(({ Source }) => Source),
    [
      'VirtualMachine/Chipset/Uefi',
      'VirtualMachine/Devices/VideoMonitor',
      'VirtualMachine/Devices/ComPorts/1',
    ],
  );
});

test.run();
