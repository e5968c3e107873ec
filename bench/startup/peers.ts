/** The programs that we are measured beside: where they are and which they are, or how to get them. Starts none of them but for its version. */
import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '../../runtime/errors.ts';
import { hasHybridCgroups, V1_VIEW_LABEL } from './cgroup-view.ts';

export type PeerName = keyof typeof HOW;

/** How Debian and its relatives have them. */
const HOW = {
  runc: 'apt install runc',
  crun: 'apt install crun',
  containerd: 'apt install containerd',
  ctr: 'apt install containerd',
  'containerd-shim-runc-v2': 'apt install containerd',
  dockerd: 'apt install docker.io',
  docker: 'apt install docker.io',
} as const;

/** Folders that a user's PATH may lack, and where distributions put daemons. */
const MORE_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];
/** A newer client may come first in PATH than the one that was made with the daemon. */
const FIRST: Readonly<Record<string, string>> = { docker: '/usr/bin/docker' };
const DEADLINE_MS = 10_000;

export interface Peer {
  /** Undefined: it is not installed. */
  readonly path: string | undefined;
  /** Its version, or "absent: <how to get it>". */
  readonly version: string;
}

export type Peers = Readonly<Record<PeerName, Peer>>;

export async function findPeers(env: NodeJS.ProcessEnv = process.env): Promise<Peers> {
  const names = Object.keys(HOW) as PeerName[];
  const found = await Promise.all(names.map(async (name) => [name, await find(name, env)]));
  return Object.fromEntries(found) as Peers;
}

/** What of these is not installed and how to get it; undefined: all are. */
export function missingPeers(peers: Peers, names: readonly PeerName[]): string | undefined {
  const missing = names.filter((name) => peers[name].path === undefined);
  if (missing.length === 0) return undefined;
  const how = [...new Set(missing.map((name) => HOW[name]))];
  const are = missing.length === 1 ? 'is' : 'are';
  return `${missing.join(' and ')} ${are} not installed (${how.join('; ')})`;
}

async function find(name: PeerName, env: NodeJS.ProcessEnv): Promise<Peer> {
  const folders = [...(env['PATH'] ?? '').split(delimiter).filter(Boolean), ...MORE_FOLDERS];
  const candidates = [FIRST[name] ?? '', ...folders.map((folder) => join(folder, name))];
  const path = candidates.find(isProgram);
  if (path === undefined) return { path, version: `absent: ${HOW[name]}` };
  const version = await versionOf(name, path, env);
  if (name !== 'crun' || !hasHybridCgroups()) return { path, version };
  return { path, version: `${version}; ${V1_VIEW_LABEL}` };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return path !== '';
  } catch {
    return false;
  }
}

async function versionOf(name: PeerName, path: string, env: NodeJS.ProcessEnv): Promise<string> {
  const flag = name.startsWith('containerd-shim') ? '-v' : '--version';
  try {
    const { stdout } = await promisify(execFile)(path, [flag], { timeout: DEADLINE_MS, env });
    const lines = stdout.split('\n');
    const line = lines.find((each) => /\d+\.\d+/.test(each)) ?? lines[0] ?? '';
    return line.trim().slice(0, 200) || 'it tells no version';
  } catch (error) {
    return `it tells no version: ${(messageOf(error).split('\n')[0] ?? '').slice(0, 200)}`;
  }
}
