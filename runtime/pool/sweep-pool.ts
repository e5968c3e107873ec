/** What pools that died left in `<run>/pool`: sockets and folders of processes that are gone. Safe while one lives. */
import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Directories } from '../directories.ts';
import { isOwnerAlive } from '../ownership.ts';
import { isPodLocked } from '../supervisor/pod-lock.ts';
import {
  commandProgram,
  commandSocket,
  freeFolder,
  missesFile,
  ownerOf,
  parkedVmFolder,
  poolFolder,
  poolLog,
  poolSocket,
  takenFolder,
} from './pool-folder.ts';

/** @returns what was removed, for people */
export function sweepPool(where: Pick<Directories, 'run'>): string[] {
  if (!existsSync(poolFolder(where))) return [];
  const folders = [freeFolder(where), takenFolder(where), parkedVmFolder(where)];
  const swept = folders.flatMap((folder) =>
    namesIn(folder)
      .filter((name) => !isOwnerAlive(ownerOf(name) ?? name))
      .map((name) => {
        rmSync(join(folder, name), { recursive: true, force: true });
        return `parked supervisor ${ownerOf(name) ?? name}`;
      }),
  );
  const dead = !isPodLocked(poolFolder(where)) && existsSync(poolSocket(where));
  if (dead) clearPool(where);
  return [...new Set(swept), ...(dead ? [`pool ${poolFolder(where)}`] : [])];
}

/** The daemon is gone, or about to be. What pods that live have of it stays. */
export function clearPool(where: Pick<Directories, 'run'>): void {
  const sockets = [poolSocket(where), commandSocket(where)];
  for (const path of [...sockets, commandProgram(where), missesFile(where), poolLog(where)]) {
    rmSync(path, { force: true });
  }
  rmSync(`${poolLog(where)}.1`, { force: true });
  const folders = [freeFolder(where), takenFolder(where), parkedVmFolder(where), poolFolder(where)];
  for (const folder of folders) {
    try {
      rmdirSync(folder);
    } catch {
      // A pod has its sockets there.
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
