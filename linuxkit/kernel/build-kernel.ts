/**
 * Builds the guest's kernel from a source tree and the configuration's fragments: everything built in, no modules.
 * One kernel boots under Hyper-V (vmlinux by kernel-direct, bzImage by its EFI stub) and on QEMU (vmlinux by PVH).
 *
 * Reproducible: the same source, fragments and compiler give the same bytes; times, user and host are pinned, and the
 * paths of the build do not show. Incremental: objects are kept in a work folder for each source.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { checkBuildTools, runTool } from './build-tools.ts';
import { configText, type KernelOption, lostOptions, readFragments } from './config-fragments.ts';
import { hasPvhNote, readElf } from './elf.ts';
import { findKernelSource, isRunning, openKernelSource } from './kernel-source.ts';
import { type BuiltKernel, KernelStore } from './kernel-store.ts';
import { placeCompiler, precompileHeaders } from './precompiled-headers.ts';

/** Counts changes of what this module makes of the same inputs. */
const BUILDER_VERSION = 2;
const PINNED = {
  KBUILD_BUILD_TIMESTAMP: '1970-01-01',
  KBUILD_BUILD_USER: 'lcow',
  KBUILD_BUILD_HOST: 'lcow',
  KBUILD_BUILD_VERSION: '1',
  SOURCE_DATE_EPOCH: '0',
};

export interface BuildKernelOptions {
  /** A tree or an archive. Default: the distribution's source package. */
  readonly source?: string;
  /** Names of lcow's fragments, or files. Default: all of lcow's. */
  readonly fragments?: readonly string[];
  /** Where kernels are kept. */
  readonly storeDirectory: string;
  /** Sources unpacked from archives, and objects. */
  readonly workDirectory: string;
  /** Default: one more than there are processors, which fills what one waits for its files and for another. */
  readonly jobs?: number;
  /** Told what is being done; default: nobody. */
  readonly log?: (line: string) => void;
  /** Files compiled so far. */
  readonly onProgress?: (compiled: number) => void;
  /** Ends make; what was compiled stays for the next time. */
  readonly signal?: AbortSignal;
}

export interface BuildKernelResult extends BuiltKernel {
  /** False when it was there already. */
  readonly built: boolean;
}

/**
 * @throws Error naming the fragment, the option that did not survive, the tool that is missing, or what make said;
 * the store is then as it was
 */
export async function buildKernel(options: BuildKernelOptions): Promise<BuildKernelResult> {
  const log = options.log ?? (() => {});
  const wanted = readFragments(options.fragments);
  const found = findKernelSource(options.source);
  checkBuildTools(found.isArchive ? found.path : undefined);
  const source = await openKernelSource(found, options.workDirectory, log, options.signal);
  const compiler = await compilerVersion();
  const inputs = { builder: BUILDER_VERSION, source: source.identity, wanted, compiler };
  const id = createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 16);
  const store = new KernelStore(options.storeDirectory);
  const existing = store.find(id);
  // A tree may have changed under the same name: only an archive is known by its digest.
  if (existing !== undefined && source.sha256 !== undefined) return { ...existing, built: false };

  const objects = join(options.workDirectory, `objects-${source.identity}`);
  await mkdir(objects, { recursive: true });
  const unlock = await lockObjects(objects);
  try {
    const files = await compile(source.directory, objects, wanted, log, options);
    const release = (await readFile(join(objects, 'include/config/kernel.release'), 'utf8')).trim();
    const { origin, sha256 } = source;
    const put = await store.put(
      {
        ...{ id, release, compiler, builtAt: new Date().toISOString() },
        source: { origin, ...(sha256 === undefined ? {} : { sha256 }) },
        fragments: [...new Set(wanted.map(({ fragment }) => fragment))].sort(),
      },
      files,
    );
    return { ...put, built: true };
  } finally {
    await unlock();
  }
}

/**
 * A look at each object for symbols that are exported and local, by a shell, nm and awk: 25 to 40 ms each, a minute
 * of a build in all; what it finds is a defect of the source, and is fixed by whoever releases it.
 */
const WITHOUT_EXPORT_CHECK = 'cmd_check_local_export=';

/** @returns the kernel's files by their names in the store */
async function compile(
  source: string,
  objects: string,
  wanted: readonly KernelOption[],
  log: (line: string) => void,
  options: BuildKernelOptions,
): Promise<Record<string, Buffer>> {
  const compiler = `CC=${await placeCompiler(objects)}`;
  let compiled = 0;
  const onFile = (): void => options.onProgress?.(++compiled);
  const make = (...targets: string[]): Promise<void> =>
    runMake(source, objects, [compiler, ...targets], onFile, options);
  log(`configures ${source.split('/').at(-1)} with ${wanted.length} options`);
  const asked = join(objects, 'lcow.config');
  await writeFile(asked, configText(wanted));
  await make(`KCONFIG_ALLCONFIG=${asked}`, 'allnoconfig');
  const config = await readFile(join(objects, '.config'));
  const lost = lostOptions(wanted, config.toString());
  if (lost.length > 0) {
    const names = lost.map(({ name, value, fragment }) => `${name}=${value} (${fragment})`);
    throw new Error(
      `the kernel's configuration lost ${names.join(', ')}: what they depend on is not asked for, or this source has no such option`,
    );
  }
  await make(WITHOUT_EXPORT_CHECK, 'prepare');
  const why = await precompileHeaders(objects, options.signal);
  log(why === undefined ? 'compiles' : `compiles without precompiled headers: ${why}`);
  await make(WITHOUT_EXPORT_CHECK, 'vmlinux', 'bzImage');
  const stripped = join(objects, 'vmlinux.stripped');
  await runTool('strip', ['--strip-all', '-o', stripped, join(objects, 'vmlinux')]);
  const vmlinux = await readFile(stripped);
  if (!hasPvhNote(vmlinux, readElf(vmlinux, 'the kernel that was built'))) {
    throw new Error('the kernel that was built has no PVH entry: is CONFIG_PVH asked for?');
  }
  const kernel = await readFile(join(objects, 'arch/x86/boot/bzImage'));
  return { vmlinux, kernel, config };
}

async function runMake(
  source: string,
  objects: string,
  targets: readonly string[],
  onFile: () => void,
  { jobs = availableParallelism() + 1, signal }: BuildKernelOptions,
): Promise<void> {
  await runTool('make', ['-C', source, `O=${objects}`, `-j${jobs}`, 'ARCH=x86_64', ...targets], {
    // Nothing of the caller's environment decides what is built.
    env: { PATH: process.env['PATH'] ?? '', LANG: 'C', LC_ALL: 'C', HOME: '/', ...PINNED },
    onLine: (line) => {
      const isFile = /^ {2}(?:CC|AS) /.test(line);
      if (isFile) onFile();
      return isFile;
    },
    ...(signal === undefined ? {} : { signal }),
  });
}

async function compilerVersion(): Promise<string> {
  const said = await runTool('gcc', ['--version']);
  return said.split('\n')[0] ?? '';
}

/** One build a folder of objects: make knows of no other. @returns what gives the folder back */
async function lockObjects(objects: string): Promise<() => Promise<void>> {
  const path = join(objects, '.lcow-build');
  for (let tries = 0; ; tries += 1) {
    try {
      await writeFile(path, String(process.pid), { flag: 'wx' });
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || tries > 0) throw error;
    }
    const pid = Number(await readFile(path, 'utf8').catch(() => ''));
    if (pid > 0 && isRunning(pid)) throw new Error(`process ${pid} builds it already`);
    // Its builder died.
    await rm(path, { force: true });
  }
}
