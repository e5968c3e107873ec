/**
 * The guest's first and only root file system: the agent as /init, the kernel's modules and their list, and the
 * empty directories that the agent mounts on. No shell, no libraries. Stored uncompressed: unpacking costs an
 * emulated guest more than reading.
 */
import { type CpioEntry, cpioArchive } from './cpio.ts';
import { type ModuleIndex, readModule } from './kernel-modules.ts';
import { guestModulePath, moduleListText, selectModules } from './module-list.ts';
import { stripModules } from './strip-modules.ts';

const EMPTY_DIRECTORIES = ['mnt', 'proc', 'root', 'run', 'sys', 'tmp', 'var', 'var/tmp'];

export interface InitrdOptions {
  /** `uname -r` of the kernel that the modules are for. */
  release: string;
  /** Undefined: everything is built in. */
  modules: ModuleIndex | undefined;
  /** The agent's executable, static. */
  agent: Uint8Array;
}

/** A module as the manifest tells it. */
export interface InitrdModule {
  name: string;
  groups: string[];
  sizeBytes: number;
}

export interface Initrd {
  image: Buffer;
  modules: InitrdModule[];
  /** Modules that were wanted and that this kernel lacks. */
  absentModules: string[];
}

/** Assembles the initrd; the same inputs give the same bytes. */
export async function buildInitrd(options: InitrdOptions): Promise<Initrd> {
  const { release } = options;
  const selection =
    options.modules === undefined
      ? { modules: [], lines: [], absent: [] }
      : await selectModules(options.modules);
  const originals = await Promise.all(selection.modules.map((module) => readModule(module.file)));
  const stripped = await stripModules(originals);

  const list: CpioEntry = {
    type: 'file',
    path: 'etc/lcow/modules',
    mode: 0o644,
    data: Buffer.from(moduleListText(release, selection.lines)),
  };
  // Without a list the agent takes everything to be built in.
  const builtIn = options.modules === undefined;
  const directories: CpioEntry[] = ['dev', 'etc', 'etc/lcow', 'lib']
    .concat(builtIn ? [] : ['lib/modules', `lib/modules/${release}`], EMPTY_DIRECTORIES)
    .map((path) => ({ type: 'directory', path, mode: path.endsWith('tmp') ? 0o1777 : 0o755 }));
  const entries: CpioEntry[] = [
    ...directories,
    { type: 'character-device', path: 'dev/console', mode: 0o600, major: 5, minor: 1 },
    // What the agent's streams are where the kernel has no console: a program without streams does not start.
    { type: 'character-device', path: 'dev/null', mode: 0o666, major: 1, minor: 3 },
    { type: 'file', path: 'init', mode: 0o755, data: options.agent },
    ...(builtIn ? [] : [list]),
    ...selection.modules.map(
      (module, index): CpioEntry => ({
        type: 'file',
        path: guestModulePath(release, module).slice(1),
        mode: 0o644,
        data: stripped[index] as Buffer,
      }),
    ),
  ];
  return {
    image: cpioArchive(entries),
    modules: selection.modules.map((module, index) => ({
      name: module.name,
      groups: selection.lines.filter((line) => line.module === module).map((line) => line.group),
      sizeBytes: (stripped[index] as Buffer).length,
    })),
    absentModules: selection.absent,
  };
}
