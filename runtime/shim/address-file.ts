/** The bundle's `address` file, by which containerd finds a container's shim again: all that 1.6 looks at after a restart. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, RuntimeError } from '../errors.ts';

const FILE = 'address';
const BYTES_MAX = 4096;

/** Whole or not at all. @throws RuntimeError unavailable */
export function writeAddressFile(bundle: string, address: string): void {
  const path = join(bundle, FILE);
  const temporary = join(bundle, `.${FILE}`);
  try {
    writeFileSync(temporary, address, { mode: 0o600 });
    renameSync(temporary, path);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw new RuntimeError('unavailable', `write ${path}`, messageOf(cause), { cause });
  }
}

/** Undefined where there is none. */
export function readAddressFile(bundle: string): string | undefined {
  try {
    const text = readFileSync(join(bundle, FILE), 'utf8').trim();
    return text === '' || text.length > BYTES_MAX ? undefined : text;
  } catch {
    return undefined;
  }
}
