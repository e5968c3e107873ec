/**
 * `containerd-shim-lcow-v1`: what containerd executes for a container, `start` before and `delete` after it. The process
 * between, which serves the task service, is the pod's supervisor (runtime/supervisor); `start` starts it.
 *
 * stdout is containerd's to parse, and so is stderr of a successful `start`: nothing else is written to either.
 */
import { readSync, writeSync } from 'node:fs';
import { loadConfiguration } from '../configuration/load-configuration.ts';
import { messageOf, RuntimeError } from '../errors.ts';
import { parseShimArguments, type ShimArguments } from './arguments.ts';
import { PROGRAM } from './program.ts';

const FAILED_EXIT = 1;
const STDIN = 0;
const STDOUT = 1;
const CHUNK_BYTES = 64 * 1024;
/** As bootstrap.ts has it. */
const INPUT_BYTES_MAX = 4 << 20;

/** @returns the exit status */
export async function main(words: readonly string[]): Promise<number> {
  try {
    write(await answer(parseShimArguments(words)));
    return 0;
  } catch (error) {
    process.stderr.write(`${PROGRAM}: ${messageOf(error)}\n`);
    return FAILED_EXIT;
  }
}

/** Runs what can be run of both actions without a container, for the code cache that the build writes. */
export async function warmUp(): Promise<number> {
  const { warmUpActions } = await import('./warm-up.ts');
  await warmUpActions();
  return 0;
}

async function answer(args: ShimArguments): Promise<string | Uint8Array> {
  if (args.version) return versionText();
  if (args.info) return runtimeInfo();
  // Where things are, as `lcow` on this host has it; the supervisor inherits it.
  Object.assign(process.env, (await loadConfiguration()).environment());
  switch (args.action) {
    case 'start': {
      const { start } = await import('./start.ts');
      return start(args, readStdin());
    }
    case 'delete': {
      const { deleteContainer } = await import('./delete.ts');
      const { encodeDeleteResponse } = await import('./delete-response.ts');
      return encodeDeleteResponse(await deleteContainer(args));
    }
    default: {
      const given = args.action === '' ? 'none' : JSON.stringify(args.action.slice(0, 64));
      const what = `the action is ${given}; there are start and delete, which containerd calls`;
      throw new RuntimeError('invalid-argument', 'do as asked', what);
    }
  }
}

async function versionText(): Promise<string> {
  const { LCOW_VERSION } = await import('../version.ts');
  return `${PROGRAM}:\n  Version:  ${LCOW_VERSION}\n  Node version: ${process.version}\n`;
}

async function runtimeInfo(): Promise<Uint8Array> {
  const [{ encodeRuntimeInfo }, { decodeOptions }, { ociFeatures }] = await Promise.all([
    import('./runtime-info.ts'),
    import('./bootstrap.ts'),
    import('../task/oci-features.ts'),
  ]);
  return encodeRuntimeInfo(decodeOptions(readStdin()), ociFeatures());
}

/** All of it. On this thread: it is small, and nothing goes on before it is there. */
function readStdin(): Uint8Array {
  const chunks: Buffer[] = [];
  let length = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const read = readSome(chunk);
    if (read === 0) return Buffer.concat(chunks, length);
    length += read;
    if (length > INPUT_BYTES_MAX) {
      const what = `stdin has more than ${INPUT_BYTES_MAX} bytes`;
      throw new RuntimeError('invalid-argument', 'read the runtime options', what);
    }
    chunks.push(chunk.subarray(0, read));
  }
}

function readSome(chunk: Buffer): number {
  for (;;) {
    try {
      return readSync(STDIN, chunk);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Windows says so where a pipe ends; and somebody may have closed it.
      if (code === 'EOF' || code === 'EBADF') return 0;
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

function write(answer: string | Uint8Array): void {
  const bytes = Buffer.from(answer);
  for (let at = 0; at < bytes.length; ) at += writeSync(STDOUT, bytes, at);
}
