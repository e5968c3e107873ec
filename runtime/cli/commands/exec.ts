/** `lcow exec`: a further process in a running container. Its path is kept short: one dial, three calls. */
import { RuntimeError } from '../../errors.ts';
import { Lcow } from '../../lcow.ts';
import type { ExecRequest } from '../../lcow/exec.ts';
import { Timeline } from '../../timeline.ts';
import { follow, readDetachKeys } from '../attached-command.ts';
import type { CommandInput, OptionValues } from '../command.ts';
import { sayError } from '../each-operand.ts';
import { readEnvironment } from '../environment-options.ts';
import { startTracing } from '../start-tracing.ts';
import { requireTerminal, terminalSize } from '../terminal.ts';

export async function run({ options, operands }: CommandInput): Promise<number> {
  const [reference = '', ...args] = operands;
  const detachKeys = readDetachKeys(options);
  const detached = options.flag('detach');
  const interactive = options.flag('interactive') && !detached;
  const terminal = options.flag('tty');
  if (terminal && interactive) requireTerminal();
  const request = readRequest(options, args);
  const timeline = new Timeline();
  timeline.mark('command loaded');
  const trace = await startTracing('lcow exec', timeline);
  const { traceparent } = trace ?? {};
  try {
    await using container = Lcow.open().container(reference);
    trace?.describe({ 'container.id': container.id });
    if (detached) {
      await container.execDetached({ ...request, terminal, traceparent });
      timeline.markGuest('process started');
      await trace?.end();
      return 0;
    }
    const exec = await container.exec({
      ...{ ...request, traceparent },
      stdin: interactive,
      terminal: terminal && terminalSize(),
    });
    timeline.markGuest('process started');
    trace?.started();
    const code = await follow('the process', exec, {
      interactive,
      terminal,
      detachKeys,
      // As docker's: without a terminal, signals end the command and not the process.
      kill: terminal ? (signal) => exec.kill(signal) : undefined,
    });
    timeline.markGuest('exit');
    trace?.describe({ 'process.exit.code': code });
    await trace?.end();
    return code;
  } catch (error) {
    await trace?.end(error);
    // A container that is not there or does not run is 1, as docker has it; what its process does is its own status.
    if (!isAboutContainer(error)) throw error;
    sayError(error);
    return 1;
  }
}

function readRequest(options: OptionValues, args: readonly string[]): ExecRequest {
  const workingDirectory = options.text('workdir');
  const user = options.text('user');
  return {
    args,
    env: readEnvironment(options),
    privileged: options.flag('privileged'),
    ...(workingDirectory === undefined ? {} : { workingDirectory }),
    ...(user === undefined ? {} : { user }),
  };
}

function isAboutContainer(error: unknown): boolean {
  return (
    error instanceof RuntimeError && (error.code === 'not-found' || error.code === 'invalid-state')
  );
}
