/**
 * `--kernel` and `--initrd`: somebody else's boot files, completed with our agent; see linuxkit/foreign. `--rootfs`: a
 * disk as the root in place of an initrd.
 */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RootDisk } from '../../hcs/document/lcow-options.ts';
import { type BootFiles, findBootFiles } from '../../linuxkit/manifest.ts';
import { directories } from '../directories.ts';
import { RuntimeError } from '../errors.ts';
import type { BootFilePaths } from '../uvm/utility-vm.ts';
import type { OptionValues } from './command.ts';

/** The kernel line takes 2047 characters in all. */
const MOST_VERITY = 1024;

/**
 * The files that the options name; undefined where neither is given.
 * @throws BootFilesError not-found, unsupported: naming the file and what is wrong with it
 */
export async function readBootFiles(options: OptionValues): Promise<BootFiles | undefined> {
  const [kernel, initrd] = [options.text('kernel'), options.text('initrd')];
  if (kernel === undefined && initrd === undefined) return undefined;
  const { foreignBootFiles } = await import('../../linuxkit/foreign/foreign-boot-files.ts');
  const { data } = directories();
  return foreignBootFiles({
    ...(kernel === undefined ? {} : { kernel: resolve(kernel) }),
    ...(initrd === undefined ? {} : { initrd: resolve(initrd) }),
    own: await findBootFiles({ dataDirectory: data }),
    dataDirectory: data,
    qemu: process.platform !== 'win32',
  });
}

/** The same as a field of a pod's shape. */
export async function bootFilesOf(options: OptionValues): Promise<{ bootFiles?: string }> {
  const files = await readBootFiles(options);
  return files === undefined ? {} : { bootFiles: files.directory };
}

/**
 * The kernel and the disk that `--rootfs` asks for; undefined where it does not.
 * @throws RuntimeError naming the option; BootFilesError
 */
export async function readRootDisk(options: OptionValues): Promise<BootFilePaths | undefined> {
  const path = options.text('rootfs');
  if (path === undefined) return undefined;
  const mode = options.text('boot-mode') ?? 'vhd-scsi';
  if (mode !== 'vhd-scsi' && mode !== 'vhd-pmem' && mode !== 'vhd-verity') {
    refuse('invalid-argument', 'boot-mode', `"${mode}" is not vhd-scsi, vhd-pmem or vhd-verity`);
  }
  if (mode !== 'vhd-verity' && options.given('dm-verity')) {
    refuse(
      'invalid-argument',
      'dm-verity',
      'it goes with --boot-mode vhd-verity, and only with it',
    );
  }
  if (options.given('initrd')) {
    refuse('invalid-argument', 'initrd', 'with --rootfs the disk is the root');
  }
  const disk = resolve(path);
  if (statSync(disk, { throwIfNoEntry: false })?.isFile() !== true) {
    refuse('not-found', 'rootfs', `there is no file ${path}`);
  }
  const rootDisk: RootDisk =
    mode === 'vhd-pmem'
      ? { kind: 'pmem', path: disk }
      : {
          ...{ kind: 'scsi', path: disk },
          ...(mode === 'vhd-verity' ? { verity: verityOf(options, disk) } : {}),
        };
  const given = options.text('kernel');
  if (given !== undefined) return { kernel: resolve(given), rootDisk };
  const own = await findBootFiles({ dataDirectory: directories().data });
  if (own.manifest.modules.length > 0) {
    const what = `the drivers of kernel ${own.manifest.kernel.release} are modules in its initrd: give a --kernel that has them built in; \`lcow kernel build\` makes one`;
    refuse('invalid-argument', 'rootfs', what);
  }
  return { kernel: own.kernel, rootDisk, builtKernel: own.builtKernel ?? false };
}

/** What the kernel is to make the root of: --dm-verity, else the file that `lcow linuxkit build` wrote beside the disk. */
function verityOf(options: OptionValues, disk: string): string {
  const file = disk.replace(/(?:\.vhd)?$/, '.verity');
  const text = options.text('dm-verity') ?? readBeginning(file)?.trimEnd();
  if (text === undefined) {
    const what = `with --boot-mode vhd-verity it is needed: there is no file ${file}`;
    return refuse('invalid-argument', 'dm-verity', what);
  }
  if (text === '' || text.length > MOST_VERITY || /["\r\n\0]/.test(text)) {
    const what = `what dm-mod.create is told is one line without quotes, of ${MOST_VERITY} characters at most`;
    return refuse('invalid-argument', 'dm-verity', what);
  }
  return text;
}

/** As much of a file as is looked at; undefined where there is none. */
function readBeginning(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const bytes = Buffer.alloc(MOST_VERITY + 2);
    return bytes.toString('latin1', 0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}

function refuse(code: 'invalid-argument' | 'not-found', option: string, what: string): never {
  throw new RuntimeError(code, `read --${option}`, what);
}
