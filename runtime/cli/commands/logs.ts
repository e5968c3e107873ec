/** `lcow logs`: a container's output, its stdout to ours and its stderr to ours, byte for byte. */
import { Lcow } from '../../lcow.ts';
import type { CommandInput } from '../command.ts';
import { parseCount } from '../size.ts';
import { parseTime } from '../time-argument.ts';
import { writeOutput } from '../write-output.ts';

const NEWLINE = 10;

export async function run({ options, operands }: CommandInput): Promise<number> {
  const nowMs = Date.now();
  const time = (name: string): number | undefined => {
    const text = options.text(name);
    return text === undefined ? undefined : parseTime(`--${name}`, text, nowMs);
  };
  const tail = options.text('tail');
  // docker: all, or any number below zero.
  const last =
    tail === undefined || tail === 'all' || /^-\d+$/.test(tail)
      ? undefined
      : parseCount('--tail', tail, 0, 999_999_999);
  const [sinceMs, untilMs] = [time('since'), time('until')];
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => stop.abort());
  }
  await using lcow = Lcow.open();
  await using container = lcow.container(operands[0] ?? '');
  const output = container.logs({
    follow: options.flag('follow'),
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(untilMs === undefined ? {} : { untilMs }),
    ...(last === undefined ? {} : { tail: last }),
    signal: stop.signal,
  });
  const timestamps = options.flag('timestamps');
  const atLineStart = { stdout: true, stderr: true };
  for await (const { stream, bytes, timeMs } of output) {
    const stamp = timestamps && atLineStart[stream] ? `${new Date(timeMs).toISOString()} ` : '';
    atLineStart[stream] = bytes.at(-1) === NEWLINE;
    const text = stamp === '' ? bytes : Buffer.concat([Buffer.from(stamp), bytes]);
    if (!(await writeOutput(process[stream], text, stop.signal))) break;
  }
  return stop.signal.aborted ? 130 : 0;
}
