/**
 * `<run>/pool/`: where parked VMs are found, and by whom they may be taken. Paths only.
 *
 *   daemon.sock        of the daemon, for `lcow pool`
 *   command.sock       of the daemon, for commands of containerd's (command-service.ts)
 *   lcow-holder        what takes them there: a symbolic link, for the launcher
 *   pool.log           of the daemon and of the parked supervisors
 *   free/KEY_OWNER     the socket of a parked supervisor, which the first may take who renames it: rename(2) has one
 *                      winner. KEY says what it is good for (pool-shape.ts), OWNER who it is (ownership.ts)
 *   taken/KEY_OWNER    it was taken; gone once it was dialled
 *   vm/OWNER/          private sockets of a parked VM, and of the pod that it becomes
 *   misses             a byte for each start that found none
 */
import { join } from 'node:path';
import type { Directories } from '../directories.ts';

export function poolFolder({ run }: Pick<Directories, 'run'>): string {
  return join(run, 'pool');
}

export function freeFolder(where: Pick<Directories, 'run'>): string {
  return join(poolFolder(where), 'free');
}

export function takenFolder(where: Pick<Directories, 'run'>): string {
  return join(poolFolder(where), 'taken');
}

export function parkedVmFolder(where: Pick<Directories, 'run'>): string {
  return join(poolFolder(where), 'vm');
}

export function poolSocket(where: Pick<Directories, 'run'>): string {
  return join(poolFolder(where), 'daemon.sock');
}

export function commandSocket(where: Pick<Directories, 'run'>): string {
  return join(poolFolder(where), 'command.sock');
}

export function commandProgram(where: Pick<Directories, 'run'>): string {
  return join(poolFolder(where), 'lcow-holder');
}

export function poolLog(where: Pick<Directories, 'run'>): string {
  return join(poolFolder(where), 'pool.log');
}

export function missesFile(where: Pick<Directories, 'run'>): string {
  return join(poolFolder(where), 'misses');
}

/** The name of a socket in `free` and `taken`. */
export function parkedName(key: string, owner: string): string {
  return `${key}_${owner}`;
}

/** Whose socket it is; undefined for other names. */
export function ownerOf(name: string): string | undefined {
  const at = name.indexOf('_');
  return at < 0 ? undefined : name.slice(at + 1);
}
