/**
 * Builds the guest's kernel from a source tree and the configuration's fragments: everything built in, no modules.
 * One kernel boots under Hyper-V (vmlinux by kernel-direct, bzImage by its EFI stub) and on QEMU (vmlinux by PVH).
 *
 * Reproducible: the same source, fragments and compiler give the same bytes; times, user and host are pinned, and the
 * paths of the build do not show. Incremental: objects are kept in a work folder for each source.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { configText, lostOptions, readFragments } from './config-fragments.ts';
import { hasPvhNote, readElf } from './elf.ts';
import { openKernelSource } from './kernel-source.ts';
import { type BuiltKernel, KernelStore } from './kernel-store.ts';

/** Counts changes of what this module makes of the same inputs. */
const BUILDER_VERSION = 1;
/** Of what make said last, for an error. */
const TAIL_LINES = 20;
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
  /** Default: the processors that there are. */
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
  const source = await openKernelSource(options.source, options.workDirectory, log);
  const compiler = await compilerVersion();
  const inputs = { builder: BUILDER_VERSION, source: source.identity, wanted, compiler };
  const id = createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 16);
  const store = new KernelStore(options.storeDirectory);
  const existing = store.find(id);
  // A tree may have changed under the same name: only an archive is known by its digest.
  if (existing !== undefined && source.sha256 !== undefined) return { ...existing, built: false };

  const objects = join(options.workDirectory, `objects-${source.identity}`);
  await mkdir(objects, { recursive: true });
  const make = (...targets: string[]): Promise<void> =>
    runMake(source.directory, objects, targets, options);
  log(`configures ${source.origin} with ${wanted.length} options`);
  const asked = join(objects, 'lcow.config');
  await writeFile(asked, configText(wanted));
  await make(`KCONFIG_ALLCONFIG=${asked}`, 'allnoconfig');
  const config = await readFile(join(objects, '.config'), 'utf8');
  const lost = lostOptions(wanted, config);
  if (lost.length > 0) {
    const names = lost.map(({ name, value, fragment }) => `${name}=${value} (${fragment})`);
    throw new Error(
      `the kernel's configuration lost ${names.join(', ')}: what they depend on is not asked for, or this source has no such option`,
    );
  }
  log('compiles');
  await make('vmlinux', 'bzImage');
  const release = (await readFile(join(objects, 'include/config/kernel.release'), 'utf8')).trim();
  const stripped = join(objects, 'vmlinux.stripped');
  await run('strip', ['--strip-all', '-o', stripped, join(objects, 'vmlinux')]);
  const vmlinux = await readFile(stripped);
  if (!hasPvhNote(vmlinux, readElf(vmlinux, 'the kernel that was built'))) {
    throw new Error('the kernel that was built has no PVH entry: is CONFIG_PVH asked for?');
  }
  const kernel = await readFile(join(objects, 'arch/x86/boot/bzImage'));
  const { origin, sha256 } = source;
  const put = await store.put(
    {
      ...{ id, release, compiler, builtAt: new Date().toISOString() },
      source: { origin, ...(sha256 === undefined ? {} : { sha256 }) },
      fragments: [...new Set(wanted.map(({ fragment }) => fragment))].sort(),
    },
    { vmlinux, kernel, config: Buffer.from(config) },
  );
  return { ...put, built: true };
}

function runMake(
  source: string,
  objects: string,
  targets: readonly string[],
  { jobs = availableParallelism(), onProgress, signal }: BuildKernelOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const args = ['-C', source, `O=${objects}`, `-j${jobs}`, 'ARCH=x86_64', ...targets];
    const child = spawn('make', args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'] ?? '', LANG: 'C', HOME: '/', ...PINNED },
      ...(signal === undefined ? {} : { signal }),
    });
    const tail: string[] = [];
    let compiled = 0;
    const keep = (line: string): void => {
      tail.push(line.slice(0, 500));
      if (tail.length > TAIL_LINES) tail.shift();
    };
    createInterface(child.stdout).on('line', (line) => {
      if (/^ {2}(?:CC|AS) /.test(line)) onProgress?.(++compiled);
      else keep(line);
    });
    createInterface(child.stderr).on('line', keep);
    child.once('error', (cause) => {
      const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
      const how = missing ? 'make is not installed' : cause.message;
      reject(new Error(`cannot build the kernel: ${how}`, { cause }));
    });
    child.once('close', (status) => {
      if (status === 0) return resolve();
      reject(new Error(`cannot build the kernel: make ended with ${status}:\n${tail.join('\n')}`));
    });
  });
}

async function compilerVersion(): Promise<string> {
  return (await run('gcc', ['--version'])).split('\n')[0] ?? '';
}

function run(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.on('data', (text: Buffer) => (out += text.toString()));
    child.stderr.on('data', (text: Buffer) => (err += text.toString().slice(0, 2000)));
    child.once('error', (cause) =>
      reject(new Error(`${program} is needed to build a kernel: ${cause.message}`, { cause })),
    );
    child.once('close', (status) => {
      if (status === 0) resolve(out);
      else reject(new Error(`${program} ended with ${status}: ${err.trim()}`));
    });
  });
}
