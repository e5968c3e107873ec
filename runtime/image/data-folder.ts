/** Where things lie in the data folder: paths only, no reading and no writing. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type Digest, digestHex } from './digest.ts';

export class DataFolder {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  /** Unfinished files, swept when their process is no more. */
  get temporary(): string {
    return join(this.root, 'tmp');
  }

  get blobs(): string {
    return join(this.root, 'content', 'blobs', 'sha256');
  }

  blob(digest: Digest): string {
    return join(this.blobs, digestHex(digest));
  }

  get layers(): string {
    return join(this.root, 'layers');
  }

  layer(diffId: Digest): string {
    return join(this.layers, digestHex(diffId), 'layer.vhd');
  }

  /** Records of named images, one file a name. */
  get images(): string {
    return join(this.root, 'images');
  }

  image(name: string): string {
    return join(this.images, `${keyOf(name)}.json`);
  }

  /** Records of images that were run from a path, one file a path. */
  get paths(): string {
    return join(this.root, 'paths');
  }

  path(path: string, selector: string): string {
    return join(this.paths, `${keyOf(`${path}\0${selector}`)}.json`);
  }

  /** What imports under way are about to use, one file an import. */
  get leases(): string {
    return join(this.root, 'leases');
  }

  /** Held while content is collected or a lease is taken. */
  get lock(): string {
    return join(this.root, 'images.lock');
  }
}

/** Names hold slashes and may be longer than a file name; which one it is stands in the record. */
function keyOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 40);
}
