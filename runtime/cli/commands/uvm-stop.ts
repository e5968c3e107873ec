/** `lcow uvm stop`: ends pods' utility VMs with all that runs in them. */
import { Lcow } from '../../lcow.ts';
import type { CommandInput } from '../command.ts';
import { allOperands } from '../each-operand.ts';
import { readStopOptions } from '../stop-options.ts';

/** What `stop` gives a container. */
const DEFAULT_SECONDS = 10;

export async function run({ options, operands }: CommandInput): Promise<number> {
  const { timeoutSeconds = DEFAULT_SECONDS } = readStopOptions(options);
  const { pods } = Lcow.open();
  const graceMs = timeoutSeconds < 0 ? 2 ** 32 - 1 : timeoutSeconds * 1000;
  return allOperands(operands, async (reference) => {
    await pods.stop(pods.resolve(reference), graceMs);
    return reference;
  });
}
