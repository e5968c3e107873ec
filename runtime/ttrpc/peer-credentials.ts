/**
 * Who is at the other end of a Unix socket, from the kernel (SO_PEERCRED, Linux). Node has no call for it, so
 * it is made through koffi, which is loaded with the first connection: it costs 15 ms and 4 MB.
 */
import type { Socket } from 'node:net';
import { messageOf, RuntimeError } from '../errors.ts';

const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
/** struct ucred: pid, uid, gid, 32 bits each. */
const UCRED_BYTES = 12;

type GetSockOpt = (
  fd: number,
  level: number,
  option: number,
  value: Buffer,
  length: Uint32Array,
) => number;

let loading: Promise<GetSockOpt> | undefined;

/**
 * Loads what the check needs, so that the first connection does not wait for it. Nothing to do elsewhere than
 * on Linux.
 */
export async function preparePeerCheck(): Promise<void> {
  if (process.platform === 'linux') await (loading ??= loadGetSockOpt());
}

/**
 * Whether the process that connected runs as our effective user. Elsewhere than on Linux it always answers
 * true: there the folder's mode, or the pipe's access list, is what keeps others out.
 * @throws RuntimeError `unsupported` when the credentials cannot be had
 */
export async function peerIsOurs(socket: Socket): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  return (await peerUid(socket)) === process.geteuid?.();
}

/** The effective uid that the peer had when it connected. @throws RuntimeError `unsupported` */
export async function peerUid(socket: Socket): Promise<number> {
  const op = 'read the credentials of a connection';
  const getsockopt = await (loading ??= loadGetSockOpt());
  const fd = fdOf(socket);
  if (fd === undefined) throw new RuntimeError('unavailable', op, 'it is closed');
  const ucred = Buffer.alloc(UCRED_BYTES);
  const length = new Uint32Array([UCRED_BYTES]);
  // Synchronous: both buffers are ours and alive for the call, and the kernel keeps neither. The fd is open,
  // as nothing else ran since it was read.
  const result = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, ucred, length);
  if (result !== 0 || length[0] !== UCRED_BYTES) {
    throw new RuntimeError('unsupported', op, `getsockopt(SO_PEERCRED) answered ${result}`);
  }
  return ucred.readUInt32LE(4);
}

async function loadGetSockOpt(): Promise<GetSockOpt> {
  try {
    const { default: koffi } = await import('koffi');
    // The process itself: node is linked to the C library, whichever it is.
    const library = koffi.load(null);
    return library.func(
      'int getsockopt(int fd, int level, int option, void *value, void *length)',
    ) as unknown as GetSockOpt;
  } catch (error) {
    const op = 'read the credentials of a connection';
    const why = `koffi cannot be used: ${messageOf(error)}`;
    throw new RuntimeError('unsupported', op, why, { cause: error });
  }
}

/** The descriptor of an open socket; libuv's handle is where Node keeps it. */
function fdOf(socket: Socket): number | undefined {
  const { _handle: handle } = socket as unknown as { _handle?: { fd?: number } | null };
  const fd = handle?.fd;
  return typeof fd === 'number' && fd >= 0 ? fd : undefined;
}
