/**
 * What a container mounts beside the standard tree: `-v`, `--mount`, `--tmpfs` and typed mounts. Sources of binds
 * are paths of the host, in Docker's shape; task/host-mounts.ts makes them reachable for the VM.
 */
import { posix, resolve } from 'node:path';
import type { OciMount } from './oci-runtime-spec.ts';
import { refuse } from './refusal.ts';
import { tmpfsOptions } from './tmpfs-options.ts';

/** A file or folder of the host. */
export interface BindMount {
  readonly type: 'bind';
  /** Absolute, of the host. */
  readonly source: string;
  /** Absolute, in the container, below /. */
  readonly target: string;
  readonly readOnly?: boolean;
}

/** A file system in memory. */
export interface TmpfsMount {
  readonly type: 'tmpfs';
  readonly target: string;
  /** Mount options of tmpfs over Docker's noexec,nosuid,nodev; later ones win. */
  readonly options?: readonly string[];
}

export type ContainerMount = BindMount | TmpfsMount;

const LONGEST_PATH = 4096;
const MOST_MOUNTS = 512;
const NAMED_VOLUMES =
  'names a volume: named volumes are not there yet (a folder is written ./name)';

/** `-v SRC:DST[:ro]`. @param cwd what a source like ./folder is relative to @throws RuntimeError invalid-argument */
export function parseVolume(text: string, cwd: string = process.cwd()): BindMount {
  const op = 'read --volume';
  // A drive letter's colon is part of the source.
  const [, source = '', target = '', options] =
    /^([A-Za-z]:[\\/][^:]*|[^:]*):([^:]*)(?::([^:]*))?$/s.exec(text) ??
    refuse(op, text, 'is not SRC:DST[:ro]');
  if (source === '') refuse(op, text, 'is not SRC:DST[:ro]');
  if (/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(source)) refuse(op, text, NAMED_VOLUMES);
  let readOnly = false;
  for (const option of options?.split(',') ?? []) {
    if (option === 'ro' || option === 'rw') readOnly = option === 'ro';
    else if (!NO_EFFECT.has(option)) {
      refuse(op, text, `has "${option.slice(0, 32)}", not ro or rw`);
    }
  }
  return bind(op, text, source, target, readOnly, cwd);
}

/** Docker's words that change nothing here: no SELinux in the guest, shares are private and consistent. */
const NO_EFFECT: ReadonlySet<string> = new Set([
  ...['z', 'Z', 'private', 'rprivate'],
  ...['consistent', 'cached', 'delegated'],
]);

/** `--mount type=bind,source=...,target=...[,readonly]`, or type=tmpfs. @throws RuntimeError invalid-argument */
export function parseMount(text: string, cwd: string = process.cwd()): ContainerMount {
  const op = 'read --mount';
  const fields = new Map<string, string>();
  for (const field of text.split(',')) {
    const equals = field.indexOf('=');
    const key = (equals < 0 ? field : field.slice(0, equals)).trim().toLowerCase();
    const name = KEYS[key] ?? refuse(op, text, `has the unknown field "${key.slice(0, 32)}"`);
    if (fields.has(name)) refuse(op, text, `has ${name} twice`);
    if (equals < 0 && name !== 'readonly') refuse(op, text, `has no value of ${name}`);
    fields.set(name, equals < 0 ? 'true' : field.slice(equals + 1));
  }
  const type = fields.get('type') ?? 'volume';
  const target = fields.get('target') ?? refuse(op, text, 'has no target');
  const readOnly = flag(op, text, fields.get('readonly'));
  const only = (kind: string, ...names: string[]): void => {
    const wrong = names.find((name) => fields.has(name));
    if (wrong !== undefined) refuse(op, text, `has ${wrong}, which ${kind} does not take`);
  };
  switch (type) {
    case 'bind': {
      only('a bind', 'tmpfs-size', 'tmpfs-mode');
      checkPropagation(op, text, fields.get('bind-propagation'));
      const source = fields.get('source') ?? refuse(op, text, 'has no source');
      return bind(op, text, source, target, readOnly, cwd);
    }
    case 'tmpfs': {
      only('a tmpfs', 'source', 'bind-propagation');
      const size = fields.get('tmpfs-size');
      const mode = fields.get('tmpfs-mode');
      const options = [
        ...(size === undefined ? [] : [`size=${size}`]),
        ...(mode === undefined ? [] : [`mode=${mode}`]),
        ...(readOnly ? ['ro'] : []),
      ];
      return tmpfs(op, text, target, options);
    }
    case 'volume':
      return refuse(op, text, 'is of type volume: named volumes are not there yet');
    default:
      return refuse(op, text, `has the type "${type.slice(0, 32)}", not bind or tmpfs`);
  }
}

const KEYS: Readonly<Record<string, string>> = {
  __proto__: null as never,
  type: 'type',
  source: 'source',
  src: 'source',
  target: 'target',
  dst: 'target',
  destination: 'target',
  readonly: 'readonly',
  ro: 'readonly',
  consistency: 'consistency',
  'bind-propagation': 'bind-propagation',
  'tmpfs-size': 'tmpfs-size',
  'tmpfs-mode': 'tmpfs-mode',
};

/** `--tmpfs /path[:size=64m,mode=1777,exec,...]`. @throws RuntimeError invalid-argument */
export function parseTmpfs(text: string): TmpfsMount {
  const colon = text.indexOf(':');
  const target = colon < 0 ? text : text.slice(0, colon);
  const options = colon < 0 ? [] : text.slice(colon + 1).split(',');
  return tmpfs(
    'read --tmpfs',
    text,
    target,
    options.filter((option) => option !== ''),
  );
}

/**
 * The standard mounts under what is given. A given one at a standard's place replaces it, and one at /dev also
 * what stands below; parents come before what they hold.
 * @throws RuntimeError invalid-argument for a bad path, or a place that is given twice
 */
export function ociMounts(
  standard: readonly OciMount[],
  given: readonly ContainerMount[],
): OciMount[] {
  const op = 'mount';
  if (given.length > MOST_MOUNTS) refuse(op, given.length, `mounts are more than ${MOST_MOUNTS}`);
  const byTarget = new Map<string, OciMount>();
  for (const mount of given) {
    const destination = checkTarget(op, mount.target, mount.target);
    if (byTarget.has(destination)) refuse(op, destination, 'is given twice');
    byTarget.set(destination, ociMount(op, mount, destination));
  }
  const kept = standard.filter(
    ({ destination }) =>
      !byTarget.has(destination) && !(byTarget.has('/dev') && destination.startsWith('/dev/')),
  );
  const depth = ({ destination }: OciMount): number => destination.split('/').length;
  return [...kept, ...[...byTarget.values()].sort((a, b) => depth(a) - depth(b))];
}

function ociMount(op: string, mount: ContainerMount, destination: string): OciMount {
  if (mount.type === 'tmpfs') {
    const options = tmpfsOptions(op, mount.target, mount.options ?? []);
    return { destination, type: 'tmpfs', source: 'tmpfs', options };
  }
  const source = checkSource(op, mount.source, mount.source);
  const access = mount.readOnly === true ? ['ro'] : [];
  return { destination, type: 'bind', source, options: ['rbind', 'rprivate', ...access] };
}

function bind(
  op: string,
  text: string,
  source: string,
  target: string,
  readOnly: boolean,
  cwd: string,
): BindMount {
  const path = resolve(cwd, checkSource(op, text, source));
  return { type: 'bind', source: path, target: checkTarget(op, text, target), readOnly };
}

function tmpfs(op: string, text: string, target: string, options: readonly string[]): TmpfsMount {
  tmpfsOptions(op, text, options);
  return { type: 'tmpfs', target: checkTarget(op, text, target), options };
}

function checkSource(op: string, text: string, source: string): string {
  const good = source !== '' && source.length <= LONGEST_PATH && !source.includes('\0');
  return good ? source : refuse(op, text, `has no source path of at most ${LONGEST_PATH} bytes`);
}

function checkTarget(op: string, text: string, target: string): string {
  const path = posix.normalize(target).replace(/(.)\/$/, '$1');
  const good = target.startsWith('/') && path !== '/' && !/[\0\n]/.test(path);
  return good && Buffer.byteLength(path) <= LONGEST_PATH
    ? path
    : refuse(op, text, 'has no absolute target below / in the container');
}

function checkPropagation(op: string, text: string, propagation = 'rprivate'): void {
  if (propagation === 'private' || propagation === 'rprivate') return;
  refuse(op, text, `has the propagation "${propagation.slice(0, 32)}": what is shared is private`);
}

function flag(op: string, text: string, value = 'false'): boolean {
  if (['true', '1'].includes(value)) return true;
  return ['false', '0'].includes(value)
    ? false
    : refuse(op, text, 'has readonly that is no boolean');
}
