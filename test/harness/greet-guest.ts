/** The host's half of the preamble (docs/protocol.md §2), written apart from runtime/guest's codec. */
import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';

const HELLO_BYTES = 64;
/** What a guest may send before its hello. */
const DISCARD_MAX = 4 * 1024 * 1024;

/** Greets a guest and resolves when its hello has come, with the nonce that we sent. */
export async function greetGuest(stream: Duplex, timeoutMs = 60_000): Promise<void> {
  const hello = Buffer.alloc(HELLO_BYTES);
  hello.write('lcowHOST', 0, 'latin1');
  hello.writeUInt32LE(1, 8);
  const nonce = randomBytes(16);
  nonce.copy(hello, 16);
  stream.write(hello);
  const answer = await readUntil(stream, timeoutMs, (received) => {
    for (
      let at = received.indexOf('lcowGUES');
      at !== -1;
      at = received.indexOf('lcowGUES', at + 1)
    ) {
      const found = received.subarray(at, at + HELLO_BYTES);
      if (found.length === HELLO_BYTES && found.subarray(16, 32).equals(nonce)) return found;
    }
    return undefined;
  });
  const status = answer.readUInt32LE(12);
  if (status !== 0) throw new Error(`the guest refused the hello with status ${status}`);
}

/** Reads until `find` finds what it looks for in all that was received. */
export function readUntil<T>(
  stream: Duplex,
  timeoutMs: number,
  find: (received: Buffer) => T | undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      stream.off('data', take).off('error', fail).off('close', close);
      stream.pause();
      settle();
    };
    const fail = (error: unknown): void => end(() => reject(error as Error));
    const close = (): void => fail(new Error(`the stream ended after ${received.length} bytes`));
    const timer = setTimeout(() => {
      fail(new Error(`not found within ${timeoutMs} ms in ${received.length} bytes`));
    }, timeoutMs);
    const take = (chunk: Buffer): void => {
      received = Buffer.concat([received, chunk]);
      const found = find(received);
      if (found !== undefined) end(() => resolve(found));
      else if (received.length > DISCARD_MAX) fail(new Error('not found in 4 MiB'));
    };
    // Resumed by hand: a stream that was paused by the last search stays so.
    stream.on('data', take).on('error', fail).on('close', close).resume();
  });
}
