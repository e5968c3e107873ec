/**
 * Watches over a run: a process of its own that holds one end of a pipe. When the run ends without having said that it
 * cleared away by itself, because it was killed, the guard does (clear-away.ts).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { packageRoot } from '../../linuxkit/manifest.ts';
import { RuntimeError } from '../../runtime/errors.ts';
import { clearAway, GUARD_WORD } from './clear-away.ts';

const DONE = 'done\n';

export interface Guard {
  /** Tells it that nothing is left to do, and waits for its end. */
  release(): Promise<void>;
}

/** @throws RuntimeError not-found where there is no `lcow` to run it with */
export function startGuard(folder: string): Guard {
  const root = packageRoot();
  if (root === undefined) {
    throw new RuntimeError('not-found', 'guard the benchmark', 'there is no bin/lcow near');
  }
  const args = [join(root, 'bin', 'lcow'), GUARD_WORD, folder];
  const child = spawn(process.execPath, args, {
    cwd: '/',
    // What interrupts the run does not interrupt the guard.
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  child.unref();
  const exited = once(child, 'exit').catch(() => undefined);
  return {
    async release() {
      // Now somebody waits for it.
      child.ref();
      child.stdin.end(DONE);
      await exited;
    },
  };
}

/** The guard's own program. @param input the pipe from the run */
export async function guard(folder: string, input: Readable): Promise<void> {
  let said = '';
  for await (const chunk of input) said += String(chunk);
  if (said === DONE) return;
  try {
    // Of a run with low priority on a busy machine it would come late.
    setPriority(0);
  } catch {
    // Only root may.
  }
  await clearAway(folder);
}
