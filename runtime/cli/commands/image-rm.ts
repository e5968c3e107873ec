/** `lcow image rm`. */
import { directories } from '../../directories.ts';
import { openImageStore } from '../../image/image-store.ts';
import type { CommandInput } from '../command.ts';

export async function run({ operands }: CommandInput): Promise<number> {
  const store = openImageStore(directories().data);
  for (const name of operands) {
    await store.remove(name);
    process.stdout.write(`${name}\n`);
  }
  return 0;
}
