/** `lcow attach`: joins a running container's stdin, stdout and stderr. */
import { RuntimeError } from '../../errors.ts';
import { Lcow } from '../../lcow.ts';
import { follow, readDetachKeys } from '../attached-command.ts';
import type { CommandInput } from '../command.ts';
import { sayError } from '../each-operand.ts';
import { requireTerminal } from '../terminal.ts';

export async function run({ options, operands: [reference = ''] }: CommandInput): Promise<number> {
  const detachKeys = readDetachKeys(options);
  try {
    await using container = Lcow.open().container(reference);
    const { record, state, name } = await container.inspect();
    if (state.status === 'paused') {
      const what = 'it is paused: resume it first';
      throw new RuntimeError('invalid-state', `attach to container "${name}"`, what);
    }
    const interactive = record.openStdin && !options.flag('no-stdin');
    if (record.terminal && interactive) requireTerminal();
    const attached = await container.attach({ stdin: interactive });
    const proxy = options.flag('sig-proxy', true);
    const code = await follow(`container "${name}"`, attached, {
      interactive,
      terminal: record.terminal && process.stdin.isTTY === true,
      detachKeys,
      kill: proxy ? (signal) => container.kill(signal) : undefined,
    });
    return code;
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    if (error.code !== 'not-found' && error.code !== 'invalid-state') throw error;
    sayError(error);
    return 1;
  }
}
