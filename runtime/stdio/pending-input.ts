/**
 * The piece of stdin that was read from a pipe and that the guest may not have: on disk until it has, for who comes
 * after a supervisor that was killed. One piece at a time; what a pipe still holds is safe there.
 */
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';

const HEADER = /^(\d{16}) (\d{16})\n/;
const HEADER_BYTES = 34;
/** No read of ours is as large. */
const PIECE_BYTES_MAX = 1 << 20;

export class PendingInput {
  readonly #path: string;
  #fd: number | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Keeps a piece whose first byte is stdin's byte `offset`. A full disk stops nothing. */
  keep(bytes: Buffer, offset: number): void {
    try {
      this.#fd ??= openSync(this.#path, 'w', 0o600);
      // The header last: it says that the rest is whole.
      writeSync(this.#fd, bytes, 0, bytes.length, HEADER_BYTES);
      const numbers = [offset, bytes.length].map((value) => String(value).padStart(16, '0'));
      writeSync(this.#fd, `${numbers.join(' ')}\n`, 0);
    } catch {
      // As above.
    }
  }

  /** What the guest, which wants stdin's byte `next`, was not given of the last piece. */
  missing(next: number): Buffer | undefined {
    let file: Buffer;
    try {
      file = readFileSync(this.#path);
    } catch {
      return undefined;
    }
    const [, offset, length] = HEADER.exec(file.toString('latin1', 0, HEADER_BYTES)) ?? [];
    if (offset === undefined || Number(length) > PIECE_BYTES_MAX) return undefined;
    const piece = file.subarray(HEADER_BYTES, HEADER_BYTES + Number(length));
    const skip = next - Number(offset);
    return skip >= 0 && skip < piece.length ? piece.subarray(skip) : undefined;
  }

  /** Idempotent. */
  close(remove: boolean): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
    if (remove) rmSync(this.#path, { force: true });
  }
}
