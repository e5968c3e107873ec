/**
 * Starts a pod's supervisor as a process of its own, which outlives this one, and waits until it serves. It inherits a
 * pipe (fd 3) on which it says that it does, or why not, and its log as stderr; nothing else.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { parse } from 'node:path';
import type { Readable } from 'node:stream';
import type { Directories } from '../directories.ts';
import { ERROR_TABLE, type ErrorCode, RuntimeError } from '../errors.ts';
import { tracingEnvironment } from '../telemetry/trace-settings.ts';
import { supervisorLog, supervisorStderr } from './pod-folder.ts';
import { LOCK_TAKEN_EXIT, READY, TELL_OPTION } from './readiness.ts';
import { SUPERVISOR_ENVIRONMENT } from './supervisor-flags.ts';
import { supervisorProgram } from './supervisor-program.ts';

/** More than an error of ours says. */
const WORDS_BYTES_MAX = 64 * 1024;
/** What of our environment the supervisor gets, beside LCOW_*. */
const INHERITED = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'];
/** And on Windows: without them sockets, libraries and folders are not found. */
const INHERITED_ON_WINDOWS = ['SystemRoot', 'SystemDrive', 'windir', 'ProgramData', 'TEMP', 'TMP'];

export interface SpawnOptions {
  /** The host's folders, which need not be those of the environment. */
  readonly where: Directories;
  /** The pod's VM runs. */
  readonly adopt: boolean;
  readonly signal?: AbortSignal;
  /** Default: the environment of this process. */
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Resolves when the supervisor serves: `true`; `false` when another has the pod.
 * @throws RuntimeError what the supervisor said of why it cannot; unavailable when it ended without a word
 */
export async function spawnSupervisor(folder: string, options: SpawnOptions): Promise<boolean> {
  const op = `start the supervisor of ${folder}`;
  const log = openSync(supervisorStderr(folder), 'a', 0o600);
  const program = supervisorProgram();
  let child: ReturnType<typeof spawn>;
  try {
    child = spawn(
      program.file,
      [...program.args, '--pod', folder, TELL_OPTION, ...(options.adopt ? ['--adopt'] : [])],
      {
        cwd: parse(folder).root,
        detached: true,
        env: { ...supervisorEnvironment(options), ...program.env },
        stdio: ['ignore', 'ignore', log, 'pipe'],
        windowsHide: true,
      },
    );
  } finally {
    closeSync(log);
  }
  const exited = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 1));
  });
  exited.catch(() => undefined);
  const pipe = child.stdio[3] as Readable;
  const abort = (): void => void child.kill('SIGKILL');
  options.signal?.addEventListener('abort', abort, { once: true });
  try {
    const words = await firstWords(pipe);
    if (words.startsWith(READY)) return true;
    if (words !== '') throw errorOfWords(op, words);
    const how = await exited.catch((error: Error) => error.message);
    if (how === LOCK_TAKEN_EXIT) return false;
    options.signal?.throwIfAborted();
    const where = supervisorLog(folder);
    throw new RuntimeError('unavailable', op, `it ended (${how}) without a word; see ${where}`);
  } finally {
    options.signal?.removeEventListener('abort', abort);
    pipe.destroy();
    child.unref();
  }
}

/**
 * LCOW_*, what programs need and, where starts are traced, OTEL_*. Not NODE_OPTIONS nor NODE_EXTRA_CA_CERTS: they are the
 * caller's, and cost memory.
 */
export function supervisorEnvironment({
  env = process.env,
  where,
}: Pick<SpawnOptions, 'env' | 'where'>): NodeJS.ProcessEnv {
  const names = Object.keys(env).filter((name) => name.startsWith('LCOW_'));
  const inherited = [...INHERITED, ...INHERITED_ON_WINDOWS, ...names].flatMap((name) =>
    env[name] === undefined ? [] : [[name, env[name]]],
  );
  return {
    ...Object.fromEntries(inherited),
    ...tracingEnvironment(env),
    ...SUPERVISOR_ENVIRONMENT,
    LCOW_DATA: where.data,
    LCOW_RUN: where.run,
  };
}

/** Until the supervisor says that it is ready, or closes the pipe. */
export function firstWords(pipe: Readable): Promise<string> {
  return new Promise((resolve) => {
    let words = '';
    pipe.setEncoding('utf8');
    pipe.on('data', (text: string) => {
      words = (words + text).slice(0, WORDS_BYTES_MAX);
      if (words.startsWith(READY)) resolve(words);
    });
    pipe.on('error', () => resolve(words));
    pipe.on('close', () => resolve(words));
  });
}

/** What a process of ours said of why it cannot. */
export function errorOfWords(op: string, words: string): RuntimeError {
  try {
    const { code, op: itsOp, what } = JSON.parse(words) as Record<string, unknown>;
    const known = typeof code === 'string' && Object.hasOwn(ERROR_TABLE, code);
    return new RuntimeError(
      known ? (code as ErrorCode) : 'internal',
      typeof itsOp === 'string' ? itsOp : op,
      typeof what === 'string' ? what : words,
    );
  } catch {
    return new RuntimeError('internal', op, words.slice(0, 1024));
  }
}
