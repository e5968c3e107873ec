/**
 * Taking a parked supervisor for a pod whose folder was made: no process is started, and nobody is asked. Whoever renames
 * its socket has it; then it is told the pod, takes its lock, and serves it as if it had been started for it. The daemon
 * is not on this path: it learns of it afterwards.
 */
import { appendFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import type { PodRecord } from '../container/container-record.ts';
import type { Directories } from '../directories.ts';
import { messageOf } from '../errors.ts';
import { READY } from '../supervisor/readiness.ts';
import { socketAddress } from '../socket-address.ts';
import { freeFolder, missesFile, takenFolder } from './pool-folder.ts';
import { poolKey, poolShapeOf, takesParked } from './pool-shape.ts';

/** It answers in milliseconds, on a busy host in some more; it takes the pod's lock before. */
const ANSWER_MS = 5000;
const ANSWER_LENGTH_MAX = 64 * 1024;

export interface ClaimOptions {
  /** Told why a start goes on without. */
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal;
  /** Default: of this process. */
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * @returns whether a supervisor serves the pod now. False: none was to be had, and the pod is as it was, unless its lock
 *   is taken: then one serves it, or is ending.
 */
export async function claimParked(
  where: Directories,
  { id, shape }: Pick<PodRecord, 'id' | 'shape'>,
  { log, signal, env = process.env }: ClaimOptions,
): Promise<boolean> {
  if (!takesParked(shape, env)) return false;
  const key = poolKey(poolShapeOf(shape), env);
  const names = namesIn(freeFolder(where)).filter((name) => name.startsWith(`${key}_`));
  // Those who come at once begin at different ones.
  const first = Math.floor(Math.random() * names.length);
  for (const name of [...names.slice(first), ...names.slice(0, first)]) {
    if (signal?.aborted === true) return false;
    const path = take(where, name);
    if (path === undefined) continue;
    try {
      await tell(path, { pod: id }, signal);
      return true;
    } catch (error) {
      log(`parked supervisor ${name}: ${messageOf(error)}`);
      // It may have the pod, or be about to: who asked looks at the lock.
      if (error instanceof Unclear) return false;
    } finally {
      rmSync(path, { force: true });
    }
  }
  missed(where);
  log('no parked supervisor of this shape: one is started');
  return false;
}

/** It was told of the pod and did not answer. */
class Unclear extends Error {}

/** The path at which it can be dialled; undefined: somebody else has it. */
function take(where: Directories, name: string): string | undefined {
  const path = join(takenFolder(where), name);
  try {
    renameSync(join(freeFolder(where), name), path);
    return path;
  } catch {
    return undefined;
  }
}

/** Resolves when it serves. @throws Error why not */
function tell(path: string, claim: object, signal: AbortSignal | undefined): Promise<void> {
  const address = socketAddress('claim a parked supervisor', path);
  return new Promise<void>((resolve, reject) => {
    const socket: Socket = connect(address.path);
    let answer = '';
    let told = false;
    const settle = (error?: Error): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      socket.destroy();
      if (error === undefined) resolve();
      else reject(error);
    };
    const abort = (): void => settle(new Unclear('the start was given up'));
    const timer = setTimeout(
      () => settle(new Unclear(`no answer within ${ANSWER_MS} ms`)),
      ANSWER_MS,
    );
    signal?.addEventListener('abort', abort, { once: true });
    socket.setEncoding('utf8');
    socket.on('connect', () => {
      told = true;
      socket.write(`${JSON.stringify(claim)}\n`);
    });
    socket.on('data', (text: string) => {
      answer = (answer + text).slice(0, ANSWER_LENGTH_MAX);
      if (answer.startsWith(READY)) settle();
      else if (answer.includes('\n')) settle(new Error(answer.trim()));
    });
    socket.on('error', (error) => settle(told ? new Unclear(error.message) : error));
    socket.on('close', () =>
      settle(told ? new Unclear('it ended without a word') : new Error('it has ended')),
    );
  }).finally(() => address.release());
}

/** The daemon reads of it that there are starts, and how many went without. */
function missed(where: Directories): void {
  try {
    appendFileSync(missesFile(where), '.', { mode: 0o600 });
  } catch {
    // The pool is being taken away.
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
