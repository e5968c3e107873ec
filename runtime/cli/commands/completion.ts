/** `lcow completion SHELL`: the script that completes lcow there. */
import { RuntimeError } from '../../errors.ts';
import type { CommandInput } from '../command.ts';
import { completionScript, SHELLS } from '../completion-scripts.ts';

export async function run({ operands }: CommandInput): Promise<number> {
  const shell = SHELLS.find((known) => known === operands[0]);
  if (shell === undefined) {
    const what = `"${operands[0]}" is not one of ${SHELLS.join(', ')}`;
    throw new RuntimeError('invalid-argument', 'print the completion of a shell', what);
  }
  process.stdout.write(completionScript(shell));
  return 0;
}
