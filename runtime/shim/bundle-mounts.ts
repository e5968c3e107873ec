/** What is mounted on a bundle's rootfs, by whoever it was, is unmounted: containerd cannot remove the bundle before. */
import { spawnSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

const UNMOUNT_MS = 1000;

/** @param say told of what cannot be unmounted. Never throws. */
export function unmountRootfs(bundle: string, say: (text: string) => void): void {
  if (process.platform !== 'linux') return;
  const points = mountsUnder(bundle);
  if (points.length === 0) return;
  // What is mounted on another goes first.
  const args = ['--lazy', '--', ...points.reverse()];
  const { status, stderr, error } = spawnSync('umount', args, { timeout: UNMOUNT_MS });
  if (status !== 0) say(`unmount ${points.join(' ')}: ${error?.message ?? String(stderr).trim()}`);
}

/** In the order in which they were mounted. */
export function mountsUnder(bundle: string): string[] {
  try {
    const root = join(realpathSync(bundle), 'rootfs');
    const table = readFileSync('/proc/self/mountinfo', 'utf8');
    if (!table.includes(root.replaceAll(' ', '\\040'))) return [];
    return table
      .split('\n')
      .map((line) => unescape(line.split(' ')[4] ?? ''))
      .filter((point) => point === root || point.startsWith(`${root}/`));
  } catch {
    // There is no bundle.
    return [];
  }
}

/** As the kernel writes paths there: space, tab, newline and backslash in octal. */
function unescape(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
