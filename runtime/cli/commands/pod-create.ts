/** `lcow pod create`: makes a pod, a utility VM that several containers share, and prints its name. */
import { Lcow } from '../../lcow.ts';
import { bootFilesOf } from '../boot-files-option.ts';
import { cancelOnSignals } from '../cancel.ts';
import type { CommandInput } from '../command.ts';
import { readLabels } from '../environment-options.ts';
import { readShape } from '../run-options.ts';
import { parseCount, parseSize } from '../size.ts';

const MIB = 1024 * 1024;

export async function run({ options, operands: [name = ''] }: CommandInput): Promise<number> {
  const memory = options.text('memory');
  const cpus = options.text('cpus');
  const request = {
    name,
    labels: readLabels(options),
    ...readShape(options),
    ...(await bootFilesOf(options)),
    ...(memory === undefined ? {} : { memoryMiB: Math.ceil(parseSize('--memory', memory) / MIB) }),
    ...(cpus === undefined ? {} : { processorCount: parseCount('--cpus', cpus, 1, 240) }),
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
