/** Which QEMU a binary is. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const TIMEOUT_MS = 10_000;

/** "7.2.22"; the program's own words where they have another form. */
export async function qemuVersion(binary: string): Promise<string> {
  const { stdout } = await run(binary, ['--version'], { timeout: TIMEOUT_MS });
  const line = stdout.split('\n', 1)[0] ?? '';
  return /version (\d+(?:\.\d+)+)/.exec(line)?.[1] ?? line;
}
