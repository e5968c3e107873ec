/**
 * The standard handles of a process as Node's streams. Windows' pipes become descriptors of Node's own C runtime by
 * libuv's uv_open_osfhandle, which node.exe exports (ucrtbase's _open_osfhandle would make them in another runtime's
 * table), and streams from there as a parent's pipes do. Each handle is closed once: by its stream, or here where none
 * could be made.
 */
import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import koffi from 'koffi';
import { HcsError } from '../hcs-error.ts';
import type { ComputeCore, NativeFunction, ProcessInformation } from './compute-core.ts';

/** What a process was created with; the streams are whoever's has them to destroy. Their errors end them, no more. */
export interface StdStreams {
  /** Ended, it tells the process that there is no more to read. */
  stdin?: Socket;
  stdout?: Socket;
  stderr?: Socket;
}

let open: NativeFunction | undefined;

/** Takes the handles over, all of them or none. @throws HcsError ERROR_INVALID_DATA where one is no pipe */
export function stdStreams(core: ComputeCore, op: string, found: ProcessInformation): StdStreams {
  const handles = { stdin: found.StdInput, stdout: found.StdOutput, stderr: found.StdError };
  const left = new Map(Object.entries(handles).filter(([, handle]) => isThere(handle)));
  const streams: StdStreams = {};
  try {
    for (const [name, handle] of left) {
      const descriptor = descriptorOf(op, name, handle);
      left.delete(name);
      streams[name as keyof StdStreams] = streamOf(op, name, descriptor);
    }
  } catch (error) {
    for (const handle of left.values()) core.closeHandle(handle);
    destroyStreams(streams);
    throw error;
  }
  return streams;
}

export function destroyStreams({ stdin, stdout, stderr }: StdStreams): void {
  for (const stream of [stdin, stdout, stderr]) stream?.destroy();
}

/** HCS says that there is none by 0 or INVALID_HANDLE_VALUE. */
function isThere(handle: number): boolean {
  return handle !== 0 && handle !== -1;
}

/** The handle is the descriptor's from now on. */
function descriptorOf(op: string, name: string, handle: number): number {
  open ??= koffi.load(null).func('uv_open_osfhandle', 'int', ['intptr_t']) as NativeFunction;
  const descriptor = open(handle) as number;
  if (descriptor < 0) throw notAPipe(op, name, handle);
  return descriptor;
}

/** The descriptor is the stream's from now on. */
function streamOf(op: string, name: string, fd: number): Socket {
  const readable = name !== 'stdin';
  try {
    const stream = new Socket({ fd, readable, writable: !readable, allowHalfOpen: true });
    stream.on('error', () => undefined);
    return stream;
  } catch (cause) {
    closeQuietly(fd);
    throw notAPipe(op, name, fd, cause);
  }
}

/** One that was never open is as good as closed. */
function closeQuietly(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // The error that is told is why no stream could be made.
  }
}

function notAPipe(op: string, name: string, handle: number, cause?: unknown): HcsError {
  const Message = `HCS has given ${handle} as ${name}, which cannot be used as a pipe`;
  return new HcsError(op, 'ERROR_INVALID_DATA', [{ Message, Source: name }], { cause });
}
