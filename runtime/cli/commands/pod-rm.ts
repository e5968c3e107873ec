/** `lcow pod rm`: ends pods' VMs and removes them. */
import { Lcow } from '../../lcow.ts';
import type { CommandInput } from '../command.ts';
import { allOperands } from '../each-operand.ts';

export async function run({ options, operands }: CommandInput): Promise<number> {
  const { pods } = Lcow.open();
  const force = options.flag('force');
  return allOperands(operands, async (name) => {
    await pods.remove(name, { force });
    return name;
  });
}
