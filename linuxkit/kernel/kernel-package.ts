/**
 * A distribution's kernel package, fetched through apt and unpacked into a cache folder without installing it
 * (an installed kernel would run hooks, write boot entries and an initramfs that nobody here boots).
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { extractVmlinux } from './bz-image.ts';

/** The files that a guest can boot, as hcsshim names them: an uncompressed ELF, or the compressed bzImage. */
export type BootKernel = 'vmlinux' | 'kernel';

/** A kernel package in the cache. All paths are absolute. */
export interface KernelPackage {
  /** The package's name, for example linux-image-6.1.0-56-amd64. */
  name: string;
  /** The package's version, for example 6.1.192-2. */
  version: string;
  /** `uname -r` of the kernel. */
  release: string;
  /** Which of the two boots: vmlinux where QEMU can start it. */
  boot: BootKernel;
  /** The uncompressed ELF; undefined when the kernel has no PVH entry. */
  vmlinux: string | undefined;
  /** The bzImage. */
  kernel: string;
  /** lib/modules/<release> of the package. */
  modules: string;
}

export interface FetchKernelOptions {
  /** Where unpacked kernels are kept, one folder a version. */
  cacheDirectory: string;
  /** A package to take in place of the distribution's newest. */
  packageName?: string;
  /** Told what is being done; default: nobody. */
  log?: (line: string) => void;
}

/** The distribution's package that always depends on its newest kernel. */
const NEWEST = 'linux-image-amd64';
/** Parts of a kernel package that no utility VM has devices for: two thirds of its bytes. */
const NOT_UNPACKED = [
  './usr',
  './lib/modules/*/kernel/sound',
  './lib/modules/*/kernel/drivers/gpu',
  './lib/modules/*/kernel/drivers/media',
  './lib/modules/*/kernel/drivers/net/wireless',
  './lib/modules/*/kernel/drivers/net/ethernet',
  './lib/modules/*/kernel/drivers/infiniband',
  './lib/modules/*/kernel/drivers/staging',
  './lib/modules/*/kernel/drivers/iio',
];
/** Written last into a cache folder: its presence means that the folder is complete. */
const COMPLETE = 'kernel-package.json';

/**
 * The cached kernel, or the distribution's newest, fetched, unpacked and cached. A cached one is taken without
 * asking apt; to move to a newer kernel remove the cache folder.
 * @throws Error when apt cannot say or fetch the package, or the package holds no bootable kernel
 */
export async function fetchKernel(options: FetchKernelOptions): Promise<KernelPackage> {
  const log = options.log ?? (() => {});
  const cached = await cachedKernel(options.cacheDirectory, options.packageName);
  if (cached !== undefined) {
    log(`kernel ${cached.release} (${cached.name} ${cached.version}) is in the cache`);
    return cached;
  }
  const name = options.packageName ?? newestPackage(log);
  await mkdir(options.cacheDirectory, { recursive: true });
  const work = join(options.cacheDirectory, `.unpacking-${process.pid}`);
  await rm(work, { recursive: true, force: true });
  await mkdir(work);
  try {
    return await downloadAndUnpack(name, work, options.cacheDirectory, log);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function cachedKernel(
  cache: string,
  packageName?: string,
): Promise<KernelPackage | undefined> {
  const folders = await readdir(cache).catch(() => []);
  const found: KernelPackage[] = [];
  for (const folder of folders) {
    const record = await readFile(join(cache, folder, COMPLETE), 'utf8').catch(() => undefined);
    if (record !== undefined) found.push(located(join(cache, folder), JSON.parse(record)));
  }
  return found
    .filter((kernel) => packageName === undefined || kernel.name === packageName)
    .sort((a, b) => b.release.localeCompare(a.release, 'en', { numeric: true }))[0];
}

interface KernelRecord {
  name: string;
  version: string;
  release: string;
  boot: BootKernel;
}

function located(folder: string, record: KernelRecord): KernelPackage {
  return {
    name: record.name,
    version: record.version,
    release: record.release,
    boot: record.boot,
    vmlinux: record.boot === 'vmlinux' ? join(folder, 'vmlinux') : undefined,
    kernel: join(folder, 'kernel'),
    modules: join(folder, 'lib', 'modules', record.release),
  };
}

function newestPackage(log: (line: string) => void): string {
  let name = newestKnown();
  if (name === undefined) {
    log('apt knows no kernel package: apt-get update');
    run('apt-get', ['update', '-q']);
    name = newestKnown();
  }
  if (name === undefined) {
    throw new Error(`apt knows no package ${NEWEST}: is this Debian with package lists?`);
  }
  return name;
}

function newestKnown(): string | undefined {
  const result = spawnSync('apt-cache', ['depends', NEWEST], { encoding: 'utf8' });
  return /^\s*Depends: (linux-image-[0-9][^\s]*)$/m.exec(result.stdout ?? '')?.[1];
}

async function downloadAndUnpack(
  name: string,
  work: string,
  cache: string,
  log: (line: string) => void,
): Promise<KernelPackage> {
  log(`fetching ${name} with apt-get download`);
  download(name, work, log);
  const deb = (await readdir(work)).find((file) => file.endsWith('.deb'));
  if (deb === undefined) throw new Error(`apt-get download ${name} fetched no package`);
  const version = run('dpkg-deb', ['-f', join(work, deb), 'Version']).trim();

  log(`unpacking ${deb}`);
  const excludes = NOT_UNPACKED.map((pattern) => `--exclude='${pattern}'`).join(' ');
  run('sh', [
    '-ec',
    `dpkg-deb --fsys-tarfile "$1" | tar -x -C "$2" --no-same-owner --wildcards ${excludes}`,
    'sh',
    join(work, deb),
    work,
  ]);
  await rm(join(work, deb));

  const release = (await readdir(join(work, 'lib', 'modules')))[0];
  const bzImage = join(work, 'boot', `vmlinuz-${release}`);
  if (release === undefined || !existsSync(bzImage)) {
    throw new Error(`package ${name} holds no kernel boot/vmlinuz-${release ?? '*'}`);
  }
  await rename(bzImage, join(work, 'kernel'));
  log(`extracting vmlinux from vmlinuz-${release}`);
  const { image, pvh } = extractVmlinux(await readFile(join(work, 'kernel')), `vmlinuz-${release}`);
  if (pvh) await writeFile(join(work, 'vmlinux'), image);

  const record: KernelRecord = { name, version, release, boot: pvh ? 'vmlinux' : 'kernel' };
  await writeFile(join(work, COMPLETE), `${JSON.stringify(record, null, 2)}\n`);
  const folder = join(cache, `${release}_${version}`);
  await rm(folder, { recursive: true, force: true });
  await rename(work, folder);
  return located(folder, record);
}

/** apt-get download; package lists that are older than the archive name files that are gone, so once more. */
function download(name: string, work: string, log: (line: string) => void): void {
  const args = ['download', '-q', '-o', 'APT::Sandbox::User=root', name];
  try {
    run('apt-get', args, work);
  } catch {
    log('the package lists are stale: apt-get update');
    run('apt-get', ['update', '-q']);
    run('apt-get', args, work);
  }
}

function run(program: string, args: string[], cwd?: string): string {
  const result = spawnSync(program, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 16 * 1024 * 1024,
    ...(cwd === undefined ? {} : { cwd }),
  });
  if (result.error !== undefined) throw new Error(`cannot run ${program}: ${result.error.message}`);
  if (result.status !== 0) {
    const last = `${result.stdout}${result.stderr}`.trim().split('\n').slice(-3).join('; ');
    throw new Error(`${program} ${args.slice(0, 2).join(' ')} failed (${result.status}): ${last}`);
  }
  return result.stdout;
}
