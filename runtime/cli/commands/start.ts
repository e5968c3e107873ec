/** `lcow start`: starts containers that are not running; with -a one of them in the foreground. */
import { RuntimeError } from '../../errors.ts';
import { Lcow } from '../../lcow.ts';
import { follow, readDetachKeys } from '../attached-command.ts';
import { cancelOnSignals } from '../cancel.ts';
import type { CommandInput } from '../command.ts';
import { eachOperand, sayError } from '../each-operand.ts';
import { startTracing } from '../start-tracing.ts';
import { requireTerminal, terminalSize } from '../terminal.ts';
import { newTimeline, timelineTable, writeTimelineJson } from '../timeline-report.ts';

export async function run(input: CommandInput): Promise<number> {
  const { options, operands } = input;
  if (options.flag('attach') || options.flag('interactive')) return startAttached(input);
  const lcow = Lcow.open();
  return eachOperand(operands, async (reference) => {
    await using container = lcow.container(reference);
    const timeline = newTimeline(options.flag('debug'));
    const trace = await startTracing('lcow start', timeline);
    trace?.describe({ 'container.id': container.id });
    try {
      await container.start({ timeline, traceparent: trace?.traceparent });
    } catch (error) {
      await trace?.end(error);
      throw error;
    }
    process.stdout.write(`${reference}\n`);
    await trace?.end();
  });
}

async function startAttached({ options, operands }: CommandInput): Promise<number> {
  const [reference = '', ...more] = operands;
  if (more.length > 0) {
    const what = `it was given ${operands.length} containers: only one can be in the foreground`;
    throw new RuntimeError('invalid-argument', 'run "lcow start"', what);
  }
  const detachKeys = readDetachKeys(options);
  const timeline = newTimeline(options.flag('debug'));
  timeline.mark('command loaded');
  const trace = await startTracing('lcow start', timeline);
  try {
    await using container = Lcow.open().container(reference);
    const { record, name } = await container.inspect();
    trace?.describe({
      'container.id': record.id,
      'container.name': name,
      'container.image.name': record.image.name,
    });
    const interactive = options.flag('interactive') && record.openStdin;
    const { terminal } = record;
    if (terminal && interactive) requireTerminal();
    const cancel = cancelOnSignals();
    let attached: Awaited<ReturnType<typeof container.start>>;
    try {
      attached = await container.start({
        attach: { stdin: interactive },
        terminalSize: terminal ? terminalSize() : undefined,
        timeline,
        signal: cancel.signal,
        traceparent: trace?.traceparent,
      });
    } finally {
      cancel.release();
    }
    trace?.started();
    if (attached === undefined) return 1;
    const ourTerminal = terminal && process.stdin.isTTY === true;
    const code = await follow(`container "${reference}"`, attached, {
      interactive,
      terminal: ourTerminal,
      detachKeys,
      kill: (signal) => container.kill(signal),
      onFirstByte: () => timeline.markGuest('first byte'),
    });
    timeline.markGuest('exit');
    trace?.describe({ 'process.exit.code': code });
    await trace?.end();
    if (options.flag('timeline')) process.stderr.write(timelineTable(timeline));
    const file = options.text('timeline-json');
    if (file !== undefined) await writeTimelineJson(file, timeline, {});
    return code;
  } catch (error) {
    await trace?.end(error);
    if (error instanceof RuntimeError && error.code !== 'not-found') throw error;
    sayError(error);
    return 1;
  }
}
