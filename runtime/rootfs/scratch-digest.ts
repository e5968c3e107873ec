/**
 * Whether a scratch disk is as it was made. Not how it is made (scratch.ts), which a start need not know.
 */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';

/** Superblock and group descriptors: no kernel and no tool mounts or changes a file system without writing there. */
const HEAD_BYTES = 8192;

/**
 * What a raw or fixed VHD disk begins with, as a digest: two that createScratch() made of one size and that were not
 * mounted yet have the same, and the same content. Throws as open(2).
 */
export function scratchDigest(path: string): string {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    const length = readSync(file, head, 0, HEAD_BYTES, 0);
    return createHash('sha256').update(head.subarray(0, length)).digest('hex');
  } finally {
    closeSync(file);
  }
}
