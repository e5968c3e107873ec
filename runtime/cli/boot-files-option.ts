/** `--kernel` and `--initrd`: somebody else's boot files, completed with our agent; see linuxkit/foreign. */
import { resolve } from 'node:path';
import { type BootFiles, findBootFiles } from '../../linuxkit/manifest.ts';
import { directories } from '../directories.ts';
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
