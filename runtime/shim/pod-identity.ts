/**
 * Which pod a container of containerd's belongs to: its group, as its bundle's annotations say, and from that the pod's
 * id and the address that containerd dials. The same for `start` and `delete`, and for every container of the group.
 */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { isHostNetwork } from '../container/host-network.ts';
import { messageOf, RuntimeError } from '../errors.ts';

/** What of a bundle's config.json says how its pod is made. */
export interface BundleSpec {
  readonly annotations: Readonly<Record<string, string>>;
  /** Whether the container has a network namespace of its own, or joins one other than the host's. */
  readonly hasNetworkNamespace: boolean;
  /** `linux.resources`, as it stands there. */
  readonly resources: unknown;
}

export interface PodIdentity {
  readonly groupId: string;
  /** `ctr-` and 16 hexadecimal digits. */
  readonly podId: string;
  /** What containerd dials: a socket's path, on Windows a pipe's. */
  readonly address: string;
}

/** The first that is there names the group. */
const GROUP_ANNOTATIONS = ['io.containerd.runc.v2.group', 'io.kubernetes.cri.sandbox-id'] as const;
/** containerd's own folder for sockets, whatever its state folder is. */
const SOCKET_FOLDER = '/run/containerd/s';
const SPEC_BYTES_MAX = 16 << 20;
const GROUP_LENGTH_MAX = 512;
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/;

/** @throws RuntimeError invalid-argument naming what is no namespace or id of containerd's, or no address */
export function checkIdentity(asked: {
  readonly namespace: string;
  readonly id: string;
  readonly address: string;
}): void {
  for (const name of ['namespace', 'id'] as const) {
    if (NAME.test(asked[name])) continue;
    const value = JSON.stringify(asked[name].slice(0, 140));
    throw wrong(`-${name} is ${value}, not 1 to 128 of A-Z a-z 0-9 _ . -`);
  }
  if (asked.address === '') throw wrong('-address is missing');
}

/** @throws RuntimeError invalid-argument, naming the file, for one that is missing or no OCI specification */
export function readBundleSpec(bundle: string): BundleSpec {
  const path = join(bundle, 'config.json');
  let spec: unknown;
  try {
    spec = JSON.parse(readBounded(path));
  } catch (cause) {
    throw new RuntimeError('invalid-argument', `read ${path}`, messageOf(cause), { cause });
  }
  const { annotations, linux } = objectOf(spec);
  const { namespaces, resources } = objectOf(linux);
  return {
    annotations: textsOf(annotations),
    hasNetworkNamespace:
      Array.isArray(namespaces) &&
      namespaces.map(objectOf).some(({ type, path }) => {
        return type === 'network' && !(typeof path === 'string' && isHostNetwork(path));
      }),
    resources,
  };
}

/** @param socketFolder where sockets go, where containerd says so */
export function podIdentity(
  asked: { readonly namespace: string; readonly id: string; readonly address: string },
  annotations: BundleSpec['annotations'],
  socketFolder: string = SOCKET_FOLDER,
): PodIdentity {
  const { namespace, id, address } = asked;
  const groupId = groupOf(annotations) ?? id;
  if (groupId.length > GROUP_LENGTH_MAX || groupId.includes('\0')) {
    throw wrong(`the group's id has ${groupId.length} characters or a NUL`);
  }
  const digest = createHash('sha256')
    .update(posix.join(address, namespace, groupId))
    .digest('hex');
  const podId = `ctr-${digest.slice(0, 16)}`;
  if (process.platform === 'win32') {
    const pipe = `containerd-shim-${namespace}-${pipeName(groupId)}-pipe`;
    return { groupId, podId, address: `\\\\.\\pipe\\ProtectedPrefix\\Administrators\\${pipe}` };
  }
  return { groupId, podId, address: posix.join(socketFolder, digest) };
}

/** As containerd takes it and as the `address` file has it. */
export function addressText(address: string): string {
  return process.platform === 'win32' ? address : `unix://${address}`;
}

function groupOf(annotations: BundleSpec['annotations']): string | undefined {
  for (const name of GROUP_ANNOTATIONS) {
    const value = annotations[name];
    if (value !== undefined && value !== '') return value;
  }
  return undefined;
}

/** A pipe's name has no backslash. */
function pipeName(groupId: string): string {
  return groupId.replaceAll('\\', '_').slice(0, 128);
}

function readBounded(path: string): string {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    if (size > SPEC_BYTES_MAX) throw new Error(`it has ${size} bytes, at most ${SPEC_BYTES_MAX}`);
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

function objectOf(value: unknown): Record<string, unknown> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : {};
}

function textsOf(value: unknown): Record<string, string> {
  const entries = Object.entries(objectOf(value));
  return Object.fromEntries(
    entries.flatMap(([name, text]) => (typeof text === 'string' ? [[name, text]] : [])),
  );
}

function wrong(what: string): RuntimeError {
  return new RuntimeError('invalid-argument', 'find the pod', what);
}
