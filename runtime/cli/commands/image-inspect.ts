/** `lcow image inspect`: images of the local store as a JSON array. */
import { directories } from '../../directories.ts';
import { RuntimeError } from '../../errors.ts';
import { openImageStore } from '../../image/image-store.ts';
import type { CommandInput } from '../command.ts';

export async function run({ operands }: CommandInput): Promise<number> {
  const store = openImageStore(directories().data);
  const images = await Promise.all(
    operands.map(async (name) => {
      const image = await store.get(name);
      if (image === undefined) {
        throw new RuntimeError('not-found', `inspect image ${name}`, 'there is no such image');
      }
      return image;
    }),
  );
  process.stdout.write(`${JSON.stringify(images, null, 2)}\n`);
  return 0;
}
