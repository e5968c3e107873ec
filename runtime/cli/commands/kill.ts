/** `lcow kill`: a signal to running containers' first process. */
import { parseSignal, SIGKILL } from '../../container/signal.ts';
import { Lcow } from '../../lcow.ts';
import type { CommandInput } from '../command.ts';
import { eachOperand } from '../each-operand.ts';

export async function run({ options, operands }: CommandInput): Promise<number> {
  const text = options.text('signal');
  const signal = text === undefined ? SIGKILL : parseSignal('read --signal', text);
  const lcow = Lcow.open();
  return eachOperand(operands, async (reference) => {
    await using container = lcow.container(reference);
    await container.kill(signal);
    process.stdout.write(`${reference}\n`);
  });
}
