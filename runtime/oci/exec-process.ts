/** The OCI process of an `exec`: a file of the caller's, or the container's own with what the options change. */
import type { OciProcess, OciUser } from '../task/oci-runtime-spec.ts';
import { bundleProcess, readJson } from './bundle.ts';
import { OciFailure } from './failure.ts';
import type { OciArguments } from './options.ts';
import type { OciRecord } from './record.ts';

const PROCESS_BYTES_MAX = 1 << 20;
const ID_MAX = 0xffff_fffe;

/** @throws OciFailure naming the option */
export function execProcessOf(record: OciRecord, input: OciArguments): OciProcess {
  const file = input.value('process');
  if (file !== undefined) return processFile(file);
  const [, ...args] = input.operands;
  if (args.length === 0) throw new OciFailure('process args cannot be empty');
  const { consoleSize: _size, ...own } = bundleProcess(record.bundle);
  const user = input.value('user');
  const groups = input.list('additional-gids').map((text) => number('--additional-gids', text));
  const added = input.list('cap');
  const before: OciUser = user === undefined ? own.user : changeUser(own.user, user);
  return {
    ...own,
    args,
    terminal: input.flag('tty'),
    env: [...(own.env ?? []), ...input.list('env').map(checkEnv)],
    cwd: input.value('cwd') || own.cwd,
    user: { ...before, ...(groups.length === 0 ? {} : { additionalGids: groups }) },
    ...(added.length === 0 ? {} : { capabilities: withCapabilities(own, added) }),
    ...(input.given('no-new-privs') ? { noNewPrivileges: input.flag('no-new-privs') } : {}),
  };
}

function processFile(path: string): OciProcess {
  const value = readJson(path, PROCESS_BYTES_MAX) as OciProcess | null;
  const args: unknown = value?.args;
  if (typeof value !== 'object' || value === null || !Array.isArray(args) || args.length === 0) {
    throw new OciFailure(`--process ${path}: args is no list of arguments`);
  }
  return value;
}

/** "uid" or "uid:gid", as runc takes it: the group is the container's own where none is given. */
function changeUser({ username: _name, ...own }: OciUser, text: string): OciUser {
  const [uid = '', gid, ...more] = text.split(':');
  if (more.length > 0) throw new OciFailure(`--user "${text}" is not <uid>[:<gid>]`);
  const group = gid === undefined ? {} : { gid: number('--user', gid) };
  return { ...own, uid: number('--user', uid), ...group };
}

function number(option: string, text: string): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value <= ID_MAX) return value;
  throw new OciFailure(`${option} "${text.slice(0, 64)}" is not a number from 0 to ${ID_MAX}`);
}

function checkEnv(entry: string): string {
  if (entry.indexOf('=') > 0 && !entry.includes('\0')) return entry;
  throw new OciFailure(`--env "${entry.slice(0, 64)}" is not NAME=VALUE`);
}

function withCapabilities(own: OciProcess, added: readonly string[]): OciProcess['capabilities'] {
  const before = (own.capabilities ?? {}) as Partial<
    Record<'bounding' | 'effective' | 'permitted' | 'inheritable' | 'ambient', readonly string[]>
  >;
  const names = added.map((name) => {
    const full = /^CAP_/i.test(name) ? name.toUpperCase() : `CAP_${name.toUpperCase()}`;
    if (/^CAP_[A-Z_]{2,32}$/.test(full)) return full;
    throw new OciFailure(`--cap "${name.slice(0, 64)}" is not a capability`);
  });
  const plus = (list: readonly string[] | undefined): string[] => [
    ...new Set([...(list ?? []), ...names]),
  ];
  return {
    ...before,
    bounding: plus(before.bounding),
    effective: plus(before.effective),
    permitted: plus(before.permitted),
  };
}
