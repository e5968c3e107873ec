/** What an exit of QEMU means, from what is known of it: who ended it, and what the guest's kernel said. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { exitStatus } from '../../../hcs/qemu/exit-status.ts';
import { describeExit, kernelWords, withKernelWords } from '../../../runtime/uvm/vm-exit.ts';
import { RuntimeError } from '../../../runtime/errors.ts';

const PANIC = 'BUG: unable to handle\nKernel panic - not syncing: VFS: no root\nCPU: 0 PID: 1\n';

test('a reset after a panic is a crash of the guest, with the kernel’s words', () => {
  const status = exitStatus(false, 'guest-reset', '', PANIC);
  assert.is(status.ExitType, 'UnexpectedExit');
  assert.equal(status.Attribution?.[0], { GuestCrash: {} });
  assert.is(kernelWords(status), PANIC.trim());
  assert.match(
    describeExit(status),
    /^the VM exited \(UnexpectedExit, 0x80370106\): Kernel panic - not syncing: VFS: no root$/,
  );
});

test('a reset without a panic and a power-off are orderly, whatever was said before', () => {
  for (const reason of ['guest-reset', 'guest-shutdown']) {
    const status = exitStatus(false, reason, '', 'an error that was survived');
    assert.is(status.ExitType, 'GracefulExit');
    assert.is(kernelWords(status), '');
  }
});

test('of a VM that was ended the kernel’s words are told, those of every boot left out', () => {
  assert.is(exitStatus(true, undefined, undefined).Attribution, undefined);
  assert.is(exitStatus(true, undefined, undefined, '\n').Attribution, undefined);
  assert.is(
    exitStatus(true, undefined, '', 'Poking KASLR using RDTSC...\n').Attribution,
    undefined,
  );
  const status = exitStatus(true, undefined, undefined, 'virtio: no driver\n');
  assert.is(status.ExitType, 'ForcedExit');
  assert.is(kernelWords(status), 'virtio: no driver');
});

test('a boot that was given up says what the kernel said last; one that the user ended does not', () => {
  const status = exitStatus(true, undefined, undefined, 'first\nno driver for the link\n\n');
  const timeout = new RuntimeError('timeout', 'boot the VM', 'its agent did not answer');
  assert.is(
    String(withKernelWords(timeout, status)),
    "RuntimeError: cannot boot the VM: its agent did not answer; the guest's kernel said last: no driver for the link",
  );
  const cancelled = new RuntimeError('cancelled', 'boot the VM', 'it was cancelled');
  assert.is(withKernelWords(cancelled, status), cancelled);
  assert.is(withKernelWords(timeout, exitStatus(true, undefined, undefined)), timeout);
  const long = exitStatus(true, undefined, undefined, 'x'.repeat(5000));
  assert.ok(String(withKernelWords(timeout, long)).length < 500);
});

test.run();
