/**
 * Cgroups as crun takes them. On a host with v1 and v2 side by side ("hybrid", with controllers in both) it refuses to make
 * a container at all. Without its cgroups (`--cgroup-manager=disabled`) it would do less than the runtimes beside it, so it
 * is called in a mount namespace of its own in which v2 is not mounted: there it makes the same v1 cgroups as runc does.
 *
 * Each call goes through nsenter, whose start is part of what is measured: an exec and a setns, a millisecond or two.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { RuntimeError } from '../../runtime/errors.ts';

const UNIFIED = '/sys/fs/cgroup/unified';

/** What is said of results that come about so. */
export const V1_VIEW_LABEL =
  'called by nsenter in a mount namespace with cgroup v1 alone, for it refuses v1 and v2 side by side';

/** Whether v2 has controllers beside v1, which is when crun refuses. */
export function hasHybridCgroups(folder: string = UNIFIED): boolean {
  try {
    return readFileSync(`${folder}/cgroup.controllers`, 'latin1') !== '';
  } catch {
    return false;
  }
}

export interface CgroupView extends AsyncDisposable {
  /** What stands before a program and its arguments. */
  readonly prefix: readonly string[];
}

/** Makes the namespace; it goes when this is disposed of, or this process ends. @throws RuntimeError internal */
export async function openV1View(): Promise<CgroupView> {
  // It reads what we never write, and so ends with us however we end.
  const script = `umount '${UNIFIED}' && echo ready && exec cat`;
  const child = spawn('unshare', ['--mount', '--', 'sh', '-c', script], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit').catch(() => undefined);
  child.stdin.on('error', () => undefined);
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(0, 500);
  });
  const ready = await Promise.race([
    once(child.stdout, 'data').then(() => true),
    exited.then(() => false),
  ]);
  if (!ready) {
    const what = words.trim() || 'unshare ended without a word';
    throw new RuntimeError('internal', 'make a view of cgroup v1', what);
  }
  return {
    prefix: ['nsenter', '--mount', `--target=${child.pid}`, '--'],
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await exited;
    },
  };
}
