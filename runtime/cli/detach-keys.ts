/**
 * The keys that leave a container running: docker's syntax, and a filter over what is typed. Bytes that might begin
 * the sequence are held back until it is clear whether they do, and pass then.
 */
import { RuntimeError } from '../errors.ts';

export const DEFAULT_DETACH_KEYS = 'ctrl-p,ctrl-q';

/**
 * "ctrl-p,ctrl-q", "ctrl-@", "a,b" as the bytes that the terminal sends; "" is none: no keys detach.
 * @throws RuntimeError invalid-argument, naming the key
 */
export function parseDetachKeys(text: string): Buffer {
  if (text === '') return Buffer.alloc(0);
  return Buffer.from(text.split(',').map((key) => keyByte(key.trim(), text)));
}

function keyByte(key: string, text: string): number {
  if (/^[\x21-\x7e]$/.test(key)) return key.charCodeAt(0);
  const control = /^ctrl-([a-z@[\\\]^_])$/i.exec(key)?.[1];
  if (control !== undefined) return control.toUpperCase().charCodeAt(0) & 0x1f;
  const shown = text.length > 64 ? `${text.slice(0, 64)}...` : text;
  throw new RuntimeError(
    'invalid-argument',
    'read --detach-keys',
    `"${shown}" is not keys like ctrl-p,ctrl-q: a character, or ctrl- and one of a-z @ [ \\ ] ^ _`,
  );
}

/** Follows the bytes that are typed. */
export class DetachFilter {
  readonly #keys: Buffer;
  #matched = 0;

  constructor(keys: Buffer) {
    this.#keys = keys;
  }

  /** What of the bytes goes to the process; `detached` once the sequence is complete, what follows it is dropped. */
  feed(bytes: Buffer): { pass: Buffer; detached: boolean } {
    const keys = this.#keys;
    if (keys.length === 0) return { pass: bytes, detached: false };
    // Nothing of it is there, as in nearly every chunk: no copy.
    if (this.#matched === 0 && !bytes.includes(keys[0] as number)) {
      return { pass: bytes, detached: false };
    }
    const pass: number[] = [];
    for (const byte of bytes) {
      // Held bytes pass one by one until the rest and this byte begin the sequence again.
      while (this.#matched > 0 && byte !== keys[this.#matched]) {
        const held = [...keys.subarray(0, this.#matched)];
        let keep = this.#matched - 1;
        while (keep > 0 && !startsWith(keys, held.slice(held.length - keep))) keep -= 1;
        pass.push(...held.slice(0, held.length - keep));
        this.#matched = keep;
      }
      if (byte !== keys[this.#matched]) {
        pass.push(byte);
        continue;
      }
      this.#matched += 1;
      if (this.#matched === keys.length) return { pass: Buffer.from(pass), detached: true };
    }
    return { pass: Buffer.from(pass), detached: false };
  }

  /** Input has ended: what was held back. */
  end(): Buffer {
    const held = Buffer.from(this.#keys.subarray(0, this.#matched));
    this.#matched = 0;
    return held;
  }
}

function startsWith(keys: Buffer, bytes: readonly number[]): boolean {
  return bytes.every((byte, index) => keys[index] === byte);
}
