/** `lcow image list`. */
import { directories } from '../../directories.ts';
import { openImageStore } from '../../image/image-store.ts';
import type { CommandInput } from '../command.ts';
import { formatOf, table } from '../table.ts';

export async function run({ options }: CommandInput): Promise<number> {
  const images = await openImageStore(directories().data).list();
  if (options.flag('quiet')) {
    for (const { id } of images) process.stdout.write(`${id}\n`);
  } else if (formatOf(options) === 'json') {
    process.stdout.write(`${JSON.stringify(images, null, 2)}\n`);
  } else {
    const rows = images.map(({ name, id, layers }) => {
      const bytes = layers.reduce((sum, { blob }) => sum + blob.sizeBytes, 0);
      return [name, id.slice('sha256:'.length).slice(0, 12), `${(bytes / 1e6).toFixed(1)} MB`];
    });
    process.stdout.write(table(['NAME', 'ID', 'SIZE'], rows));
  }
  return 0;
}
