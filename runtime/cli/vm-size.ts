/** `--memory` and `--cpus` of commands that make a VM: what they make of its shape. */
import type { OptionValues } from './command.ts';
import { parseCount, parseSize } from './size.ts';

const MIB = 1024 * 1024;

/** Absent where the option is. @throws RuntimeError invalid-argument naming the option */
export function readVmSize(options: OptionValues): {
  readonly memoryMiB?: number;
  readonly processorCount?: number;
} {
  const memory = options.text('memory');
  const cpus = options.text('cpus');
  return {
    ...(memory === undefined ? {} : { memoryMiB: Math.ceil(parseSize('--memory', memory) / MIB) }),
    ...(cpus === undefined ? {} : { processorCount: parseCount('--cpus', cpus, 1, 240) }),
  };
}
