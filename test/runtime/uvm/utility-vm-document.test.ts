/** The document of a utility VM: what of the host's arguments for the kernel its kernel is given. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { platformArguments } from '../../../hcs/qemu/kernel-arguments.ts';
import { utilityVmDocument } from '../../../runtime/uvm/utility-vm.ts';

function line(builtKernel?: boolean, processorCount = 1): string {
  const { VirtualMachine } = utilityVmDocument({
    bootFiles: {
      kernel: '/k',
      initrd: '/i',
      ...(builtKernel === undefined ? {} : { builtKernel }),
    },
    execution: {
      ...{ Accelerator: 'tcg', Platform: 'qemu' },
      KernelArguments: platformArguments('tcg', 2_000_000, 'microvm'),
    },
    processorCount,
  });
  return VirtualMachine?.Chipset?.LinuxKernelDirect?.KernelCmdLine ?? '';
}

test('tracing is kept from starting in a kernel that may have it, and not looked for in one of ours', () => {
  assert.match(line(), / initcall_blacklist=tracer_init_tracefs,/);
  assert.match(line(false), / initcall_blacklist=/);
  assert.not.match(line(true), /initcall_blacklist=/);
  assert.match(line(true), / lpj=4000000 nolapic_timer tsc_early_khz=2000000 /);
});

test('a microvm of several processors keeps their timers', () => {
  assert.match(line(true, 1), / nolapic_timer /);
  assert.not.match(line(true, 2), /nolapic_timer/);
});

test.run();
