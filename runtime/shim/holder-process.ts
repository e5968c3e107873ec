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
}

/**
 * Resolves to the holder's process id once connections are taken at the address; to undefined where somebody else takes
 * them.
 * @throws RuntimeError unavailable; then it has ended
 */
export async function startHolder(options: HolderOptions): Promise<number | undefined> {
  const { where, folder, address, claim = [] } = options;
  const op = `start the holder of ${address}`;
  const binary = holderProgram();
  const program = supervisorProgram();
  const log = openSync(supervisorStderr(folder), 'a', 0o600);
  let child: ChildProcess;
  raiseOomScore();
  try {
    child = spawn(
      binary,
      ['shim', '--socket', address, '--pod', folder, ...claim, '--', program.file, ...program.args],
      {
        cwd: '/',
        detached: true,
        env: { ...supervisorEnvironment({ where }), ...program.env },
        stdio: ['ignore', 'pipe', log],
      },
    );
  } finally {
    closeSync(log);
  }
  const ended = new Promise<string | number>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 1));
  });
  const pipe = child.stdout as Readable;
  try {
    const words = await firstLine(pipe);
    if (words === READY && child.pid !== undefined) return child.pid;
    const how = await ended;
    if (words === TAKEN || how === TAKEN_EXIT) return undefined;
    throw new RuntimeError('unavailable', op, `it ended (${how})${lastWords(folder)}`);
  } finally {
    pipe.destroy();
    child.unref();
  }
}

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
