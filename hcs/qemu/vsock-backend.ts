/**
 * The vsock device of a VM on hosts without /dev/vhost-vsock: QEMU's vhost-user-vsock, served by a
 * `vhost-device-vsock` process of the VM's own. It knows the process and the device; what is accepted
 * from the guest is vsock-listener.ts.
 *
 * The back end is a child of QEMU: a shell starts it beside itself and then becomes QEMU. So one rule,
 * the parent-death signal, ends it with its VM however that ends (kill -9 included, no owner needed),
 * and it outlives an owner whose VM does.
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { HcsError } from '../hcs-error.ts';
import { plugIn, settingError, type Plug } from './plug.ts';
import { VSOCK_PORT_ID } from './machine-arguments.ts';

/** The running back end. */
export type VsockBackend = NonNullable<Plug['backend']>;

/** The program, where no path is given: looked up in PATH. */
export const VSOCK_BACKEND = 'vhost-device-vsock';
/** Where the back end serves QEMU, relative to the system's folder. */
const DEVICE_SOCKET = 'vhost.sock';
/** The back end connects to `<this>_<port>` for a guest that dials `port`; relative to the folder. */
const GUEST_SOCKET = 'vsock';
/** Every VM may have the same: each has a back end, and so a network, of its own. */
const GUEST_CID = 3;
/** The descriptor that only the back end holds: its end of file is the back end's end. */
export const BACKEND_LIFE_FD = 4;
/** How long the back end may take until it serves. It takes 5 ms, of the 40 ms that QEMU takes. */
const READY_TIMEOUT_MS = 10_000;
const READY_RETRY_MS = 5;

/**
 * $1 the back end, $2 its arguments' value, then QEMU's line. Who was orphaned before the signal was
 * arranged is told by its parent's number, and does not start.
 */
const SCRIPT = `backend=$1 vm=$2
shift 2
setpriv --pdeathsig KILL -- sh -c 'test "$PPID" = "$1" && exec "$2" --vm "$3"' sh \
"$$" "$backend" "$vm" 3>&- &
exec "$@" ${BACKEND_LIFE_FD}>&-`;

/** The program's path. @throws HcsError HCS_E_SERVICE_NOT_AVAILABLE, with what to do */
export function findVsockBackend(op: string, program: string = VSOCK_BACKEND): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = program.includes('/') ? [program] : folders.map((dir) => join(dir, program));
  for (const candidate of candidates) {
    try {
      accessSync(candidate, constants.X_OK);
      return resolve(candidate);
    } catch {
      // The next one.
    }
  }
  const Message =
    `the vsock back end ${program} is not on this host: cargo install vhost-device-vsock, name its ` +
    'path, or use the serial link, which needs none';
  throw new HcsError(op, 'HCS_E_SERVICE_NOT_AVAILABLE', [{ Message, Source: 'vsockBackend' }]);
}

/** Words that, put before QEMU's line, start a back end beside it. Its working folder is QEMU's. */
export function besideBackend(backend: string): string[] {
  const vm = `guest-cid=${GUEST_CID},uds-path=${GUEST_SOCKET},socket=${DEVICE_SOCKET}`;
  return ['sh', '-c', SCRIPT, 'sh', backend, vm];
}

/** The name, in the system's folder, of the socket that a guest's connections to `port` come to. */
export function guestSocketName(port: number): string {
  return `${GUEST_SOCKET}_${port}`;
}

/** Gives the machine its vsock device. Already there is not an error: a system that was adopted has it. */
export async function plugVsock(plug: Plug, program: VsockBackend): Promise<void> {
  if (plug.devices.vsock === true) return;
  const id = 'vsock';
  const addr = { type: 'unix', data: { path: DEVICE_SOCKET } };
  const backend = { type: 'socket', data: { addr, server: false } };
  await connectBackend(plug, { id, backend }, program);
  try {
    await plugIn(plug, 'the vsock device', [
      {
        command: 'device_add',
        args: {
          driver: 'vhost-user-vsock-pci-non-transitional',
          id,
          bus: VSOCK_PORT_ID,
          chardev: id,
        },
      },
    ]);
  } catch (error) {
    await plug.qmp.execute('chardev-remove', { id }).catch(() => undefined);
    throw error;
  }
  plug.devices.vsock = true;
}

/**
 * Has QEMU connect to the back end, which was started before it. It is there at the first try unless
 * the host is busy; that a socket begins to listen is no event for others, so then QEMU tries again.
 */
async function connectBackend(
  plug: Plug,
  chardev: Record<string, unknown>,
  program: VsockBackend,
): Promise<void> {
  let ended = false;
  void program.ended.then(() => {
    ended = true;
  });
  const deadlineMs = performance.now() + READY_TIMEOUT_MS;
  for (;;) {
    try {
      await plug.qmp.execute('chardev-add', chardev);
      return;
    } catch (error) {
      if (!/Failed to connect/.test((error as Error).message)) throw error;
      if (ended) throw backendError(plug, program, 'ended before it served', error);
      if (performance.now() > deadlineMs) {
        throw backendError(plug, program, `does not serve after ${READY_TIMEOUT_MS} ms`, error);
      }
    }
    await new Promise((again) => {
      setTimeout(again, READY_RETRY_MS);
    });
  }
}

function backendError(plug: Plug, program: VsockBackend, what: string, cause: unknown): HcsError {
  const message = `${what}: ${program.said() || 'it said nothing'}`;
  return settingError(plug.op, 'HCS_E_SERVICE_NOT_AVAILABLE', 'vsockBackend', message, cause);
}
