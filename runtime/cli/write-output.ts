/** Writes to stdout or stderr at the reader's pace. */

/**
 * Resolves when more may be written. False: nobody reads any more, or the signal aborted.
 */
export function writeOutput(
  stream: NodeJS.WriteStream,
  bytes: Buffer | string,
  signal?: AbortSignal,
): Promise<boolean> {
  if (stream.destroyed || signal?.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const settle = (more: boolean) => (): void => {
      stream.off('drain', drained);
      stream.off('error', broken);
      signal?.removeEventListener('abort', broken);
      resolve(more);
    };
    const drained = settle(true);
    const broken = settle(false);
    stream.once('error', broken);
    signal?.addEventListener('abort', broken, { once: true });
    if (stream.write(bytes)) drained();
    else stream.once('drain', drained);
  });
}
