/** `lcow kernel rm`: forgets kernels that were built here; boot files that were made of them stay. */
import { join } from 'node:path';
import { KernelStore } from '../../../linuxkit/kernel/kernel-store.ts';
import { directories } from '../../directories.ts';
import { RuntimeError } from '../../errors.ts';
import type { CommandInput } from '../command.ts';

export async function run({ operands }: CommandInput): Promise<number> {
  const store = new KernelStore(join(directories().data, 'kernel'));
  for (const id of operands) {
    if (store.find(id) === undefined) {
      const what = `${JSON.stringify(id.slice(0, 64))} is none of \`lcow kernel list\``;
      throw new RuntimeError('not-found', 'remove a kernel', what);
    }
    await store.remove(id);
    process.stdout.write(`${id}\n`);
  }
  return 0;
}
