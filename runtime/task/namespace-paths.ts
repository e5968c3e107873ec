/**
 * The namespaces of a bundle as those of the VM. The network is the pod's, which is the VM's: a container's own, or one
 * of the host by path, is where the pod is. A path of the others names a container of the same pod by the process of the
 * host that stands for it (`/proc/<pid>/ns/ipc`), or a namespace of the VM (`uvm://`); any other is refused by name.
 */
import { RuntimeError } from '../errors.ts';
import { VM_PREFIX } from './vm-prefix.ts';
import type { HostPidMeaning } from './task-backend.ts';

export type OfHostPid = (pid: number) => HostPidMeaning | undefined;

/** The types, and what /proc/<pid>/ns calls them. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  pid: ['pid', 'pid_for_children'],
  ipc: ['ipc'],
  uts: ['uts'],
  user: ['user'],
  cgroup: ['cgroup'],
  time: ['time', 'time_for_children'],
};
export const NAMESPACE_TYPES = ['mount', 'network', ...Object.keys(FILES)] as const;

interface Namespace {
  readonly type: string;
  readonly path?: string;
}

/**
 * @param ownCgroup the container mounts cgroups: it sees its own as their root, also where the spec shares the host's
 * @throws RuntimeError invalid-argument, unsupported; each names the entry
 */
export function placeNamespaces(
  op: string,
  namespaces: readonly unknown[],
  ofHostPid: OfHostPid | undefined,
  ownCgroup: boolean,
): Namespace[] {
  const placed: Namespace[] = [];
  const seen = new Set<string>();
  for (const [index, entry] of namespaces.entries()) {
    const at = `linux.namespaces[${index}]`;
    const { type, path } = decode(op, at, entry);
    if (seen.has(type)) throw invalid(op, `${at}.type ${JSON.stringify(type)} is there twice`);
    seen.add(type);
    if (type === 'network') continue;
    if (path === '') placed.push({ type });
    else placed.push({ type, path: pathOf(op, at, type, path, ofHostPid) });
  }
  if (ownCgroup && !seen.has('cgroup')) placed.push({ type: 'cgroup' });
  return placed;
}

function decode(op: string, at: string, entry: unknown): Required<Namespace> {
  if (typeof entry !== 'object' || entry === null) throw invalid(op, `${at} is not an object`);
  const { type, path } = entry as { type?: unknown; path?: unknown };
  if (typeof type !== 'string' || !(NAMESPACE_TYPES as readonly string[]).includes(type)) {
    throw new RuntimeError(
      'unsupported',
      op,
      `${at}.type ${JSON.stringify(type)}: there are ${NAMESPACE_TYPES.join(', ')}`,
    );
  }
  if (path != null && typeof path !== 'string') throw invalid(op, `${at}.path is not a string`);
  return { type, path: path ?? '' };
}

function pathOf(
  op: string,
  at: string,
  type: string,
  path: string,
  ofHostPid: OfHostPid | undefined,
): string {
  if (path.startsWith(VM_PREFIX)) return path.slice(VM_PREFIX.length);
  const shown = `${at}.path ${JSON.stringify(path.slice(0, 300))}`;
  const [, pid, file = ''] = /^\/proc\/(\d{1,10})\/ns\/([a-z_]+)$/.exec(path) ?? [];
  const files = FILES[type];
  if (pid === undefined || files?.includes(file) !== true) {
    const what = `${shown} is a ${JSON.stringify(type)} namespace of the host`;
    throw new RuntimeError('unsupported', op, what);
  }
  const found = ofHostPid?.(Number(pid));
  if (found !== undefined) return `/proc/${found.guestPid}/ns/${file}`;
  const what = `${shown}: no container of this pod has process ${pid}`;
  throw new RuntimeError('unsupported', op, what);
}

function invalid(op: string, what: string): RuntimeError {
  return new RuntimeError('invalid-argument', op, what);
}
