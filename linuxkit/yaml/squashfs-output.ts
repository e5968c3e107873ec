/**
 * A tree as a squashfs, by `mksquashfs` of squashfs-tools, which reads our tar. Deterministic: names come in order, the
 * file system's time is fixed, one processor decides what is compressed next to what.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { messageOf, RuntimeError } from '../../runtime/errors.ts';
import { type DirectoryNode, entriesOf, FIXED_TIME } from './root-tree.ts';
import { tarOf } from './tar-output.ts';

/** Of what the program says, for an error. */
const MAX_TOLD = 500;

/**
 * @param path does not exist yet
 * @throws RuntimeError unsupported when the program is not installed, internal with what it said
 */
export async function writeSquashfs(
  root: DirectoryNode,
  path: string,
  signal?: AbortSignal,
): Promise<void> {
  const op = 'make a squashfs';
  const { mode, uid, gid } = root.attributes;
  const args = [
    ...['-', path, '-tar', '-no-progress', '-quiet', '-noappend', '-no-exports'],
    ...['-comp', 'gzip', '-processors', '1'],
    ...['-root-mode', mode.toString(8), '-root-uid', String(uid), '-root-gid', String(gid)],
  ];
  const child = spawn('mksquashfs', args, {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      LANG: 'C',
      // The file system's own time, the root's (its option does nothing to a tar's), and the latest of any file.
      SOURCE_DATE_EPOCH: String(latestTime(root)),
    },
    ...(signal === undefined ? {} : { signal }),
  });
  let told = '';
  child.stderr.on('data', (bytes: Buffer) => {
    if (told.length < MAX_TOLD) told += bytes.toString();
  });
  const closed = once(child, 'close') as Promise<[number | null]>;
  closed.catch(() => {});
  try {
    // It may stop reading before our end, when all is said or when it fails: the broken pipe is not the reason.
    const fed = pipeline(Readable.from(tarOf(root)), child.stdin).catch((error: unknown) => error);
    const [status] = await closed;
    const failure = await fed;
    if (failure instanceof RuntimeError) throw failure;
    if (status !== 0) {
      throw new RuntimeError(
        /No space left/i.test(told) ? 'resource-exhausted' : 'internal',
        op,
        `mksquashfs ended with ${status}: ${told.trim().slice(0, MAX_TOLD)}`,
      );
    }
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException;
    if (name === 'AbortError' || error instanceof RuntimeError) throw error;
    const how =
      code === 'ENOENT'
        ? 'mksquashfs is not installed: apt-get install squashfs-tools'
        : messageOf(error);
    throw new RuntimeError(code === 'ENOENT' ? 'unsupported' : 'internal', op, how, {
      cause: error,
    });
  }
}

/** So that no file's time is cut. */
function latestTime(root: DirectoryNode): number {
  let latest = FIXED_TIME.seconds;
  for (const { node } of entriesOf(root)) {
    latest = Math.max(latest, node.attributes.mtime.seconds);
  }
  return latest;
}
