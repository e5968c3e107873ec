/** `lcow wait`: waits until containers exit and prints their exit statuses, in the order they were named. */
import { Lcow } from '../../lcow.ts';
import type { CommandInput } from '../command.ts';
import { allOperands } from '../each-operand.ts';

export async function run({ operands }: CommandInput): Promise<number> {
  const lcow = Lcow.open();
  return allOperands(operands, async (reference) => {
    await using container = lcow.container(reference);
    const code = await container.wait();
    return String(code);
  });
}
