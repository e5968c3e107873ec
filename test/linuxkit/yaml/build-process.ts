/** A process that builds, for tests that kill it: `node build-process.js FOLDER MARK`. Says `building` when it begins. */
import { file } from '../../runtime/rootfs/tar-builder.ts';
import { buildYaml, Images } from './image-bench.ts';

/** Both kernel and root have the mark, so that halves of two builds would show. */
export function markedImages(mark: string): Images {
  return new Images()
    .add('k:1', [[file('kernel', Buffer.alloc(2_000_000, mark))]])
    .add('i', [[file('data', Buffer.alloc(4_000_000, mark))], [file('mark', mark)]]);
}

export const MARKED_YAML = 'kernel: {image: k:1, tar: none}\ninit: [i]\n';

const [folder, mark] = process.argv.slice(2);
if (folder !== undefined && mark !== undefined) {
  process.stdout.write('building\n');
  await buildYaml(folder, MARKED_YAML, markedImages(mark), ['kernel+initrd', 'lcow']);
  process.stdout.write('built\n');
}
