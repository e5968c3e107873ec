/** The way to the pool's daemon: starting it, asking it, stopping it. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { connect } from 'node:net';
import type { Readable } from 'node:stream';
import { withDeadline } from '../deadline.ts';
import type { Directories } from '../directories.ts';
import { RuntimeError } from '../errors.ts';
import { socketAddress } from '../socket-address.ts';
import { LOCK_TAKEN_EXIT, POOL_ROLE, READY } from '../supervisor/readiness.ts';
import { errorOfWords, firstWords, supervisorEnvironment } from '../supervisor/spawn-supervisor.ts';
import { supervisorProgram } from '../supervisor/supervisor-program.ts';
import { readLines, writeLine } from './parked-channel.ts';
import { poolFolder, poolLog, poolSocket } from './pool-folder.ts';
import type { PoolArguments } from './pool-process.ts';
import type { PoolStatus } from './pool-status.ts';

const ANSWER_MS = 10_000;
/** What is parked has ten seconds to end; then it is killed. */
const STOP_MS = 30_000;
/** A cold boot and a template for the first, on a busy host. */
const FILLED_MS = 600_000;

/**
 * Starts the daemon; resolves when it serves, while it begins to park.
 * @throws RuntimeError already-exists, unsupported, what the daemon says of why it cannot
 */
export async function startPool(args: PoolArguments): Promise<void> {
  const op = 'start the pool';
  const { where } = args;
  if (process.platform !== 'linux') {
    throw new RuntimeError('unsupported', op, `there is none on ${process.platform}`);
  }
  mkdirSync(poolFolder(where), { recursive: true, mode: 0o700 });
  const program = supervisorProgram();
  const log = openSync(poolLog(where), 'a', 0o600);
  let child: ReturnType<typeof spawn>;
  try {
    child = spawn(program.file, [...program.args, POOL_ROLE, JSON.stringify(args)], {
      cwd: '/',
      detached: true,
      env: { ...supervisorEnvironment({ where }), ...program.env },
      stdio: ['ignore', 'ignore', log, 'pipe'],
    });
  } finally {
    closeSync(log);
  }
  const ended = new Promise<number | string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 1));
  });
  const pipe = child.stdio[3] as Readable;
  try {
    const words = await firstWords(pipe);
    if (words.startsWith(READY)) return;
    if (words !== '') throw errorOfWords(op, words);
    const how = await ended;
    if (how === LOCK_TAKEN_EXIT) {
      const what = 'it runs already; `lcow pool stop` ends it';
      throw new RuntimeError('already-exists', op, what);
    }
    throw new RuntimeError('unavailable', op, `it ended (${how}); see ${poolLog(where)}`);
  } finally {
    pipe.destroy();
    child.unref();
  }
}

/** @throws RuntimeError not-found where no daemon runs */
export function poolStatus(where: Directories): Promise<PoolStatus> {
  return ask('tell the status of the pool', where, {}, ANSWER_MS);
}

/** Resolves when as many are parked as should be, or when it is known why not. @throws as poolStatus */
export function poolFilled(where: Directories): Promise<PoolStatus> {
  return ask('wait for the pool', where, { filled: true }, FILLED_MS);
}

/** Ends what is parked, then the daemon. What was claimed goes on. @throws as poolStatus */
export function stopPool(where: Directories): Promise<PoolStatus> {
  return ask('stop the pool', where, { stop: true }, STOP_MS);
}

function ask(
  op: string,
  where: Directories,
  question: object,
  limitMs: number,
): Promise<PoolStatus> {
  const address = socketAddress(op, poolSocket(where));
  const socket = connect(address.path);
  const answer = new Promise<PoolStatus>((resolve, reject) => {
    readLines(socket, (value) => resolve(value as unknown as PoolStatus));
    socket.on('error', (cause) => {
      reject(new RuntimeError('not-found', op, 'none runs on this host', { cause }));
    });
    socket.on('close', () => reject(new RuntimeError('unavailable', op, 'it ended meanwhile')));
    writeLine(socket, question);
  });
  return withDeadline(op, answer, limitMs).finally(() => {
    socket.destroy();
    address.release();
  });
}
