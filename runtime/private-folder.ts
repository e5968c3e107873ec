/**
 * The run and data folders on Windows, which are to be lcow's own before anything is put there: what mode 0700 and a
 * look at the owner are elsewhere. Nothing to do on other systems, where every folder is made with its mode.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Directories } from './directories.ts';
import { messageOf, RuntimeError } from './errors.ts';

/**
 * Makes those of the folders that are missing, private. Those that are there are the supervisor's to check.
 * @throws RuntimeError permission-denied, unavailable
 */
export async function makePrivateRoots({ data, run }: Directories): Promise<void> {
  if (process.platform !== 'win32') return;
  // The common one first: what is made in it inherits.
  const common = dirname(resolve(run)) === resolve(data) ? [data] : [data, run];
  const missing = common.filter((path) => !existsSync(path));
  if (missing.length === 0) return;
  const { makePrivateFolder } = await import('../hcs/windows/private-folder.ts');
  for (const path of missing) {
    try {
      mkdirSync(dirname(resolve(path)), { recursive: true });
      makePrivateFolder(resolve(path));
    } catch (cause) {
      throw new RuntimeError('unavailable', `make ${path}`, messageOf(cause), { cause });
    }
  }
}

/**
 * Refuses a folder that others may enter, or that another has laid out for us.
 * @throws RuntimeError permission-denied, with the command that mends it
 */
export async function requirePrivate(op: string, folder: string): Promise<void> {
  if (process.platform !== 'win32') return;
  const { privacyProblem } = await import('../hcs/windows/private-folder.ts');
  const problem = privacyProblem(resolve(folder));
  if (problem === undefined) return;
  const mend =
    `in an elevated prompt: icacls "${folder}" /setowner *S-1-5-32-544 /T, then icacls "${folder}" ` +
    '/inheritance:r /grant *S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F';
  const what = `the folder ${folder} is not lcow's own: ${problem}; remove it, or ${mend}`;
  throw new RuntimeError('permission-denied', op, what);
}
