/** `lcow stop`: asks running containers to end, and kills those that do not. All at once. */
import { Lcow } from '../../lcow.ts';
import type { CommandInput } from '../command.ts';
import { allOperands } from '../each-operand.ts';
import { readStopOptions } from '../stop-options.ts';

export async function run({ options, operands }: CommandInput): Promise<number> {
  const how = readStopOptions(options);
  const lcow = Lcow.open();
  return allOperands(operands, async (reference) => {
    await using container = lcow.container(reference);
    await container.stop(how);
    return reference;
  });
}
