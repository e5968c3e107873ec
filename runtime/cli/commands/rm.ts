/** `lcow rm`: removes containers with their disks and logs. */
import { RuntimeError } from '../../errors.ts';
import { Lcow } from '../../lcow.ts';
import type { CommandInput } from '../command.ts';
import { allOperands } from '../each-operand.ts';

export async function run({ options, operands }: CommandInput): Promise<number> {
  const force = options.flag('force');
  const lcow = Lcow.open();
  return allOperands(operands, async (reference) => {
    try {
      await lcow.container(reference).remove({ force });
    } catch (error) {
      // What is to be gone and is: docker's -f says so and goes on.
      if (!force || !(error instanceof RuntimeError) || error.code !== 'not-found') throw error;
    }
    return reference;
  });
}
