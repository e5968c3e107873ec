/** One small JSON file: read whole and bounded, written whole or not at all. Which file it is and what it holds: its callers. */
import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { RuntimeError } from '../errors.ts';
import { replaceFile, retrySync } from '../replace-file.ts';

/** The largest record that is read: labels and environments fit, a file that is none does not. */
export const MAX_RECORD_BYTES = 4 * 2 ** 20;

/** The file's text; undefined where there is none. Synchronous: a listing reads hundreds, and this costs microseconds. */
export function readRecordText(path: string): string | undefined {
  let file: number;
  try {
    file = retrySync(() => openSync(path, 'r'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new RuntimeError('internal', `read ${path}`, (error as Error).message, { cause: error });
  }
  try {
    const { size } = fstatSync(file);
    if (size > MAX_RECORD_BYTES) throw dataLoss(path, `it has ${size} bytes`);
    const bytes = Buffer.allocUnsafe(size);
    let length = 0;
    while (length < size) {
      const read = readSync(file, bytes, length, size - length, length);
      if (read === 0) break;
      length += read;
    }
    return bytes.toString('utf8', 0, length);
  } finally {
    closeSync(file);
  }
}

/**
 * The record of a file, as `decode` has it.
 * @returns undefined where there is no such file
 * @throws RuntimeError data-loss, naming the file, where it holds something else
 */
export function readRecord<T>(path: string, decode: (value: unknown) => T): T | undefined {
  const text = readRecordText(path);
  if (text === undefined) return undefined;
  try {
    return decode(JSON.parse(text));
  } catch (cause) {
    throw dataLoss(path, (cause as Error).message, cause);
  }
}

/** Writes, syncs and renames: after a power cut the old or the new record is there, never a part. */
export async function writeRecord(path: string, record: unknown): Promise<void> {
  await writeTextAtomically(path, `${JSON.stringify(record)}\n`);
}

/** As writeRecord, of text. */
export async function writeTextAtomically(path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp-${randomBytes(6).toString('hex')}`;
  try {
    await writeNewFile(temporary, text);
    await replaceFile(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** A new file with its content synced. */
export async function writeNewFile(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

export function dataLoss(path: string, what: string, cause?: unknown): RuntimeError {
  return new RuntimeError('data-loss', `read ${path}`, `it is damaged: ${what}`, { cause });
}
