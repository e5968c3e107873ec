/** Files of results on disk: read bounded, written whole or not at all. */
import { access, constants, open, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { attempt, writeWhole } from './bench-file.ts';
import { type BenchResult, MAX_RESULT_BYTES, parseResult } from './result.ts';

/**
 * @throws RuntimeError not-found; invalid-argument for what is no file, too large, or no result, naming field and value;
 *   unsupported for another version
 */
export async function readResultFile(path: string): Promise<BenchResult> {
  const text = await attempt(`read ${path}`, async () => {
    const file = await open(path, 'r');
    try {
      const stat = await file.stat();
      if (!stat.isFile()) throw new Error('it is not a regular file');
      if (stat.size > MAX_RESULT_BYTES) {
        throw new Error(`it has ${stat.size} bytes: at most ${MAX_RESULT_BYTES} are read`);
      }
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  });
  return parseResult(text, path);
}

/** @throws RuntimeError not-found for its folder, invalid-argument, permission-denied */
export async function writeResultFile(path: string, result: BenchResult): Promise<void> {
  await writeWhole(path, `${JSON.stringify(result, null, 1)}\n`);
}

/**
 * Before a run of an hour: whether its results can be written where they are to go.
 * @throws RuntimeError not-found for a folder that there is not; permission-denied; invalid-argument for a folder's path
 */
export async function checkWritable(path: string): Promise<void> {
  await attempt(`write ${path}`, async () => {
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && !found.isFile()) throw new Error('it is not a regular file');
    await access(dirname(resolve(path)), constants.W_OK | constants.X_OK);
  });
}
