/**
 * Names in a layer's tar as paths below the layer's root: the one place that decides which names are allowed.
 *
 * "./a", "a/" and "/a" are all "a", as Docker reads them; a ".." is refused wherever it stands, since no honest layer
 * has one and what it would mean depends on who reads it. Nothing here touches the host's files.
 */
import { displayByteString } from './byte-string.ts';
import { MAX_NAME_BYTES } from './ext4/format.ts';

/** Linux's PATH_MAX without the final NUL. */
export const MAX_PATH_BYTES = 4095;

/** A name cannot be a path in a layer; the message says which and why. */
export class TarPathError extends Error {
  override readonly name = 'TarPathError';
}

/** The parts of a path, none of them empty; [] is the root. `what` begins the message of an error. */
export function splitLayerPath(name: string, what: string): string[] {
  if (name.length > MAX_PATH_BYTES) {
    throw new TarPathError(
      `${what} ${displayByteString(name)} is ${name.length} bytes long, the limit is ${MAX_PATH_BYTES}`,
    );
  }
  if (name.includes('\0')) {
    throw new TarPathError(`${what} ${displayByteString(name)} has a NUL byte`);
  }
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  for (const part of parts) {
    if (part === '..') {
      throw new TarPathError(`${what} ${displayByteString(name)} leaves the layer by ".."`);
    }
    if (part.length > MAX_NAME_BYTES) {
      throw new TarPathError(
        `${what} ${displayByteString(name)} has a part of ${part.length} bytes, the limit is ${MAX_NAME_BYTES}`,
      );
    }
  }
  return parts;
}
