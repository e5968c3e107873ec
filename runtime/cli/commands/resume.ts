/** `lcow resume`: lets paused containers go on. */
import { Lcow } from '../../lcow.ts';
import type { CommandInput } from '../command.ts';
import { eachOperand } from '../each-operand.ts';

export async function run({ operands }: CommandInput): Promise<number> {
  const lcow = Lcow.open();
  return eachOperand(operands, async (reference) => {
    await using container = lcow.container(reference);
    await container.resume();
    process.stdout.write(`${reference}\n`);
  });
}
