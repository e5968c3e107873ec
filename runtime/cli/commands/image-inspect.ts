/** `lcow image inspect`: images of the local store as a JSON array. */
import { directories } from '../../directories.ts';
import { RuntimeError } from '../../errors.ts';
import type { CommandInput } from '../command.ts';
import { inspectObject } from '../inspect-object.ts';
import { objectsText } from '../object-output.ts';

export async function run({ options, operands }: CommandInput): Promise<number> {
  const where = directories();
  const images = await Promise.all(
    operands.map(async (name) => {
      const image = await inspectObject(where, name, ['image']);
      if (image === undefined) {
        throw new RuntimeError('not-found', `inspect image ${name}`, 'there is no such image');
      }
      return image;
    }),
  );
  process.stdout.write(objectsText(options.text('format'), images, process.stdout.isTTY === true));
  return 0;
}
