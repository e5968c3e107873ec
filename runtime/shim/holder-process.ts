/**
 * Starts the process that has a pod's address and its supervisor (runtime/holder): on Linux the holder, which starts and
 * restarts the supervisor. It inherits nothing of this process but the pod's log as its stderr.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Directories } from '../directories.ts';
import { RuntimeError } from '../errors.ts';
import { holderProgram } from '../supervisor/holder-program.ts';
import { supervisorStderr } from '../supervisor/pod-folder.ts';
import { supervisorEnvironment } from '../supervisor/spawn-supervisor.ts';
import { supervisorProgram } from '../supervisor/supervisor-program.ts';

/** It serves; or another does. */
const READY = 'ready\n';
const TAKEN = 'taken\n';
const WORDS_LENGTH_MAX = 1024;
/** Its exit status where another serves the address, as EX_TEMPFAIL. */
const TAKEN_EXIT = 75;
const OOM_SCORE_MAX = 1000;

export interface HolderOptions {
  readonly where: Directories;
  /** Of the pod. */
  readonly folder: string;
  /** The path that containerd dials. */
  readonly address: string;
  /** How it finds a parked supervisor (pool/holder-claim.ts). Default: it starts one. */
  readonly claim?: readonly string[];
  /** Of who asked for the pod. Default: of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** Default: a child of this process. */
  readonly spawn?: SpawnHolder;
}

/** A process to be started: in a session of its own, in `/`, with nothing but its log as stderr and a pipe as stdout. */
export interface HolderCommand {
  readonly program: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** Appended to. */
  readonly log: string;
}

/** What it said first, and how it ended, where it does not serve. */
export interface StartedHolder {
  readonly pid: number | undefined;
  readonly words: string;
  /** Undefined: it serves. */
  readonly ended: string | number | undefined;
}

/** Resolves when it said that it serves, or ended. */
export type SpawnHolder = (command: HolderCommand) => Promise<StartedHolder>;

/**
 * Resolves to the holder's process id once connections are taken at the address; to undefined where somebody else takes
 * them.
 * @throws RuntimeError unavailable; then it has ended
 */
export async function startHolder(options: HolderOptions): Promise<number | undefined> {
  const { where, folder, address, claim = [] } = options;
  const { env = process.env, spawn: spawnHolder = spawnHere } = options;
  const op = `start the holder of ${address}`;
  const binary = holderProgram(env);
  const program = supervisorProgram();
  const { pid, words, ended } = await spawnHolder({
    program: [
      ...[binary, 'shim', '--socket', address, '--pod', folder, ...claim],
      ...['--', program.file, ...program.args],
    ],
    environment: { ...supervisorEnvironment({ where, env }), ...program.env },
    log: supervisorStderr(folder),
  });
  if (words === READY && pid !== undefined) return pid;
  if (words === TAKEN || ended === TAKEN_EXIT) return undefined;
  throw new RuntimeError('unavailable', op, `it ended (${ended})${lastWords(folder)}`);
}

const spawnHere: SpawnHolder = async ({ program: [file = '', ...args], environment, log }) => {
  const stderr = openSync(log, 'a', 0o600);
  let child: ChildProcess;
  raiseOomScore();
  try {
    child = spawn(file, args, {
      cwd: '/',
      detached: true,
      env: environment,
      stdio: ['ignore', 'pipe', stderr],
    });
  } finally {
    closeSync(stderr);
  }
  const ended = new Promise<string | number>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 1));
  });
  const pipe = child.stdout as Readable;
  try {
    const words = await firstLine(pipe);
    const serves = words === READY && child.pid !== undefined;
    return { pid: child.pid, words, ended: serves ? undefined : await ended };
  } finally {
    pipe.destroy();
    child.unref();
  }
};

/**
 * containerd wants its shims to be killed before itself, when memory runs out: its own score and one. What this process
 * starts inherits it.
 */
function raiseOomScore(): void {
  try {
    const parents = Number(readFileSync(`/proc/${process.ppid}/oom_score_adj`, 'latin1'));
    writeFileSync('/proc/self/oom_score_adj', String(Math.min(parents + 1, OOM_SCORE_MAX)));
  } catch {
    // The parent has gone, or raised its own: there is nothing to follow.
  }
}

/** Until its newline, or the pipe's end. */
function firstLine(pipe: Readable): Promise<string> {
  return new Promise((resolve) => {
    let words = '';
    pipe.setEncoding('latin1');
    pipe.on('data', (text: string) => {
      words = (words + text).slice(0, WORDS_LENGTH_MAX);
      if (words.includes('\n')) resolve(words);
    });
    pipe.on('error', () => resolve(words));
    pipe.on('close', () => resolve(words));
  });
}

/** The end of what it and its supervisor wrote. */
function lastWords(folder: string): string {
  try {
    const lines = readFileSync(supervisorStderr(folder), 'utf8').trim().split('\n');
    const last = lines.at(-1) ?? '';
    return last === '' ? '' : `: ${last.slice(0, 512)}`;
  } catch {
    return '';
  }
}
