/** Files of a container in the guest: what stands at a path, tars in and out. Paths resolve inside the container. */
import { once } from 'node:events';
import { Readable } from 'node:stream';
import type { lcow } from '../../proto/generated/agent.js';
import { METHODS, STREAMS } from '../guest/methods.ts';
import { fromGrpc } from '../guest/status.ts';
import type { UtilityVm } from '../uvm/utility-vm.ts';

/** What the agent takes in a frame. */
const CHUNK_BYTES_MAX = 256 * 1024;

export interface GuestPathStat {
  readonly name: string;
  /** st_mode. */
  readonly mode: number;
  readonly size: number;
  /** Where a symbolic link leads. */
  readonly linkTarget: string;
  readonly isDirectory: boolean;
}

/** A symbolic link is told, not followed. @throws RuntimeError not-found */
export async function statPath(
  vm: UtilityVm,
  containerId: string,
  path: string,
): Promise<GuestPathStat> {
  const found = await vm.call(`look at ${path}`, METHODS.stat, { containerId, path });
  const { name, mode, size, linkTarget, isDir: isDirectory } = found;
  return { name, mode, size, linkTarget, isDirectory };
}

/** A tar into the folder at `path`. Resolves to the bytes that the guest took. */
export async function copyIn(
  vm: UtilityVm,
  containerId: string,
  path: string,
  tar: Readable,
): Promise<number> {
  const op = `copy into ${path}`;
  const channel = await vm.agent();
  const { promise, resolve, reject } = deferred<number>();
  const call = channel.clientStream(STREAMS.copyIn, (error, response) => {
    if (error) reject(fromGrpc(op, error));
    else resolve((response as lcow.agent.v1.CopyInResponse).bytes);
  });
  call.on('error', () => {});
  const over = promise.then(
    () => {},
    () => {},
  );
  let ended = false;
  void over.then(() => {
    ended = true;
  });
  try {
    call.write({ open: { containerId, path } });
    for await (const bytes of tar as AsyncIterable<Buffer>) {
      for (let at = 0; at < bytes.length && !ended; at += CHUNK_BYTES_MAX) {
        const chunk = bytes.subarray(at, at + CHUNK_BYTES_MAX);
        if (!call.write({ chunk })) await Promise.race([once(call, 'drain'), over]);
      }
      if (ended) break;
    }
    call.end();
  } catch (error) {
    call.cancel();
    promise.catch(() => {});
    throw error;
  }
  return promise;
}

/** What stands at `path` as a tar, under its last name. */
export function copyOut(vm: UtilityVm, containerId: string, path: string): Readable {
  return Readable.from(chunks(vm, containerId, path), { objectMode: false });
}

async function* chunks(vm: UtilityVm, containerId: string, path: string): AsyncGenerator<Buffer> {
  const channel = await vm.agent();
  const call = channel.serverStream(STREAMS.copyOut, { containerId, path });
  try {
    for await (const frame of call as AsyncIterable<lcow.agent.v1.CopyOutFrame>) {
      const { chunk } = frame;
      // The first frame tells what the path is.
      if (chunk != null && chunk.length > 0) yield Buffer.from(chunk);
    }
  } catch (error) {
    throw fromGrpc(`copy out of ${path}`, error);
  } finally {
    call.on('error', () => {});
    call.cancel();
  }
}

function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
