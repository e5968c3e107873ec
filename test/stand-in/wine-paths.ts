/**
 * Paths between a program under Wine and the bridge outside it: what a request names by a drive becomes the file on
 * Linux, and a failure's text names it as the program did. Pure but for where Wine's drives are.
 */
import { realpathSync } from 'node:fs';
import { join } from 'node:path';

/** Names that are said back; the newest count. */
const REMEMBERED = 1000;

/** Changes paths of one program's requests. */
export class WinePaths {
  readonly #drives: string;
  readonly #said = new Map<string, string>();

  /** @param prefix Wine's folder, WINEPREFIX */
  constructor(prefix: string) {
    this.#drives = join(prefix, 'dosdevices');
  }

  /** Every string of `value` that is an absolute Windows path, as a path of Linux. */
  toLinux<T>(value: T): T {
    return everyString(value, (text) => this.#toLinux(text)) as T;
  }

  /** The Linux paths that toLinux() has made, as they were. */
  toWindows<T>(value: T): T {
    return everyString(value, (text) => {
      let out = text;
      // Longest first: one may begin with another.
      const known = [...this.#said].sort(([a], [b]) => b.length - a.length);
      for (const [linux, windows] of known) out = out.replaceAll(linux, windows);
      return out;
    }) as T;
  }

  #toLinux(text: string): string {
    const [, drive = '', rest = ''] = /^([A-Za-z]):[\\/](.*)$/s.exec(text) ?? [];
    if (drive === '') return text;
    const folder = realpathSync(join(this.#drives, `${drive.toLowerCase()}:`));
    const linux = join(folder, rest.replaceAll('\\', '/'));
    this.#said.delete(linux);
    this.#said.set(linux, text);
    if (this.#said.size > REMEMBERED) this.#said.delete([...this.#said.keys()][0] ?? '');
    return linux;
  }
}

function everyString(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((one) => everyString(one, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, everyString(one, change)]),
  );
}
