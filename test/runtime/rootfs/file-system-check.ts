/** Asks e2fsprogs, not our own code, what an image holds. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';

/** True when the programs of e2fsprogs are installed. */
export function hasE2fsprogs(): boolean {
  return (
    spawnSync('e2fsck', ['-V']).error === undefined && debugfs('/dev/null', 'quit') !== undefined
  );
}

/** Fails unless `e2fsck -fn` finds nothing to say. */
export function assertClean(image: string): void {
  const { status, stdout, stderr } = spawnSync('e2fsck', ['-fn', image], { encoding: 'utf8' });
  assert.is(status, 0, `e2fsck ${image}: ${stdout}${stderr}`);
}

/** What debugfs prints for a command. */
export function debugfs(image: string, command: string, options: string[] = []): string {
  const { stdout } = spawnSync('debugfs', [...options, '-R', command, image], {
    encoding: 'latin1',
    maxBuffer: 1 << 28,
  });
  return stdout;
}

export function debugfsBytes(image: string, path: string): Buffer {
  return spawnSync('debugfs', ['-R', `cat ${path}`, image], { maxBuffer: 1 << 28 }).stdout;
}

/** Mount an image read-only, run `use`, unmount. Returns undefined where mounting is not possible. */
export function withMounted<T>(
  image: string,
  use: (folder: string) => T,
  options = 'loop,ro,noload',
): T | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'lcow-mount-'));
  try {
    if (spawnSync('mount', ['-t', 'ext4', '-o', options, image, folder]).status !== 0)
      return undefined;
    try {
      return use(folder);
    } finally {
      assert.is(spawnSync('umount', [folder]).status, 0, 'umount');
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A folder for one test file, removed when the process ends. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `lcow-${name}-`));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
