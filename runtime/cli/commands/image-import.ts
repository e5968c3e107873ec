/** `lcow image import`: an image from a file or folder into the local store. */
import { resolve } from 'node:path';
import { directories } from '../../directories.ts';
import { openImageStore } from '../../image/image-store.ts';
import type { CommandInput } from '../command.ts';

export async function run({ options, operands: [path = ''] }: CommandInput): Promise<number> {
  const name = options.text('name');
  const where = directories();
  if (process.platform === 'win32') {
    const { makePrivateRoots } = await import('../../private-folder.ts');
    await makePrivateRoots(where);
  }
  const store = openImageStore(where.data);
  const record = await store.import(resolve(path), name === undefined ? {} : { name });
  process.stdout.write(`${record.name} ${record.id}\n`);
  return 0;
}
