/**
 * Makes modules smaller and quicker to load with binutils' `strip`: without symbols that no relocation needs,
 * type information (BTF, which the kernel would parse), stack unwind tables (which it would sort) and the
 * signature (which it would verify). The price: call traces through a module are guessed frame by frame.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const DROPPED_SECTIONS = [
  '.BTF',
  '.BTF_ids',
  '.comment',
  '.note.gnu.property',
  '.orc_unwind',
  '.orc_unwind_ip',
  '.orc_header',
];

/** What stands for the stripping in a build's key: another version of the program may write other bytes. */
export function stripVersion(): string {
  const result = spawnSync('strip', ['--version'], { encoding: 'utf8' });
  if (result.status !== 0) throw new Error('strip is not installed: apt-get install binutils');
  return `${result.stdout.split('\n')[0]} ${DROPPED_SECTIONS.join(' ')}`;
}

/**
 * Strips modules, in order.
 * @throws Error when binutils are missing or one is no object file
 */
export async function stripModules(modules: readonly Buffer[]): Promise<Buffer[]> {
  if (modules.length === 0) return [];
  const work = await mkdtemp(join(tmpdir(), 'lcow-strip-'));
  try {
    const files = modules.map((_, index) => join(work, `${index}.ko`));
    await Promise.all(modules.map((bytes, index) => writeFile(files[index] as string, bytes)));
    const removals = DROPPED_SECTIONS.map((section) => `--remove-section=${section}`);
    const result = spawnSync('strip', ['--strip-unneeded', ...removals, ...files], {
      encoding: 'utf8',
    });
    if (result.status !== 0) {
      throw new Error(
        `strip cannot strip the modules: ${result.error?.message ?? result.stderr.trim()}`,
      );
    }
    return await Promise.all(files.map((file) => readFile(file)));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
