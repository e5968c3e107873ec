/**
 * `--kernel` and `--initrd`: somebody else's boot files, completed with our agent; see linuxkit/foreign. `--rootfs`: a
 * disk as the root in place of an initrd.
 */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RootDisk } from '../../hcs/document/lcow-options.ts';
import { type BootFiles, findBootFiles } from '../../linuxkit/manifest.ts';
import { directories } from '../directories.ts';
import { RuntimeError } from '../errors.ts';
import type { BootFilePaths } from '../uvm/utility-vm.ts';
import type { OptionValues } from './command.ts';

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
  const refuse = (code: 'invalid-argument' | 'not-found', option: string, what: string): never => {
    throw new RuntimeError(code, `read --${option}`, what);
  };
  if (mode !== 'vhd-scsi' && mode !== 'vhd-pmem') {
    refuse('invalid-argument', 'boot-mode', `"${mode}" is not vhd-scsi or vhd-pmem`);
  }
  if (options.given('initrd')) {
    refuse('invalid-argument', 'initrd', 'with --rootfs the disk is the root');
  }
  const disk = resolve(path);
  if (statSync(disk, { throwIfNoEntry: false })?.isFile() !== true) {
    refuse('not-found', 'rootfs', `there is no file ${path}`);
  }
  const rootDisk: RootDisk = { kind: mode === 'vhd-pmem' ? 'pmem' : 'scsi', path: disk };
  const given = options.text('kernel');
  if (given !== undefined) return { kernel: resolve(given), rootDisk };
  const own = await findBootFiles({ dataDirectory: directories().data });
  if (own.manifest.modules.length > 0) {
    const what = `the drivers of kernel ${own.manifest.kernel.release} are modules in its initrd: give a --kernel that has them built in; \`lcow kernel build\` makes one`;
    refuse('invalid-argument', 'rootfs', what);
  }
  return { kernel: own.kernel, rootDisk };
}
