/** `lcow pod create`: makes a pod, a utility VM that several containers share, and prints its name. */
import { Lcow } from '../../lcow.ts';
import { bootFilesOf } from '../boot-files-option.ts';
import { cancelOnSignals } from '../cancel.ts';
import type { CommandInput } from '../command.ts';
import { readLabels } from '../environment-options.ts';
import { readShape } from '../run-options.ts';
import { readVmSize } from '../vm-size.ts';

export async function run({ options, operands: [name = ''] }: CommandInput): Promise<number> {
  const request = {
    name,
    labels: readLabels(options),
    ...readShape(options),
    ...(await bootFilesOf(options)),
    ...readVmSize(options),
  };
  const cancel = cancelOnSignals();
  try {
    await Lcow.open().pods.create({ ...request, signal: cancel.signal });
  } finally {
    cancel.release();
  }
  process.stdout.write(`${name}\n`);
  return 0;
}
