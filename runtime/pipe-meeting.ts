/**
 * What stands where a Unix socket would, on Windows: a small file that says at which named pipe its server listens, and
 * the key with which either side proves that it can read the file. Whoever may enter the folder may dial, as with a
 * socket; who only sees the pipe's name in the list of pipes, which is open to all, may not; and who takes the name
 * after its server's death is not believed, for the name and the key are another each time.
 *
 *   client -> server   32 bytes, random
 *   server -> client   32 bytes, random; HMAC-SHA256(key, "server", client's, server's)
 *   client -> server   HMAC-SHA256(key, "client", client's, server's); then what it has to say
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { type ErrorCode, RuntimeError } from './errors.ts';
import { replaceFileSync, retrySync } from './replace-file.ts';

const PIPE = /^\\\\\.\\pipe\\lcow-[0-9a-f]{32}$/;
const KEY_BYTES = 32;
const NONCE_BYTES = 32;
const PROOF_BYTES = 32;
/** No file of ours is near this. */
const FILE_BYTES_MAX = 1024;
/** For the other side to prove itself; it computes two digests. */
const PROOF_DEADLINE_MS = 10_000;
const OP = 'prove both ends of a pipe';

/** Where a server is found, and with what either side proves itself. */
export interface PipeMeeting {
  readonly pipe: string;
  readonly key: Buffer;
}

/** A name that nobody can know before, and a key. */
export function newMeeting(): PipeMeeting {
  const name = randomBytes(16).toString('hex');
  return { pipe: `\\\\.\\pipe\\lcow-${name}`, key: randomBytes(KEY_BYTES) };
}

/** Makes the file, in place of one that a dead server left. */
export function publishMeeting(path: string, { pipe, key }: PipeMeeting): void {
  const next = `${path}.${process.pid}`;
  writeFileSync(next, JSON.stringify({ pipe, key: key.toString('hex') }), { mode: 0o600 });
  try {
    replaceFileSync(next, path);
  } catch (error) {
    rmSync(next, { force: true });
    throw error;
  }
}

/** Removes the file, unless another server has published its own meanwhile. */
export function withdrawMeeting(path: string, { pipe }: PipeMeeting): void {
  try {
    if (readMeeting(path)?.pipe === pipe) rmSync(path, { force: true });
  } catch {
    // Its folder is gone, or another's file is there.
  }
}

/** Undefined where there is no such file. @throws RuntimeError data-loss for one that says something else */
export function readMeeting(path: string): PipeMeeting | undefined {
  let text: string;
  try {
    text = retrySync(() => readFileSync(path, 'latin1'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
  try {
    if (text.length > FILE_BYTES_MAX) throw new Error(`it has ${text.length} bytes`);
    const { pipe, key } = JSON.parse(text) as Record<string, unknown>;
    if (typeof pipe !== 'string' || !PIPE.test(pipe)) throw new Error('pipe is no pipe of ours');
    const secret = Buffer.from(typeof key === 'string' ? key : '', 'hex');
    if (secret.length !== KEY_BYTES) throw new Error(`key has ${secret.length} bytes`);
    return { pipe, key: secret };
  } catch (cause) {
    const what = `it does not say where its server listens: ${(cause as Error).message}`;
    throw new RuntimeError('data-loss', `read ${path}`, what, { cause });
  }
}

/** The client's part. @throws RuntimeError permission-denied, unavailable, timeout; the socket is destroyed then */
export async function proveToServer(socket: Socket, key: Buffer): Promise<void> {
  await proving(socket, async (read) => {
    const mine = randomBytes(NONCE_BYTES);
    socket.write(mine);
    const answer = await read(NONCE_BYTES + PROOF_BYTES);
    const theirs = answer.subarray(0, NONCE_BYTES);
    check(answer.subarray(NONCE_BYTES), proof(key, 'server', mine, theirs));
    socket.write(proof(key, 'client', mine, theirs));
  });
}

/** The server's part; what the client says next stays to be read. @throws as proveToServer */
export async function proveToClient(socket: Socket, key: Buffer): Promise<void> {
  await proving(socket, async (read) => {
    const theirs = await read(NONCE_BYTES);
    const mine = randomBytes(NONCE_BYTES);
    socket.write(Buffer.concat([mine, proof(key, 'server', theirs, mine)]));
    check(await read(PROOF_BYTES), proof(key, 'client', theirs, mine));
  });
}

async function proving(
  socket: Socket,
  steps: (read: (length: number) => Promise<Buffer>) => Promise<void>,
): Promise<void> {
  const over = new AbortController();
  const end = (code: ErrorCode, what: string): void => over.abort(new RuntimeError(code, OP, what));
  const onError = (error: Error): void => end('unavailable', error.message);
  const onClose = (): void => end('unavailable', 'the other side left');
  const timer = setTimeout(() => {
    end('timeout', `no proof within ${PROOF_DEADLINE_MS} ms`);
  }, PROOF_DEADLINE_MS);
  socket.on('error', onError).on('close', onClose).on('end', onClose);
  try {
    await steps(reader(socket, over.signal));
  } catch (error) {
    socket.on('error', () => undefined);
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
    socket.off('error', onError).off('close', onClose).off('end', onClose);
    socket.removeAllListeners('readable');
  }
  // A listener for 'readable' leaves a stream in that mode until the next tick.
  await new Promise((resolve) => setImmediate(resolve));
}

/** Reads so many bytes, and none beyond. One listener for all of it: to add one is told at once of what is there. */
function reader(socket: Socket, signal: AbortSignal): (length: number) => Promise<Buffer> {
  let wake = (): void => undefined;
  const onChange = (): void => wake();
  socket.on('readable', onChange);
  signal.addEventListener('abort', onChange, { once: true });
  return async (length) => {
    for (;;) {
      const changed = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const bytes = socket.read(length) as Buffer | null;
      if (bytes?.length === length) return bytes;
      signal.throwIfAborted();
      if (bytes !== null) throw new RuntimeError('unavailable', OP, 'the other side left');
      await changed;
    }
  };
}

function proof(key: Buffer, side: 'client' | 'server', client: Buffer, server: Buffer): Buffer {
  return createHmac('sha256', key).update(side).update(client).update(server).digest();
}

function check(given: Buffer, right: Buffer): void {
  if (timingSafeEqual(given, right)) return;
  const what = 'the other side does not have the key that stands in the file';
  throw new RuntimeError('permission-denied', OP, what);
}
