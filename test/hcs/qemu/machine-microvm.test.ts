/** The microvm machine: its line, where the kernel is told that its devices are, and what is refused by name. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ComputeSystemDocument } from '../../../hcs/document/compute-system.ts';
import { lcowDocument } from '../../../hcs/document/lcow-document.ts';
import { checkSupported, machineArguments } from '../../../hcs/qemu/machine-arguments.ts';
import {
  mmioArguments,
  refuseOnMicrovm,
  withKernelArguments,
} from '../../../hcs/qemu/machine-microvm.ts';
import type { Plug } from '../../../hcs/qemu/plug.ts';
import { hcsThrow } from '../../harness/rejection.ts';

function document(
  overrides: Partial<Parameters<typeof lcowDocument>[0]> = {},
): ComputeSystemDocument {
  return lcowDocument({
    owner: 'test',
    kernelFilePath: '/boot/vmlinux',
    initRdPath: '/boot/initrd',
    memoryMiB: 256,
    processorCount: 1,
    kernelCommandLine: 'quiet -- of the init',
    virtualPMemCount: 64,
    scsiControllerCount: 4,
    ...overrides,
  });
}

test('the line of a document: no PCI, the same devices on transports, and their places for the kernel', () => {
  const line = machineArguments(document(), {
    accelerator: 'tcg',
    incoming: false,
    link: 'serial',
    ownerMonitor: true,
    machine: 'microvm',
  });
  const text = line.join(' ');
  assert.not.match(text, /pci|nvdimm|slots=/);
  assert.match(text, '-machine microvm,acpi=off,pit=on,pic=on,rtc=on,isa-serial=off,');
  assert.match(text, 'virtio-serial-device,id=vser,bus=virtio-mmio-bus.0,max_ports=8');
  for (const [index, transport] of [1, 2, 4, 5].entries()) {
    assert.match(text, `virtio-scsi-device,id=scsi${index},bus=virtio-mmio-bus.${transport},`);
  }
  assert.match(text, 'virtio-9p-device,id=plan9dev,bus=virtio-mmio-bus.6,fsdev=plan9');
  assert.match(text, 'virtio-rng-device,id=rngdev,bus=virtio-mmio-bus.7,rng=rng');
  const append = line[line.indexOf('-append') + 1] ?? '';
  const places = [0, 1, 2, 4, 5, 6, 7].map(
    (n) => `virtio_mmio.device=512@0x${(0xfeb00000 + n * 512).toString(16)}:${n + 5}`,
  );
  assert.is(append, `quiet ${places.join(' ')} -- of the init`);
});

test('the kernel is told of the devices in the order of their places, before what is the init’s', () => {
  assert.equal(mmioArguments([7, 0]), [
    'virtio_mmio.device=512@0xfeb00000:5',
    'virtio_mmio.device=512@0xfeb00e00:12',
  ]);
  assert.is(withKernelArguments('', ['a']), 'a');
  assert.is(withKernelArguments('x y', ['a', 'b']), 'x y a b');
  assert.is(withKernelArguments('x -- y', ['a']), 'x a -- y');
});

test('what the machine cannot have is refused by name, all of it at once; q35 has it', () => {
  const wanted = document();
  const { VirtualMachine: vm } = wanted;
  vm.Devices = {
    ...vm.Devices,
    NetworkAdapters: { '0ba1b2c3-0000-0000-0000-000000000000': { EndpointId: 'e' } },
    VirtualPMem: { ...vm.Devices?.VirtualPMem, Devices: { '0': { HostPath: '/x' } } },
  };
  checkSupported('create', wanted);
  const error = hcsThrow(
    () => checkSupported('create', wanted, 'microvm', 'vsock'),
    'NOT_SUPPORTED',
  );
  assert.match(error.message, 'VirtualPMem/Devices is given: machine microvm has no persistent');
  assert.match(error.message, 'NetworkAdapters is given: machine microvm has no hot-plug');
  assert.match(error.message, 'vsock needs hot-plug');
  // A controller without a device is what every document of ours declares.
  checkSupported('create', document(), 'microvm');
});

test('a change that needs hot-plug is refused by the setting’s name, on microvm alone', () => {
  const plug = (machine: Plug['machine']): Plug => ({ op: 'modify', machine }) as Plug;
  refuseOnMicrovm(plug('q35'), 'VirtualMachine/X');
  const error = hcsThrow(
    () => refuseOnMicrovm(plug('microvm'), 'VirtualMachine/X'),
    'NOT_SUPPORTED',
  );
  assert.match(error.message, 'VirtualMachine/X needs hot-plug, which machine microvm has not');
});

test.run();
