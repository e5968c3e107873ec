/**
 * `lcow bench trace-boot`: boots one VM whose kernel tells each of its initcalls, and draws where the time went. The
 * log stays in the guest's memory until the agent answers: on a serial port it would cost more than what it tells of.
 */
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { bootFlameChart } from '../../../bench/report/boot-flame-chart.ts';
import { type InitcallLog, readInitcalls } from '../../../bench/report/initcalls.ts';
import { hostVersionOf } from '../../../hcs/document/host-version.ts';
import { bootsByUefi } from '../../../hcs/document/lcow-boot.ts';
import { findBootFiles } from '../../../linuxkit/manifest.ts';
import { directories } from '../../directories.ts';
import { RuntimeError } from '../../errors.ts';
import { METHODS } from '../../guest/methods.ts';
import { openHostService } from '../../host-service.ts';
import { writeFileAtomically } from '../../rootfs/temporary-file.ts';
import { createUtilityVm, type UtilityVm, type UtilityVmShape } from '../../uvm/utility-vm.ts';
import { cancelOnSignals } from '../cancel.ts';
import type { CommandInput } from '../command.ts';
import { escapeControl } from '../escape.ts';
import { parseCount } from '../size.ts';
import { table } from '../table.ts';

const DEFAULT_OUTPUT = 'boot.svg';
const CHART_WIDTH = 1600;
const MOST_TOLD = 1000;
/** Room for the calls of any kernel: the ring of ours has 128 KiB, and the first lines would be gone. */
const ARGUMENTS = 'initcall_debug printk.time=1 log_buf_len=1M';

export async function run({ options }: CommandInput): Promise<number> {
  const output = options.text('output') ?? DEFAULT_OUTPUT;
  const top = parseCount('--top', options.text('top') ?? '20', 0, MOST_TOLD);
  const paths = directories();
  const machine = options.text('machine');
  const service = await openHostService(
    paths,
    machine === undefined ? process.env : { ...process.env, LCOW_MACHINE: machine },
  );
  const properties = await service.properties();
  const host = hostVersionOf(properties);
  const cancel = cancelOnSignals();
  const id = `trace-${randomBytes(4).toString('hex')}`;
  const shape: UtilityVmShape = {
    bootFiles: await findBootFiles({ bzImage: bootsByUefi(host) }),
    execution: properties.Execution,
    host,
    kernelArguments: [options.text('kernel-args') ?? '', ARGUMENTS].join(' ').trim(),
  };
  try {
    await using vm = await createUtilityVm(service, {
      ...shape,
      id,
      directory: join(paths.run, 'pod', id),
      signal: cancel.signal,
    });
    const traced = await trace(vm);
    const title = `Boot of Linux ${traced.release} (${properties.Execution.Accelerator})`;
    const chart = bootFlameChart(traced.log, traced.marks, { title, width: CHART_WIDTH });
    const text = `<?xml version="1.0" encoding="UTF-8"?>\n${chart.text}\n`;
    await writeFileAtomically(output, (file) => file.writeFile(text), { mode: 0o644 });
    tell(traced.log, top);
    process.stdout.write(`${escapeControl(resolve(output))}\n`);
    return 0;
  } finally {
    cancel.release();
  }
}

interface Traced {
  readonly release: string;
  readonly log: InitcallLog;
  readonly marks: readonly { name: string; atMs: number }[];
}

async function trace(vm: UtilityVm): Promise<Traced> {
  await vm.ready;
  const { marks } = await vm.call('read the timeline', METHODS.getTimeline, {});
  const { text } = await vm.call('read the kernel log', METHODS.kernelLog, {});
  const log = readInitcalls(text);
  const release = vm.guest?.kernelRelease ?? 'unknown';
  if (log.spans.length === 0) {
    const what = `Linux ${release} says nothing of its initcalls, though it was booted with initcall_debug`;
    throw new RuntimeError('unsupported', 'trace the boot', what);
  }
  const times = marks.map(({ name, atNs }) => ({
    name: name ?? '',
    atMs: Number(atNs ?? 0) / 1e6,
  }));
  return { release, log, marks: times };
}

/** The longest calls on stdout; what is missing on stderr. */
function tell({ spans, unfinished, beheaded }: InitcallLog, top: number): void {
  if (beheaded > 0) {
    process.stderr.write(`warning: the log's beginning is lost: ${beheaded} calls are not drawn\n`);
  }
  if (unfinished.length > 0) {
    const names = unfinished.slice(0, 5).map(escapeControl).join(', ');
    process.stderr.write(`warning: not seen to return: ${names}\n`);
  }
  const all = spans.reduce((sum, { ms, depth }) => sum + (depth === 0 ? ms : 0), 0);
  process.stderr.write(`${spans.length} initcalls, ${all.toFixed(1)} ms in all\n`);
  if (top === 0) return;
  const rows = [...spans]
    .sort((a, b) => b.ms - a.ms)
    .slice(0, top)
    .map(({ name, ms, startMs, returned }) => [
      escapeControl(name),
      ms.toFixed(3),
      startMs.toFixed(3),
      String(returned),
    ]);
  process.stdout.write(table(['INITCALL', 'MS', 'AT MS', 'RETURNED'], rows));
}
