/** lcow.exe (bin/build-windows.mjs), built of a version of Windows' Node where that was not done for these sources yet. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from '../harness/repository-root.ts';
import { windowsFolder } from './wine.ts';

/** @returns the executable */
export async function buildExecutable(version: string): Promise<string> {
  const out = join(windowsFolder(), 'launchers', version);
  const builder = join(repositoryRoot(), 'bin', 'build-windows.mjs');
  const options = ['--arch', 'x64', '--node', version, '--out', out];
  await promisify(execFile)(process.execPath, [builder, ...options]);
  return join(out, 'x64', 'lcow.exe');
}
