/**
 * The one place that turns a path into what the kernel is given to listen on or to dial.
 *
 * A Unix socket whose path is longer than the kernel takes (107 bytes; what is longer would be cut off silently) is
 * reached through a descriptor of its folder, which serves this process alone, as long as it is not released. On
 * Windows a file at the path tells the named pipe and its key (pipe-meeting.ts); a path that is a pipe's name is taken
 * as it is, and only the pipe's own access list then says who may dial.
 */
import { closeSync, constants, openSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { RuntimeError } from './errors.ts';
import {
  newMeeting,
  type PipeMeeting,
  publishMeeting,
  readMeeting,
  withdrawMeeting,
} from './pipe-meeting.ts';

/** sockaddr_un's 108 bytes with a terminator, less one, which containerd keeps. */
export const SOCKET_PATH_BYTES_MAX = 106;

const PIPE_PREFIX = '\\\\.\\pipe\\';

/** Valid until it is released; whoever listens on it closes the listener first, which removes the file by this name. */
export interface SocketAddress {
  readonly path: string;
  /** With which both ends prove themselves, each connection anew; absent: the kernel says who the other end is. */
  readonly key?: Buffer;
  release(): void;
}

/** Of who listens. */
export interface ListenAddress extends SocketAddress {
  /** To be called once it is listened on: from then on it can be dialled. */
  publish(): void;
}

/**
 * The address at which to dial.
 * @throws RuntimeError invalid-argument for a path that no socket can have; unavailable when its folder, or on Windows
 *   the file, is not there; data-loss for a file that tells no pipe
 */
export function socketAddress(op: string, path: string): SocketAddress {
  checkPath(op, path);
  if (process.platform !== 'win32') return unixAddress(op, path);
  if (isPipe(path)) return { path, release: nothing };
  const meeting = readMeeting(path);
  if (meeting === undefined) throw new RuntimeError('unavailable', op, 'nobody listens there');
  return { ...fromMeeting(meeting), release: nothing };
}

/** The address to listen on. @throws as socketAddress */
export function listenAddress(op: string, path: string): ListenAddress {
  checkPath(op, path);
  if (process.platform !== 'win32') return { ...unixAddress(op, path), publish: nothing };
  if (isPipe(path)) return { path, publish: nothing, release: nothing };
  const meeting = newMeeting();
  return {
    ...fromMeeting(meeting),
    publish: () => publishMeeting(path, meeting),
    release: () => withdrawMeeting(path, meeting),
  };
}

/**
 * An address for one connection that comes at once from this process: nobody is told of it.
 * @param path of the socket; not used on Windows, where the name is a random one
 */
export function passingAddress(op: string, path: string): SocketAddress {
  if (process.platform === 'win32') return { path: newMeeting().pipe, release: nothing };
  checkPath(op, path);
  return unixAddress(op, path);
}

function checkPath(op: string, path: string): void {
  if (path !== '' && !path.includes('\0')) return;
  throw new RuntimeError('invalid-argument', op, 'the path is empty or holds a NUL');
}

function isPipe(path: string): boolean {
  return path.toLowerCase().startsWith(PIPE_PREFIX);
}

function fromMeeting({ pipe, key }: PipeMeeting): { path: string; key: Buffer } {
  return { path: pipe, key };
}

function unixAddress(op: string, path: string): SocketAddress {
  if (Buffer.byteLength(path) <= SOCKET_PATH_BYTES_MAX) return { path, release: nothing };
  if (process.platform !== 'linux') throw tooLong(op, 'path', path, SOCKET_PATH_BYTES_MAX);
  return throughFolder(op, path);
}

function nothing(): void {
  // There is nothing to do.
}

function throughFolder(op: string, path: string): SocketAddress {
  const name = basename(path);
  // Room for any descriptor's number.
  const most = SOCKET_PATH_BYTES_MAX - '/proc/self/fd/1048576/'.length;
  if (Buffer.byteLength(name) > most) throw tooLong(op, 'name', name, most);
  let folder: number | undefined;
  try {
    folder = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (error) {
    throw new RuntimeError('unavailable', op, (error as Error).message, { cause: error });
  }
  return {
    path: `/proc/self/fd/${folder}/${name}`,
    release: () => {
      if (folder !== undefined) closeSync(folder);
      folder = undefined;
    },
  };
}

function tooLong(op: string, part: string, text: string, most: number): RuntimeError {
  const bytes = Buffer.byteLength(text);
  const why = `the ${part} has ${bytes} bytes, a socket's has at most ${most}; use a shorter one`;
  return new RuntimeError('invalid-argument', op, why);
}
