/**
 * The boot files of a guest and the manifest that vouches for them: how a runtime finds kernel and initrd, and
 * how it knows that they are whole. It stands on the start path, so it imports nothing heavy and hashes nothing
 * that it has hashed before: a stamp beside the files records the sizes and times that a full check saw. Its few
 * small reads are synchronous, which takes 1 ms where promises take 12 in a process that has just begun.
 */
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Of the manifest's layout; a reader refuses another. */
export const MANIFEST_FORMAT = 1;
export const MANIFEST_FILE = 'manifest.json';
const STAMP_FILE = 'verified.json';
/** What `kernel.package` begins with where the kernel was built here; then its source. */
export const BUILT_KERNEL = 'lcow-kernel ';
const SHA256 = /^[0-9a-f]{64}$/;
/** No manifest is near this. */
const MAX_MANIFEST_BYTES = 1024 * 1024;
/** Used where the boot files' own folder cannot be written. */
const RUN_DIRECTORY = '/run/lcow';

/** A file's size and digest. */
export interface FileRecord {
  sizeBytes: number;
  /** Lower-case hexadecimal. */
  sha256: string;
}

/** What `manifest.json` holds. */
export interface GuestManifest {
  formatVersion: typeof MANIFEST_FORMAT;
  kernel: {
    /** `uname -r`. */
    release: string;
    package: string;
    packageVersion: string;
    /** Which of the files boots: the uncompressed ELF where there is one. */
    boot: 'vmlinux' | 'kernel';
    /** What the kernel line needs for this image; absent for one that is ours alone. */
    arguments?: string;
  };
  /** By name: kernel, initrd.img, and vmlinux where the kernel has it. */
  files: Record<string, FileRecord>;
  agent: FileRecord & { version: string };
  /** In the initrd, in the order of loading. */
  modules: { name: string; groups: string[]; sizeBytes: number }[];
  /** Modules that were wanted and that the kernel lacks. */
  absentModules: string[];
  /** Digest of all that the build read; the same inputs build the same files. */
  inputs: string;
}

/** Boot files that are whole. */
export interface BootFiles {
  /** The folder that holds them. */
  directory: string;
  /** Path of the file to boot. */
  kernel: string;
  /** Path of the initrd. */
  initrd: string;
  /** manifest.kernel.arguments */
  arguments?: string;
  /** Whether the kernel is of `lcow kernel build`. */
  builtKernel?: boolean;
  manifest: GuestManifest;
}

export interface FindBootFilesOptions {
  /** A folder to take in place of looking for one. */
  directory?: string;
  /** Default: process.env; LCOW_BOOT_FILES and LCOW_DATA are read. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Whose folder `boot` is looked in. Default: LCOW_DATA, else /var/lib/lcow. */
  dataDirectory?: string;
  /** Default: the folder of the package that this module is part of. */
  packageRoot?: string;
  /** Hash every file now, whatever the stamp says, and files that do not boot too. Default: false. */
  full?: boolean;
  /** The kernel for UEFI is wanted, which boots no vmlinux. Default: false. */
  bzImage?: boolean;
  /** Where the stamp goes when the boot files' folder is read-only. Default: /run/lcow. */
  stampDirectory?: string;
}

/** Boot files are missing, damaged or not understood. Message and code are those of a RuntimeError. */
export class BootFilesError extends Error {
  override readonly name = 'BootFilesError';
  readonly code: 'not-found' | 'data-loss' | 'unsupported';
  readonly op = 'use boot files';

  constructor(code: BootFilesError['code'], what: string, options?: ErrorOptions) {
    super(`cannot use boot files: ${what}`, options);
    this.code = code;
  }
}

const REBUILD = '`npm run setup` builds them';

/**
 * Finds the boot files and checks them against their manifest: sizes always, digests once for each state of
 * the files.
 * @throws BootFilesError not-found, data-loss (size or digest differs), unsupported (manifest's format)
 */
export async function findBootFiles(options: FindBootFilesOptions = {}): Promise<BootFiles> {
  const directory = options.directory ?? locate(options);
  const manifest = readManifest(directory);
  const boot = options.bzImage === true ? 'kernel' : manifest.kernel.boot;
  const names = options.full === true ? Object.keys(manifest.files) : [boot, 'initrd.img'];
  await verify(directory, manifest, names, options);
  return {
    directory,
    kernel: join(directory, boot),
    initrd: join(directory, 'initrd.img'),
    ...(manifest.kernel.arguments === undefined ? {} : { arguments: manifest.kernel.arguments }),
    builtKernel: manifest.kernel.package.startsWith(BUILT_KERNEL),
    manifest,
  };
}

/** The folders that are looked in, in order: LCOW_BOOT_FILES alone where it is set. */
export function bootFileCandidates(options: FindBootFilesOptions = {}): string[] {
  const env = options.env ?? process.env;
  if (env['LCOW_BOOT_FILES']) return [env['LCOW_BOOT_FILES']];
  const root = options.packageRoot ?? packageRoot();
  return [
    ...(root === undefined ? [] : [join(root, 'build', 'guest')]),
    join(options.dataDirectory ?? (env['LCOW_DATA'] || '/var/lib/lcow'), 'boot'),
  ];
}

/** The nearest folder above this module that has a package.json; undefined outside of any package. */
export function packageRoot(): string | undefined {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let steps = 0; steps < 4; steps++) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    folder = dirname(folder);
  }
  return undefined;
}

function locate(options: FindBootFilesOptions): string {
  const candidates = bootFileCandidates(options);
  const found = candidates.find((folder) => existsSync(join(folder, MANIFEST_FILE)));
  if (found === undefined) {
    const places = candidates.join(' nor in ');
    throw new BootFilesError('not-found', `no ${MANIFEST_FILE} in ${places}; ${REBUILD}`);
  }
  return found;
}

function readManifest(directory: string): GuestManifest {
  const path = join(directory, MANIFEST_FILE);
  let text: string;
  try {
    const { size } = statSync(path);
    if (size > MAX_MANIFEST_BYTES) {
      throw new BootFilesError(
        'data-loss',
        `${path} has ${size} bytes, ${MAX_MANIFEST_BYTES} is the most`,
      );
    }
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof BootFilesError) throw error;
    throw new BootFilesError('not-found', `${path} cannot be read; ${REBUILD}`, { cause: error });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new BootFilesError('data-loss', `${path} is not JSON; ${REBUILD}`, { cause: error });
  }
  return decodeManifest(value, path);
}

/** @throws BootFilesError naming the field that is missing or wrong */
export function decodeManifest(value: unknown, path: string): GuestManifest {
  const wrong = (field: string): never => {
    throw new BootFilesError('data-loss', `${path} has no valid ${field}; ${REBUILD}`);
  };
  const manifest = value as GuestManifest | null;
  if (typeof manifest !== 'object' || manifest === null) return wrong('content');
  const format: number = manifest.formatVersion;
  if (format !== MANIFEST_FORMAT) {
    throw new BootFilesError(
      'unsupported',
      `${path} has format version ${format}, this program reads ${MANIFEST_FORMAT}; ${REBUILD}`,
    );
  }
  const { kernel, agent, files } = manifest;
  if (typeof kernel?.release !== 'string') wrong('kernel.release');
  if (kernel.boot !== 'vmlinux' && kernel.boot !== 'kernel') wrong('kernel.boot');
  if (!['undefined', 'string'].includes(typeof kernel.arguments)) wrong('kernel.arguments');
  if (typeof agent?.version !== 'string') wrong('agent.version');
  if (!SHA256.test(String(manifest.inputs))) wrong('inputs');
  if (typeof files !== 'object' || files === null) wrong('files');
  for (const name of [kernel.boot, 'initrd.img', ...Object.keys(files)]) {
    const record = files[name];
    if (name.includes('/') || name.startsWith('.')) wrong(`files: ${JSON.stringify(name)}`);
    if (!Number.isSafeInteger(record?.sizeBytes)) wrong(`files.${name}.sizeBytes`);
    if (!SHA256.test(String(record?.sha256))) wrong(`files.${name}.sha256`);
  }
  return manifest;
}

/** What a stamp records of a file when its digest was right. */
interface Seen {
  sha256: string;
  sizeBytes: number;
  mtimeMs: number;
  ctimeMs: number;
  inode: number;
}

async function verify(
  directory: string,
  manifest: GuestManifest,
  names: readonly string[],
  options: FindBootFilesOptions,
): Promise<void> {
  const stampPaths = [
    join(directory, STAMP_FILE),
    join(
      options.stampDirectory ?? RUN_DIRECTORY,
      `boot-${manifest.inputs.slice(0, 16)}-${STAMP_FILE}`,
    ),
  ];
  const seen = names.map((name) => look(directory, name, manifest.files[name] as FileRecord));
  const state = JSON.stringify(Object.fromEntries(names.map((name, index) => [name, seen[index]])));
  if (options.full !== true && stampPaths.some((path) => readStamp(path) === state)) return;
  for (const name of names) {
    const path = join(directory, name);
    const { sha256 } = manifest.files[name] as FileRecord;
    const actual = await digestOf(path);
    if (actual !== sha256) {
      throw new BootFilesError(
        'data-loss',
        `${path} has sha256 ${actual}, its manifest says ${sha256}; ${REBUILD}`,
      );
    }
  }
  if (options.full === true) return;
  // One place is enough; where neither can be written, the next start hashes again.
  stampPaths.some((path) => writeStamp(path, state));
}

function look(directory: string, name: string, record: FileRecord): Seen {
  const path = join(directory, name);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new BootFilesError('not-found', `${path} is missing; ${REBUILD}`);
  if (found.size !== record.sizeBytes) {
    throw new BootFilesError(
      'data-loss',
      `${path} has ${found.size} bytes, its manifest says ${record.sizeBytes}; ${REBUILD}`,
    );
  }
  return {
    sha256: record.sha256,
    sizeBytes: found.size,
    mtimeMs: found.mtimeMs,
    ctimeMs: found.ctimeMs,
    inode: found.ino,
  };
}

function readStamp(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** @returns whether it was written */
function writeStamp(path: string, state: string): boolean {
  const temporary = `${path}.${process.pid}`;
  try {
    writeFileSync(temporary, state);
    renameSync(temporary, path);
    return true;
  } catch {
    rmSync(temporary, { force: true });
    return false;
  }
}

/** SHA-256 of a file, lower-case hexadecimal. */
export async function digestOf(path: string): Promise<string> {
  const { createHash } = await import('node:crypto');
  const hash = createHash('sha256');
  const file = openSync(path, 'r');
  try {
    const block = Buffer.allocUnsafe(1024 * 1024);
    for (;;) {
      const bytesRead = readSync(file, block, 0, block.length, null);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(block.subarray(0, bytesRead));
    }
  } finally {
    closeSync(file);
  }
}
