/**
 * Adds our agent to somebody else's initrd: a further cpio archive behind it, which the kernel unpacks over it. All of
 * ours is in /lcow: nothing of the image is replaced, whatever its own /init is (a script, a link, a hard link of
 * busybox's), and no directory of ours takes the place of a link of theirs. The kernel is told to start /lcow/init.
 */
import { type CpioEntry, cpioArchive } from './cpio.ts';
import { findEntry, type InitrdEntry, readInitrd } from './read-initrd.ts';

/** What the kernel line needs for it; a root file system that it names otherwise is the image's own affair. */
export const ADDED_AGENT_ARGUMENTS = 'rdinit=/lcow/init';
/** Stands in every agent's executable. */
const AGENT_MARK = 'lcow-agent is PID 1 of an lcow utility VM';
/** Where an initrd of ours lists its modules. */
const MODULE_LIST = 'etc/lcow/modules';
const FILE_TYPE = 0o170000;
const REGULAR_FILE = 0o100000;

/** What of ours is added. */
export interface AddedAgent {
  readonly agent: Uint8Array;
  /** In the order of loading: the group, a file name, the module. Empty where the kernel needs none of ours. */
  readonly modules: readonly AddedModule[];
}

export interface AddedModule {
  readonly group: string;
  readonly name: string;
  readonly data: Uint8Array;
}

/** Whether an initrd's own /init is our agent. */
export function hasAgent(entries: readonly InitrdEntry[]): boolean {
  const init = findEntry(entries, 'init');
  return (
    init !== undefined && (init.mode & FILE_TYPE) === REGULAR_FILE && init.data.includes(AGENT_MARK)
  );
}

/**
 * The agent and the modules of an initrd of ours, to be added to another.
 * @throws Error when it is not ours, InitrdError when it is none
 */
export function readOwnInitrd(bytes: Buffer, subject: string): AddedAgent {
  const entries = readInitrd(bytes, subject);
  const agent = findEntry(entries, 'init');
  if (agent === undefined || !hasAgent(entries)) {
    throw new Error(`${subject} has no agent of ours as /init`);
  }
  const list = findEntry(entries, MODULE_LIST)?.data.toString('utf8') ?? '';
  const modules = list.split('\n').flatMap((line): AddedModule[] => {
    const [, group = '', path = ''] = /^\s*([^#\s]\S*)\s+\/(\S+)\s*$/.exec(line) ?? [];
    const module = path === '' ? undefined : findEntry(entries, path);
    return module === undefined
      ? []
      : [{ group, name: path.replace(/^.*\//, ''), data: module.data }];
  });
  return { agent: agent.data, modules };
}

/** The archive to put behind an initrd, with the zeros that make it begin where the kernel looks for it. */
export function agentArchive(baseBytes: number, { agent, modules }: AddedAgent): Buffer {
  const files = new Map(modules.map(({ name, data }) => [name, data]));
  const entries: CpioEntry[] = [
    { type: 'directory', path: 'lcow', mode: 0o755 },
    { type: 'file', path: 'lcow/init', mode: 0o755, data: agent },
    ...(modules.length === 0
      ? []
      : ([
          { type: 'file', path: 'lcow/modules', mode: 0o644, data: moduleList(modules) },
          { type: 'directory', path: 'lcow/module', mode: 0o755 },
        ] satisfies CpioEntry[])),
    ...[...files].map(
      ([name, data]): CpioEntry => ({
        type: 'file',
        path: `lcow/module/${name}`,
        mode: 0o644,
        data,
      }),
    ),
  ];
  return Buffer.concat([Buffer.alloc((4 - (baseBytes % 4)) % 4), cpioArchive(entries)]);
}

function moduleList(modules: readonly AddedModule[]): Buffer {
  return Buffer.from(modules.map(({ group, name }) => `${group} /lcow/module/${name}\n`).join(''));
}
