/**
 * Boots one VM whose kernel tells each of its initcalls. The log stays in the guest's memory until the agent answers: on a
 * serial port it would cost more than what it tells of. The boot itself is a little slower for it; the times of single calls
 * are right.
 */
import type { ComputeService } from '../../hcs/service.ts';
import { RuntimeError } from '../../runtime/errors.ts';
import { METHODS } from '../../runtime/guest/methods.ts';
import { createUtilityVm, type UtilityVmShape } from '../../runtime/uvm/utility-vm.ts';
import { readInitcalls } from './initcalls.ts';
import type { BootTrace } from './result.ts';

/** Room for the calls of any kernel: the ring of ours has 128 KiB, and the first lines would be gone. */
const ARGUMENTS = 'initcall_debug printk.time=1 log_buf_len=1M';
const MOST_NAMED = 5;

export interface TraceBootOptions {
  readonly service: ComputeService;
  readonly shape: UtilityVmShape;
  readonly id: string;
  /** For the VM's private sockets; made, and removed with it. */
  readonly directory: string;
  readonly signal: AbortSignal;
}

/**
 * @returns the trace, and what is missing in it, for people
 * @throws what booting a VM throws; RuntimeError unsupported for a kernel that says nothing of its initcalls
 */
export async function traceBoot({
  service,
  shape,
  ...life
}: TraceBootOptions): Promise<{ trace: BootTrace; warnings: string[] }> {
  await using vm = await createUtilityVm(service, {
    ...shape,
    ...life,
    kernelArguments: [shape.kernelArguments ?? '', ARGUMENTS].join(' ').trim(),
  });
  await vm.ready;
  const { marks } = await vm.call('read the timeline', METHODS.getTimeline, {});
  const { text } = await vm.call('read the kernel log', METHODS.kernelLog, {});
  const { spans, unfinished, beheaded } = readInitcalls(text);
  const kernelRelease = vm.guest?.kernelRelease ?? 'unknown';
  if (spans.length === 0) {
    const what = `Linux ${kernelRelease} says nothing of its initcalls, though it was booted with initcall_debug`;
    throw new RuntimeError('unsupported', 'trace the boot', what);
  }
  const times = marks.map(({ name, atNs }) => ({
    name: name ?? '',
    atMs: Number(atNs ?? 0) / 1e6,
  }));
  const names = unfinished.slice(0, MOST_NAMED).join(', ');
  return {
    trace: { kernelRelease, initcalls: spans, marks: times },
    warnings: [
      ...(beheaded > 0 ? [`the log's beginning is lost: ${beheaded} calls are not drawn`] : []),
      ...(unfinished.length > 0 ? [`not seen to return: ${names}`] : []),
    ],
  };
}
