/** What a boot loader hands to the kernel as its initrd: microcode first, uncompressed, then the root file system. */
import { ContentReader } from './content.ts';
import { type Content, sizeOf } from './root-tree.ts';

const BLOCK_BYTES = 512;

/** The kernel looks for microcode at the very beginning and unpacks archives one after the other. */
export async function* initrdOf(
  ucode: Content | undefined,
  rootfs: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (ucode !== undefined) {
    await using reader = new ContentReader();
    yield* reader.read(ucode);
    const over = sizeOf(ucode) % BLOCK_BYTES;
    if (over !== 0) yield Buffer.alloc(BLOCK_BYTES - over);
  }
  yield* rootfs;
}
