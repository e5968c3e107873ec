/**
 * The files of LCOW on Windows, as one folder or one zip: what Docker's preview looks for in
 * `%ProgramFiles%\Linux Containers` (kernel or bootx64.efi, initrd.img), what hcsshim does (kernel, vmlinux, initrd.img,
 * rootfs.vhd), their checksums, the bill of materials, and a script that puts them there.
 */
import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Zip, ZipDeflate, ZipPassThrough } from 'fflate';
import { messageOf } from '../../runtime/errors.ts';
import { extractVmlinux } from '../kernel/bz-image.ts';
import type { Composition } from './compose.ts';
import { readContent } from './content.ts';
import { cpioOf } from './cpio-output.ts';
import { INSTALLER } from './installer.ts';
import { type FileRecord, sumsText, writeBytes, writeContent, writeFileBy } from './output-file.ts';
import { initrdOf } from './initrd-output.ts';
import { type Content, sizeOf } from './root-tree.ts';
import { writeVhd } from './vhd-output.ts';

const SUMS = 'SHA256SUMS';
const INSTALLER_FILE = 'install-lcow.ps1';
/** No kernel is near this. */
const MAX_KERNEL_BYTES = 256 * 1024 * 1024;
/** Compressed already. */
const STORED: ReadonlySet<string> = new Set(['kernel', 'bootx64.efi']);
const DEFLATE_LEVEL = 6;

export interface BootSetOptions {
  readonly architecture: string;
  readonly toolVersion: string;
  /** Put a dm-verity tree into rootfs.vhd, and what the kernel is to be told of it beside it. */
  readonly verity?: boolean;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Writes the files into a folder that is there and empty.
 * @returns their records, in the order of their names
 */
export async function writeBootSet(
  composition: Composition & Required<Pick<Composition, 'kernel'>>,
  folder: string,
  options: BootSetOptions,
): Promise<FileRecord[]> {
  const { kernel, root, sbom } = composition;
  const { signal } = options;
  const records: FileRecord[] = [];
  const add = async (name: string, write: (path: string) => Promise<FileRecord>): Promise<void> => {
    signal?.throwIfAborted();
    records.push({ ...(await write(join(folder, name))), name });
  };
  await add('kernel', (path) => writeContent(path, kernel.kernel));
  if (options.architecture === 'amd64') {
    await add('bootx64.efi', (path) => writeContent(path, kernel.kernel));
  }
  const vmlinux = await vmlinuxOf(composition.kernel, options.log);
  if (vmlinux !== undefined) await add('vmlinux', (path) => writeContent(path, vmlinux));
  await add('initrd.img', (path) => writeBytes(path, initrdOf(kernel.ucode, cpioOf(root))));
  let table: string | undefined;
  await add('rootfs.vhd', (path) =>
    writeFileBy(path, async (file) => {
      table = await writeVhd(root, file, options.verity);
    }),
  );
  const text = (name: string, content: string): Promise<void> =>
    add(name, (path) => writeContent(path, Buffer.from(content)));
  if (table !== undefined) await text('rootfs.verity', table);
  if (sbom !== undefined) await text('sbom.spdx.json', sbom);
  const { name, version } = kernel.component;
  await text('versions.txt', `lcow ${options.toolVersion}\n${name} ${version}\n`);
  await text(INSTALLER_FILE, INSTALLER);
  records.sort((a, b) => (a.name < b.name ? -1 : 1));
  const sums = await writeContent(join(folder, SUMS), Buffer.from(sumsText(records)));
  return [...records, { ...sums, name: SUMS }];
}

/** A zip of the files that `writeBootSet` wrote, to unpack in place. */
export async function writeBootSetZip(
  folder: string,
  records: readonly FileRecord[],
  file: FileHandle,
  signal?: AbortSignal,
): Promise<void> {
  let pending: Uint8Array[] = [];
  let failure: Error | undefined;
  const zip = new Zip((error, bytes) => {
    if (error !== null) failure = error;
    else pending.push(bytes);
  });
  const drain = async (): Promise<void> => {
    if (failure !== undefined) throw failure;
    const pieces = pending;
    pending = [];
    for (const piece of pieces) await file.writeFile(piece);
  };
  for (const { name } of records) {
    const entry = STORED.has(name)
      ? new ZipPassThrough(name)
      : new ZipDeflate(name, { level: DEFLATE_LEVEL });
    // A zip knows local times only: these numbers, wherever it is made.
    entry.mtime = new Date(2017, 3, 18, 16, 30, 0);
    zip.add(entry);
    const source = createReadStream(join(folder, name), { highWaterMark: 1 << 20 });
    for await (const bytes of source) {
      signal?.throwIfAborted();
      entry.push(bytes as Buffer);
      await drain();
    }
    entry.push(new Uint8Array(0), true);
    await drain();
  }
  zip.end();
  await drain();
}

/** The ELF in the kernel; undefined, and said, when there is none or it cannot be had. */
export async function vmlinuxOf(
  kernel: { readonly kernel: Content; readonly vmlinux?: Content },
  log: (line: string) => void,
): Promise<Content | undefined> {
  if (kernel.vmlinux !== undefined) return kernel.vmlinux;
  if (sizeOf(kernel.kernel) > MAX_KERNEL_BYTES) return undefined;
  const bytes = await readContent(kernel.kernel, MAX_KERNEL_BYTES, 'the kernel');
  try {
    return extractVmlinux(bytes, 'the kernel').image;
  } catch (error) {
    log(`no vmlinux: ${messageOf(error)}`);
    return undefined;
  }
}

/** The installer beside a zip. */
export function writeInstaller(path: string): Promise<FileRecord> {
  return writeContent(path, Buffer.from(INSTALLER));
}
