/**
 * `lcow linuxkit build`: from configurations in LinuxKit's YAML to files that boot. Deterministic: the same images and
 * configuration give the same bytes. What is being built is in a folder that nobody looks into; the files appear when
 * all of them are whole, and last the checksums that vouch for them. What a killed build left is swept by the next one,
 * which finds the layers that were unpacked before.
 */
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RuntimeError } from '../../runtime/errors.ts';
import { ioError } from '../../runtime/rootfs/io-error.ts';
import { sweepTemporaryFiles, temporaryName } from '../../runtime/rootfs/temporary-file.ts';
import { writeBootSet, writeBootSetZip, writeInstaller } from './boot-set.ts';
import { type Composition, compose } from './compose.ts';
import { cpioOf } from './cpio-output.ts';
import type { ImageSources } from './image-source.ts';
import { initrdOf } from './initrd-output.ts';
import { LayerCache } from './layer-cache.ts';
import {
  type FileRecord,
  recordOf,
  sumsText,
  writeBytes,
  writeContent,
  writeFileBy,
} from './output-file.ts';
import { type ConfigText, readConfig } from './read-config.ts';
import { type DirectoryNode, newDirectory, put } from './root-tree.ts';
import { textFile } from './image-tree.ts';
import { writeSquashfs } from './squashfs-output.ts';
import { tarOf } from './tar-output.ts';
import { writeVhd } from './vhd-output.ts';

/** What can be built; see the README for the names of the files. */
export const FORMATS = [
  'kernel+initrd',
  'kernel+squashfs',
  'tar',
  'vhd',
  'lcow',
  'lcow-zip',
] as const;
export type Format = (typeof FORMATS)[number];

/** Docker's names of the architectures that LinuxKit builds for. */
export const ARCHITECTURES = ['amd64', 'arm64', 'riscv64', 's390x'] as const;

export interface BuildLinuxKitOptions {
  /** In the order of merging. */
  readonly configurations: readonly ConfigText[];
  /** What the files' names begin with. */
  readonly name: string;
  /** Made when it is missing. */
  readonly outputDirectory: string;
  readonly formats: readonly Format[];
  readonly architecture: string;
  readonly sources: ImageSources;
  /** Of layers that were unpacked. */
  readonly cacheDirectory: string;
  /** Kernels that were built here. */
  readonly kernelStore: string;
  /** Unpacked kernel packages. */
  readonly kernelCache: string;
  /** The agent's executable. Default: cargo's release build. */
  readonly agent?: string;
  /** A bill of materials. Default: true. */
  readonly sbom?: boolean;
  /** A dm-verity tree in root disks. Default: false. */
  readonly verity?: boolean;
  /** Of lcow, for the bill of materials. */
  readonly toolVersion: string;
  /** Told what is being done; default: nobody. */
  readonly log?: (line: string) => void;
  /** Ends the build, of which nothing is then left. */
  readonly signal?: AbortSignal;
}

export interface BuiltFiles {
  readonly directory: string;
  /** Names are relative to the directory. */
  readonly files: readonly FileRecord[];
}

const OP = 'build';
/** What rename(2) says of a folder in the way. */
const IS_A_FOLDER: ReadonlySet<unknown> = new Set(['ENOTEMPTY', 'EEXIST', 'EISDIR', 'EPERM']);

/**
 * @throws RuntimeError invalid-argument naming file, line, column and field; not-found for an image or file that is
 * missing; data-loss for a digest that differs; resource-exhausted when the disk is full. Nothing is left of it.
 */
export async function buildLinuxKit(options: BuildLinuxKitOptions): Promise<BuiltFiles> {
  checkOptions(options);
  const { outputDirectory: directory, signal, log = () => {} } = options;
  const config = readConfig(options.configurations, OP);
  let work: string | undefined;
  try {
    await mkdir(directory, { recursive: true });
    sweepTemporaryFiles(directory);
    const composition = await compose(config, {
      sources: options.sources,
      cache: new LayerCache(options.cacheDirectory),
      builtIn: {
        kernelStore: options.kernelStore,
        kernelCache: options.kernelCache,
        ...(options.agent === undefined ? {} : { agent: options.agent }),
        log,
      },
      architecture: options.architecture,
      ...(options.sbom === false
        ? {}
        : { sbom: { name: options.name, toolVersion: options.toolVersion } }),
      log,
      ...(signal === undefined ? {} : { signal }),
      op: OP,
    });
    work = temporaryName(directory);
    await mkdir(work);
    const staged = new Staged(work, options, composition);
    for (const format of options.formats) {
      signal?.throwIfAborted();
      log(`writes ${format}`);
      await staged.write(format);
    }
    signal?.throwIfAborted();
    return { directory, files: await publish(work, directory, options.name, staged) };
  } catch (error) {
    if (signal?.aborted === true) {
      const what = 'it was interrupted; layers that were unpacked are kept';
      throw new RuntimeError('cancelled', OP, what, { cause: error });
    }
    throw ioError(OP, error);
  } finally {
    if (work !== undefined) await rm(work, { recursive: true, force: true });
  }
}

function checkOptions({ name, formats, architecture, configurations }: BuildLinuxKitOptions): void {
  const refuse = (what: string): never => {
    throw new RuntimeError('invalid-argument', OP, what);
  };
  if (configurations.length === 0) refuse('there is no configuration');
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/.test(name)) {
    refuse(`the name ${JSON.stringify(name)} is not of letters, digits, "_", "-" and "."`);
  }
  if (!(ARCHITECTURES as readonly string[]).includes(architecture)) {
    refuse(
      `there is no architecture ${JSON.stringify(architecture)}: it is ${ARCHITECTURES.join(', ')}`,
    );
  }
  for (const format of formats) {
    if (!FORMATS.includes(format)) {
      refuse(`there is no format ${JSON.stringify(format)}: it is ${FORMATS.join(', ')}`);
    }
  }
}

/** The files of a build that are written and not yet in their place. */
class Staged {
  readonly files: FileRecord[] = [];
  /** Names of what is moved: files, and folders whole. */
  readonly names: string[] = [];
  readonly #folder: string;
  readonly #options: BuildLinuxKitOptions;
  readonly #composition: Composition;
  #bootSet: Promise<{ folder: string; records: FileRecord[] }> | undefined;

  constructor(folder: string, options: BuildLinuxKitOptions, composition: Composition) {
    this.#folder = folder;
    this.#options = options;
    this.#composition = composition;
  }

  async write(format: Format): Promise<void> {
    const { root } = this.#composition;
    const { name, signal } = this.#options;
    switch (format) {
      case 'kernel+initrd': {
        const { ucode } = await this.#writeKernel(format);
        await this.#file(`${name}-initrd.img`, (path) =>
          writeBytes(path, initrdOf(ucode, cpioOf(root))),
        );
        return;
      }
      case 'kernel+squashfs':
        await this.#writeKernel(format);
        await this.#file(`${name}-squashfs.img`, async (path) => {
          await writeSquashfs(root, path, signal);
          return recordOf(path);
        });
        return;
      case 'tar':
        await this.#file(`${name}.tar`, (path) => writeBytes(path, tarOf(this.#withBoot())));
        return;
      case 'vhd':
        await this.#writeDisk();
        return;
      case 'lcow': {
        const { folder, records } = await this.#writeBootSet(format);
        const to = `${name}-lcow`;
        await rename(folder, join(this.#folder, to));
        this.#bootSet = Promise.resolve({ folder: join(this.#folder, to), records });
        this.names.push(to);
        this.files.push(...records.map((each) => ({ ...each, name: `${to}/${each.name}` })));
        return;
      }
      case 'lcow-zip': {
        const { folder, records } = await this.#writeBootSet(format);
        await this.#file(`${name}-lcow.zip`, (path) =>
          writeFileBy(path, (file) => writeBootSetZip(folder, records, file, signal)),
        );
        await this.#file('install-lcow.ps1', writeInstaller);
        return;
      }
      default:
        throw new TypeError(String(format satisfies never));
    }
  }

  async #file(name: string, write: (path: string) => Promise<FileRecord>): Promise<void> {
    if (this.names.includes(name)) return;
    this.files.push({ ...(await write(join(this.#folder, name))), name });
    this.names.push(name);
  }

  async #writeDisk(): Promise<void> {
    const { name, verity } = this.#options;
    let table: string | undefined;
    await this.#file(`${name}-rootfs.vhd`, (path) =>
      writeFileBy(path, async (file) => {
        table = await writeVhd(this.#composition.root, file, verity);
      }),
    );
    const text = Buffer.from(table ?? '');
    if (table !== undefined) {
      await this.#file(`${name}-rootfs.verity`, (path) => writeContent(path, text));
    }
  }

  #kernel(format: Format): NonNullable<Composition['kernel']> {
    const { kernel } = this.#composition;
    if (kernel !== undefined) return kernel;
    const what = `the configuration has no kernel, which format ${format} needs`;
    throw new RuntimeError('invalid-argument', OP, what);
  }

  async #writeKernel(format: Format): Promise<NonNullable<Composition['kernel']>> {
    const kernel = this.#kernel(format);
    const { name } = this.#options;
    await this.#file(`${name}-kernel`, (path) => writeContent(path, kernel.kernel));
    const { vmlinux } = kernel;
    if (vmlinux !== undefined) {
      await this.#file(`${name}-vmlinux`, (path) => writeContent(path, vmlinux));
    }
    const cmdline = Buffer.from(this.#composition.cmdline);
    await this.#file(`${name}-cmdline`, (path) => writeContent(path, cmdline));
    return kernel;
  }

  #writeBootSet(format: Format): Promise<{ folder: string; records: FileRecord[] }> {
    const kernel = this.#kernel(format);
    this.#bootSet ??= (async () => {
      const folder = join(this.#folder, '.boot-set');
      await mkdir(folder);
      const { architecture, toolVersion, signal, verity = false, log = () => {} } = this.#options;
      const options = { architecture, toolVersion, verity, log };
      const records = await writeBootSet({ ...this.#composition, kernel }, folder, {
        ...options,
        ...(signal === undefined ? {} : { signal }),
      });
      return { folder, records };
    })();
    return this.#bootSet;
  }

  /** The tar has the kernel in it, as LinuxKit's has. */
  #withBoot(): DirectoryNode {
    const { root, kernel, cmdline } = this.#composition;
    if (kernel === undefined) return root;
    const whole = newDirectory(root.attributes);
    for (const [name, node] of root.children) whole.children.set(name, node);
    whole.children.set('boot', newDirectory());
    put(whole, 'boot/cmdline', textFile(cmdline));
    put(whole, 'boot/kernel', { ...textFile(''), content: kernel.kernel });
    if (kernel.ucode !== undefined) {
      put(whole, 'boot/ucode.cpio', { ...textFile(''), content: kernel.ucode });
    }
    return whole;
  }
}

/** Moves what is whole into its place; the checksums of all go last, and not before all are new. */
async function publish(
  work: string,
  directory: string,
  name: string,
  staged: Staged,
): Promise<FileRecord[]> {
  const sumsName = `${name}-SHA256SUMS`;
  const records = [...staged.files].sort((a, b) => (a.name < b.name ? -1 : 1));
  const sums = await writeContent(join(work, sumsName), Buffer.from(sumsText(records)));
  await rm(join(directory, sumsName), { force: true });
  for (const each of staged.names) {
    const to = join(directory, each);
    await rename(join(work, each), to).catch(async (error: unknown) => {
      if (!IS_A_FOLDER.has((error as NodeJS.ErrnoException).code)) throw error;
      // A folder that is there is not replaced unless it is empty.
      await rename(to, join(work, `.old-${each}`));
      await rename(join(work, each), to);
    });
  }
  await rename(join(work, sumsName), join(directory, sumsName));
  return [...records, { ...sums, name: sumsName }];
}
