/** The bytes of a tar in frames of CopyIn and CopyOut, as Node streams. Knows nothing of tar. */
import { Readable } from 'node:stream';
import { RuntimeError } from '../errors.ts';

/** Bytes in one frame. */
export const COPY_CHUNK_BYTES = 256 * 1024;

/** What carries chunks; `undefined` is their orderly end. */
interface ChunkSource {
  receive(): Promise<{ readonly chunk?: Uint8Array | null } | undefined>;
}

/**
 * The chunks as a stream, read as it is read. A frame without a chunk, or a connection that ends, destroys it: half
 * a tar never looks like a whole one.
 */
export function bytesIn(source: ChunkSource): Readable {
  return new Readable({
    highWaterMark: COPY_CHUNK_BYTES,
    read() {
      source.receive().then(
        (frame) => {
          if (frame === undefined) this.push(null);
          else if (frame.chunk == null) this.destroy(notAChunk());
          else this.push(asBuffer(frame.chunk));
        },
        (error: Error) => this.destroy(error),
      );
    },
  });
}

/** Sends everything that `bytes` gives, in frames of COPY_CHUNK_BYTES. */
export async function sendBytes(
  bytes: AsyncIterable<Uint8Array>,
  send: (chunk: Uint8Array) => Promise<void>,
): Promise<void> {
  for await (const part of bytes) {
    for (let at = 0; at < part.length; at += COPY_CHUNK_BYTES) {
      await send(part.subarray(at, at + COPY_CHUNK_BYTES));
    }
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function notAChunk(): RuntimeError {
  return new RuntimeError('invalid-argument', 'copy', 'a frame without a chunk came');
}
