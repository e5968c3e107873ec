import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { kernelCommandLine } from '../../../hcs/document/kernel-command-line.ts';
import { hcsThrow } from '../../harness/rejection.ts';

test('on QEMU what only Hyper-V wants is left out: PCI stays, the vsock of virtio too', () => {
  assert.is(
    kernelCommandLine({ platform: 'qemu', processorCount: 4 }),
    '8250_core.nr_uarts=0 panic=-1 quiet nr_cpus=4 brd.rd_nr=0',
  );
});

test("with a console the order is hcsshim's and the kernel is not quiet", () => {
  assert.is(
    kernelCommandLine({ platform: 'hyperv', processorCount: 2, console: true }),
    'initcall_blacklist=virtio_vsock_init 8250_core.nr_uarts=1 8250_core.skip_txen_test=1 console=ttyS0,115200 pci=off nr_cpus=2 brd.rd_nr=0 pmtmr=0',
  );
});

test("the user's arguments come after the platform's and before nr_cpus", () => {
  assert.is(
    kernelCommandLine({
      platform: 'qemu',
      processorCount: 1,
      rootArguments: 'root=/dev/sda ro',
      platformArguments: ['tsc=reliable', 'no_timer_check'],
      userArguments: '  loglevel=7 ',
      initArguments: ['--verbose'],
    }),
    'root=/dev/sda ro 8250_core.nr_uarts=0 panic=-1 quiet tsc=reliable no_timer_check loglevel=7 nr_cpus=1 brd.rd_nr=0 -- --verbose',
  );
});

test('virtual PCI keeps PCI on with Hyper-V', () => {
  const line = kernelCommandLine({ platform: 'hyperv', processorCount: 1, virtualPci: true });
  assert.not.match(line, 'pci=off');
});

test('a line that the kernel would cut or misread is refused', () => {
  const line = (userArguments: string) =>
    kernelCommandLine({ platform: 'qemu', processorCount: 1, userArguments });
  assert.ok(line('x'.repeat(1900)));
  hcsThrow(() => line('x'.repeat(2048)), 'E_INVALIDARG');
  hcsThrow(() => line('a\nb'), 'E_INVALIDARG');
  hcsThrow(() => line('a\0b'), 'E_INVALIDARG');
  const error = hcsThrow(() => line('a -- b'), 'E_INVALIDARG');
  assert.match(error.message, '"a -- b"');
  assert.ok(line('a--b --c'));
});

test.run();
