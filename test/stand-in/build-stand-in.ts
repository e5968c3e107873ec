/**
 * Compiles the stand-ins for Windows' libraries, where that was not done for these sources yet: to .so with gcc,
 * for Node on Linux, and to .dll with mingw, for Windows' Node under Wine. Another library is another line of
 * LIBRARIES.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { loadLibrary, type LibraryPaths } from '../../hcs/windows/compute-core.ts';
import type { NetworkLibraryPaths } from '../../hcs/windows/compute-network.ts';
import { repositoryRoot } from '../harness/repository-root.ts';

const run = promisify(execFile);

/** What a library is made of. */
interface Library {
  readonly sources: readonly string[];
  /** Sources of one system only. */
  readonly linux?: readonly string[];
  readonly windows?: readonly string[];
  /** Libraries that the .dll is linked with. */
  readonly windowsLibraries?: readonly string[];
  /** Only to .so: Windows' own is used there. */
  readonly linuxOnly?: boolean;
  /** Only to .dll: on Linux it is a part of computecore, which stands in for kernel32's CloseHandle too. */
  readonly windowsOnly?: boolean;
}

/** The sources of computecore; others may use some of them. */
const CORE = [
  'access.c',
  'bridge.c',
  'documents.c',
  'events.c',
  'faults.c',
  'guest-state-files.c',
  'json.c',
  'machine.c',
  'operations.c',
  'platform.c',
  'process-pipes.c',
  'processes.c',
  'schema.c',
  'service.c',
  'systems.c',
  'template.c',
];

const VIRTDISK = ['virtdisk.c', 'vhdx-file.c'];

/** Every library by its name without an ending. */
const LIBRARIES = {
  computecore: {
    sources: CORE,
    linux: [...VIRTDISK, 'computestorage.c'],
    windows: ['hv-socket-windows.c', 'pipe-server.c'],
    windowsLibraries: ['ws2_32'],
  },
  ws2_32: { sources: ['hv-socket.c'], linuxOnly: true },
  computenetwork: {
    sources: [
      'computenetwork.c',
      'computenetwork-faults.c',
      'computenetwork-schema.c',
      'computenetwork-store.c',
      'bridge.c',
      'documents.c',
      'json.c',
      'platform.c',
    ],
    windowsLibraries: ['ws2_32'],
  },
  virtdisk: { sources: VIRTDISK, windowsOnly: true },
  computestorage: { sources: ['computestorage.c'], windowsOnly: true },
} as const satisfies Record<string, Library>;

const FLAGS = ['-std=gnu11', '-fplan9-extensions', '-O1', '-g', '-Wall', '-Wextra', '-shared'];
const TOOLCHAINS = {
  /** nodelete: threads of the library run until the process ends, when koffi has let go of it. */
  so: {
    compiler: 'gcc',
    flags: ['-fPIC', '-fvisibility=hidden', '-Wl,-z,nodelete'],
    libraries: ['-lpthread'],
  },
  dll: {
    compiler: 'x86_64-w64-mingw32-gcc-posix',
    flags: ['-static', '-D__USE_MINGW_ANSI_STDIO=1', '-Wno-cast-function-type'],
    libraries: [],
  },
} as const;

/** Paths of the libraries, as LibraryPaths wants them. @throws Error where there is no C compiler */
export async function buildStandIn(): Promise<
  Required<LibraryPaths> & Required<NetworkLibraryPaths>
> {
  // Under Wine they are where Windows looks for its own; see test/windows. The sockets come with computecore.
  if (process.platform === 'win32') {
    loadLibrary('computecore.dll');
    return {
      ...{ computecore: 'computecore.dll', kernel32: 'kernel32.dll', ws2_32: 'ws2_32.dll' },
      ...{ virtdisk: 'virtdisk.dll', computestorage: 'computestorage.dll' },
      ...{ computenetwork: 'computenetwork.dll', ole32: 'ole32.dll' },
    };
  }
  const folder = await buildLibraries('so');
  const library = (name: keyof typeof LIBRARIES): string => join(folder, `${name}.so`);
  const computecore = library('computecore');
  return {
    ...{ computecore, kernel32: computecore, ws2_32: library('ws2_32') },
    ...{ virtdisk: computecore, computestorage: computecore },
    ...{ computenetwork: library('computenetwork'), ole32: library('computenetwork') },
  };
}

/** Compiles the libraries for Windows. @returns their folder. @throws Error where mingw is missing */
export function buildWindowsStandIn(): Promise<string> {
  return buildLibraries('dll');
}

async function buildLibraries(target: keyof typeof TOOLCHAINS): Promise<string> {
  const folder = join(repositoryRoot(), 'test', 'stand-in');
  const { compiler, flags, libraries } = TOOLCHAINS[target];
  const hash = createHash('sha256').update([...FLAGS, ...flags, ...libraries].join(' '));
  for (const name of readdirSync(folder).filter((file) => /\.[ch]$/.test(file))) {
    hash.update(name).update(readFileSync(join(folder, name)));
  }
  hash.update(JSON.stringify(LIBRARIES));
  const out = join(repositoryRoot(), 'build', 'stand-in', target, hash.digest('hex').slice(0, 16));
  if (existsSync(out)) return out;
  const draft = `${out}.${process.pid}`;
  await mkdir(draft, { recursive: true });
  const wanted = Object.entries<Library>(LIBRARIES).filter(
    ([, { linuxOnly, windowsOnly }]) => (target === 'so' ? windowsOnly : linuxOnly) !== true,
  );
  await Promise.all(
    wanted.map(([name, library]) => {
      const own = target === 'so' ? library.linux : library.windows;
      const files = [...library.sources, ...(own ?? [])].map((file) => join(folder, file));
      const linked = target === 'so' ? [] : (library.windowsLibraries ?? []).map((l) => `-l${l}`);
      const output = ['-o', join(draft, `${name}.${target}`)];
      return run(compiler, [...FLAGS, ...flags, ...output, ...files, ...libraries, ...linked]);
    }),
  );
  // Another process may have been faster; either is good.
  await rename(draft, out).catch(() => rm(draft, { recursive: true, force: true }));
  return out;
}
