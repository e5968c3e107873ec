/** `lcow setup containerd`: makes lcow a runtime of containerd's CRI plugin, or takes that back. */
import type { CommandInput } from '../command.ts';
import { runSetUp } from '../set-up-command.ts';

export async function run({ options }: CommandInput): Promise<number> {
  return runSetUp('containerd', options);
}
