/** What the kernel's line gets from the engine: by accelerator and machine. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { kernelCommandLine } from '../../../hcs/document/kernel-command-line.ts';
import { platformArguments } from '../../../hcs/qemu/kernel-arguments.ts';

test('a kernel that has SCSI built in does not ask every target of a controller', () => {
  for (const machine of ['q35', 'microvm'] as const) {
    for (const accelerator of ['kvm', 'tcg'] as const) {
      const words = platformArguments(accelerator, undefined, machine);
      assert.ok(words.includes('scsi_mod.scan=manual'), `${machine}, ${accelerator}`);
    }
  }
});

test('an emulated microvm of one processor has no timer to calibrate; others have it', () => {
  const line = (accelerator: 'tcg' | 'kvm', machine: 'q35' | 'microvm', processorCount: number) =>
    kernelCommandLine({
      ...{ platform: 'qemu', processorCount },
      platformArguments: platformArguments(accelerator, undefined, machine),
    }).includes(' nolapic_timer ');
  assert.is(line('tcg', 'microvm', 1), true);
  assert.is(line('tcg', 'microvm', 2), false);
  assert.is(line('tcg', 'q35', 1), false);
  assert.is(line('kvm', 'microvm', 1), false);
});

test('a root on SCSI is found by the kernel itself, and the user may have it otherwise', () => {
  const line = (root: string | undefined, userArguments = ''): string =>
    kernelCommandLine({
      platform: 'qemu',
      processorCount: 1,
      platformArguments: platformArguments('tcg'),
      userArguments,
      ...(root === undefined ? {} : { rootArguments: root }),
    });
  const last = (text: string): string | undefined => text.match(/scsi_mod\.scan=\w+/g)?.at(-1);
  assert.is(last(line(undefined)), 'scsi_mod.scan=manual');
  assert.is(last(line('root=/dev/pmem0 ro rootwait')), 'scsi_mod.scan=manual');
  assert.is(last(line('root=/dev/sda ro rootwait')), 'scsi_mod.scan=sync');
  assert.is(last(line('root=/dev/sda ro', 'scsi_mod.scan=async')), 'scsi_mod.scan=async');
  assert.is(last(line('root=/dev/dm-0 dm-mod.create="a,,,ro,0 8 v"')), 'scsi_mod.scan=sync');
});

test('the rate of the host’s clock and what an emulated guest is spared are told under emulation alone', () => {
  assert.ok(platformArguments('tcg', 2_500_000).includes('tsc_early_khz=2500000'));
  assert.not.ok(platformArguments('kvm', 2_500_000).some((word) => word.startsWith('tsc_early')));
  assert.not.ok(platformArguments('tcg').some((word) => word.startsWith('tsc_early')));
  assert.not.ok(platformArguments('kvm').some((word) => word.startsWith('lpj=')));
});

test('microvm is told what it has not, and how it ends', () => {
  const words = platformArguments('tcg', undefined, 'microvm');
  for (const word of ['pci=off', 'acpi=off', 'reboot=t']) assert.ok(words.includes(word), word);
  assert.not.ok(words.includes('pci=lastbus=0'));
  const q35 = platformArguments('tcg');
  for (const word of ['pci=off', 'acpi=off', 'reboot=t']) assert.not.ok(q35.includes(word), word);
});

test.run();
