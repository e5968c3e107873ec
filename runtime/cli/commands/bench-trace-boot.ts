/** `lcow bench trace-boot`: boots one VM whose kernel tells each of its initcalls, and draws where the time went. */
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { bootFlameChart } from '../../../bench/report/boot-flame-chart.ts';
import { writeWhole } from '../../../bench/startup/bench-file.ts';
import { traceBoot } from '../../../bench/startup/boot-trace.ts';
import type { BootTrace } from '../../../bench/startup/result.ts';
import { hostVersionOf } from '../../../hcs/document/host-version.ts';
import { bootsByUefi } from '../../../hcs/document/lcow-boot.ts';
import { findBootFiles } from '../../../linuxkit/manifest.ts';
import { directories } from '../../directories.ts';
import { openHostService } from '../../host-service.ts';
import { cancelOnSignals } from '../cancel.ts';
import type { CommandInput } from '../command.ts';
import { escapeControl } from '../escape.ts';
import { parseCount } from '../size.ts';
import { table } from '../table.ts';

const DEFAULT_OUTPUT = 'boot.svg';
const CHART_WIDTH = 1600;
const MOST_TOLD = 1000;

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
  const { Execution: execution } = properties;
  const host = hostVersionOf(properties);
  const bootFiles = await findBootFiles({ bzImage: bootsByUefi(host) });
  const kernelArguments = options.text('kernel-args') ?? '';
  const id = `trace-${randomBytes(4).toString('hex')}`;
  const cancel = cancelOnSignals();
  try {
    const { trace, warnings } = await traceBoot({
      ...{ service, id, directory: join(paths.run, 'pod', id), signal: cancel.signal },
      shape: { bootFiles, execution, host, kernelArguments },
    });
    const title = `Boot of Linux ${trace.kernelRelease} (${execution.Accelerator})`;
    const frame = { id: 'boot', width: CHART_WIDTH, standAlone: true };
    const chart = bootFlameChart(trace, { title, ...frame });
    const text = `<?xml version="1.0" encoding="UTF-8"?>\n${chart.text}\n`;
    await writeWhole(output, text);
    for (const warning of warnings) {
      process.stderr.write(`warning: ${escapeControl(warning)}\n`);
    }
    tell(trace, top);
    process.stdout.write(`${escapeControl(resolve(output))}\n`);
    return 0;
  } finally {
    cancel.release();
  }
}

/** The longest calls on stdout, their sum on stderr. */
function tell({ initcalls }: BootTrace, top: number): void {
  const all = initcalls.reduce((sum, { ms, depth }) => sum + (depth === 0 ? ms : 0), 0);
  process.stderr.write(`${initcalls.length} initcalls, ${all.toFixed(1)} ms in all\n`);
  if (top === 0) return;
  const rows = [...initcalls]
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
