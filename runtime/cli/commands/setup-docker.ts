/** `lcow setup docker`: makes lcow a runtime of Docker's daemon, or takes that back. */
import type { CommandInput } from '../command.ts';
import { runSetUp } from '../set-up-command.ts';

export async function run({ options }: CommandInput): Promise<number> {
  return runSetUp('docker', options);
}
