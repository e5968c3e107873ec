/**
 * Begins the link on a stream that the guest dialled: sends the host's hello, finds the guest's among
 * stale bytes, checks its proof. Afterwards the stream carries HTTP/2 (docs/protocol.md §2).
 */
import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { cancelled } from '../deadline.ts';
import { RuntimeError } from '../errors.ts';
import {
  decodeGuestHello,
  DISCARD_LIMIT_BYTES,
  encodeHostHello,
  findGuestHello,
  guestProofHolds,
  HELLO_BYTES,
} from './preamble.ts';

export interface LinkOptions {
  /** 32 bytes; absent on a VM's first connection. */
  readonly secret?: Buffer;
  /** Ends the wait, for example when the VM exits. The caller sets the deadline through it. */
  readonly signal: AbortSignal;
}

const OP = 'link to the guest';

/**
 * Resolves when both hellos were exchanged; bytes after the guest's hello are left in the stream.
 * On failure the stream is destroyed.
 * @throws RuntimeError data-loss (garbage), permission-denied (proof), unsupported (version),
 *   unavailable (stream ended), cancelled
 */
export async function beginLink(stream: Duplex, options: LinkOptions): Promise<void> {
  const nonce = randomBytes(16);
  try {
    stream.write(encodeHostHello(nonce, options.secret));
    const hello = decodeGuestHello(await readGuestHello(stream, nonce, options.signal));
    switch (hello.status) {
      case 'accepted':
        if (!guestProofHolds(hello.proof, nonce, options.secret)) {
          throw new RuntimeError('permission-denied', OP, 'the guest does not know its secret');
        }
        return;
      case 'proof-wrong':
        throw new RuntimeError(
          'permission-denied',
          OP,
          'the guest refused our proof of its secret',
        );
      case 'version-not-supported':
        throw new RuntimeError(
          'unsupported',
          OP,
          `the guest speaks version ${hello.version}, not 1`,
        );
      case 'unknown':
        throw new RuntimeError('data-loss', OP, 'the guest answered with an unknown status');
      default:
        hello satisfies never;
    }
  } catch (error) {
    stream.destroy();
    throw error;
  }
}

function readGuestHello(stream: Duplex, nonce: Buffer, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let pending: Buffer = Buffer.alloc(0);
    let discarded = 0;

    const finish = (settle: () => void): void => {
      stream.off('readable', onReadable);
      stream.off('end', onEnd);
      stream.off('close', onEnd);
      stream.off('error', onError);
      signal.removeEventListener('abort', onAbort);
      settle();
    };
    const onEnd = (): void =>
      finish(() => reject(new RuntimeError('unavailable', OP, 'the guest closed the connection')));
    const onError = (cause: Error): void =>
      finish(() => reject(new RuntimeError('unavailable', OP, cause.message, { cause })));
    const onAbort = (): void => finish(() => reject(cancelled(OP, signal)));
    const onReadable = (): void => {
      for (
        let chunk = stream.read() as Buffer | null;
        chunk;
        chunk = stream.read() as Buffer | null
      ) {
        pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
        const { at, droppable } = findGuestHello(pending, nonce);
        if (at >= 0) {
          const hello = pending.subarray(at, at + HELLO_BYTES);
          const rest = pending.subarray(at + HELLO_BYTES);
          finish(() => {
            if (rest.length > 0) stream.unshift(rest);
            resolve(hello);
          });
          return;
        }
        discarded += droppable;
        pending = pending.subarray(droppable);
        if (discarded > DISCARD_LIMIT_BYTES) {
          const what = `${discarded} bytes came before the guest's hello, at most ${DISCARD_LIMIT_BYTES}`;
          finish(() => reject(new RuntimeError('data-loss', OP, what)));
          return;
        }
      }
    };

    if (signal.aborted) {
      reject(cancelled(OP, signal));
      return;
    }
    stream.on('readable', onReadable);
    stream.on('end', onEnd);
    stream.on('close', onEnd);
    stream.on('error', onError);
    signal.addEventListener('abort', onAbort, { once: true });
    onReadable();
  });
}
