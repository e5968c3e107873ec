/**
 * Commands that are timed: from just before the spawn to the first byte, the last, and the end. A command that fails is
 * an error with what it said. Whoever aborts kills it.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { RuntimeError } from '../../runtime/errors.ts';

export interface CommandOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly signal?: AbortSignal;
  /** What it must have written to its stdout, for one whose output is what is timed. */
  readonly expectBytes?: number;
}

/** Milliseconds of performance.now(). */
export interface Timed {
  readonly beganMs: number;
  /** NaN where it wrote nothing. */
  readonly firstByteMs: number;
  readonly lastByteMs: number;
  /** It has ended, and its output is at its end. */
  readonly endedMs: number;
  readonly tookMs: number;
  readonly bytes: number;
  /** The first 64 KiB. */
  readonly stdout: string;
}

const KEPT_BYTES = 64 * 1024;

/**
 * Runs a command to its end, which must be status 0.
 * @throws RuntimeError internal with its words; not-found where the program is not there; cancelled
 */
export async function timed(
  program: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<Timed> {
  const op = `run ${[program, ...args].join(' ').slice(0, 200)}`;
  const { signal } = options;
  const isCancelled = (): boolean => signal?.aborted === true;
  if (isCancelled()) throw new RuntimeError('cancelled', op, 'it was cancelled');
  let said = '';
  let stdout = '';
  let bytes = 0;
  let firstByteMs = Number.NaN;
  let lastByteMs = Number.NaN;
  const beganMs = performance.now();
  const child = spawn(program, args, { env: options.env, cwd: options.cwd, stdio: 'pipe' });
  const kill = (): void => void child.kill('SIGKILL');
  signal?.addEventListener('abort', kill, { once: true });
  child.stdin.on('error', () => {});
  child.stdin.end();
  child.stdout.on('data', (chunk: Buffer) => {
    lastByteMs = performance.now();
    if (bytes === 0) firstByteMs = lastByteMs;
    if (bytes < KEPT_BYTES) stdout += chunk.toString('latin1');
    bytes += chunk.length;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    if (said.length < KEPT_BYTES) said += chunk.toString('utf8');
  });
  try {
    const end = await new Promise<number | string>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, killedBy) => resolve(killedBy ?? code ?? 1));
    });
    const endedMs = performance.now();
    if (end !== 0) {
      if (isCancelled()) throw new RuntimeError('cancelled', op, 'it was cancelled');
      const words = `${said}${stdout}`.trim().split('\n').slice(-3).join(' / ').slice(0, 500);
      throw new RuntimeError('internal', op, `it ended with ${end}: ${words}`);
    }
    if (options.expectBytes !== undefined && bytes !== options.expectBytes) {
      const what = `it wrote ${bytes} bytes, not ${options.expectBytes}`;
      throw new RuntimeError('data-loss', op, what);
    }
    const times = { beganMs, firstByteMs, lastByteMs, endedMs, tookMs: endedMs - beganMs };
    return { ...times, bytes, stdout };
  } catch (error) {
    if (error instanceof RuntimeError) throw error;
    throw new RuntimeError('not-found', op, (error as Error).message, { cause: error });
  } finally {
    signal?.removeEventListener('abort', kill);
  }
}

/** A command that stays, to be written to and read from. */
export function resident(
  program: string,
  args: readonly string[],
  options: CommandOptions,
): ChildProcessWithoutNullStreams {
  const child = spawn(program, args, { env: options.env, cwd: options.cwd, stdio: 'pipe' });
  child.stdin.on('error', () => {});
  child.stderr.resume();
  child.on('error', () => {});
  return child;
}
