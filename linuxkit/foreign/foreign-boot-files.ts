/**
 * Boot files from other people's kernel and initrd: looked at, completed with our agent, and kept in a folder of their
 * own with a manifest, so that whatever boots from our guest image boots from them. Made once for each state of the
 * files; they themselves are left as they are. Nothing half-made is ever to be seen.
 */
import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import {
  access,
  copyFile,
  mkdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  ADDED_AGENT_ARGUMENTS,
  type AddedAgent,
  agentArchive,
  hasAgent,
  readOwnInitrd,
} from '../initrd/append-agent.ts';
import { InitrdError, readInitrd } from '../initrd/read-initrd.ts';
import {
  type BootFiles,
  BootFilesError,
  digestOf,
  type FileRecord,
  findBootFiles,
  type GuestManifest,
  MANIFEST_FILE,
  MANIFEST_FORMAT,
} from '../manifest.ts';
import { type KernelFile, KernelFileError, readKernelFile } from './kernel-file.ts';
import { neverAnswers } from './needed-options.ts';

/** Counts changes of what is made of the same files. */
const MAKER_VERSION = 1;

export interface ForeignBootFilesOptions {
  /** Somebody else's kernel: a bzImage or an ELF vmlinux. Default: ours. */
  readonly kernel?: string;
  /** Somebody else's initrd. Default: ours. One that has our agent as /init is left as it is. */
  readonly initrd?: string;
  /** Ours: the agent comes from there, and modules where the kernel is of the same release. */
  readonly own: BootFiles;
  /** The folder `foreign` in it keeps what is made. */
  readonly dataDirectory: string;
  /** Whether QEMU boots them, which starts an ELF only by its PVH entry. */
  readonly qemu: boolean;
}

/**
 * Makes them, or finds them made.
 * @throws BootFilesError not-found (a file cannot be read), unsupported (it is no kernel, no initrd, or a kernel that
 *   could never answer: which option it lacks)
 */
export async function foreignBootFiles(options: ForeignBootFilesOptions): Promise<BootFiles> {
  const inputs = await inputsOf(options);
  const directory = join(options.dataDirectory, 'foreign', inputs.slice(0, 16));
  const made = await access(join(directory, MANIFEST_FILE)).then(
    () => true,
    () => false,
  );
  if (!made) await make(options, directory, inputs);
  // Its time tells who prunes when it was last used.
  await utimes(directory, new Date(), new Date()).catch(() => {});
  return findBootFiles({ directory });
}

async function inputsOf({ kernel, initrd, own, qemu }: ForeignBootFilesOptions): Promise<string> {
  const states = await Promise.all([kernel, initrd].map(stateOf));
  const key = [MAKER_VERSION, own.manifest.inputs, own.manifest.agent.sha256, qemu, ...states];
  return createHash('sha256').update(JSON.stringify(key)).digest('hex');
}

async function stateOf(path: string | undefined): Promise<unknown> {
  if (path === undefined) return null;
  try {
    const found = await stat(path, { bigint: true });
    if (!found.isFile()) throw new Error('it is not a file');
    return [resolve(path), String(found.ino), String(found.size), String(found.mtimeNs)];
  } catch (cause) {
    throw new BootFilesError('not-found', `"${path}" cannot be read: ${(cause as Error).message}`, {
      cause,
    });
  }
}

async function make(
  options: ForeignBootFilesOptions,
  directory: string,
  inputs: string,
): Promise<void> {
  const { own } = options;
  const work = `${directory}.${randomBytes(4).toString('hex')}.partial`;
  try {
    const kernel = await lookAtKernel(options);
    const release = kernel?.release ?? own.manifest.kernel.release;
    const sameRelease = release === own.manifest.kernel.release;
    const added = await ownAgent(own, sameRelease);
    if (kernel?.configuration !== undefined && options.qemu) {
      const names = new Set(added.modules.map(({ name }) => name.replace(/\.ko$/, '')));
      const reasons = neverAnswers(kernel.configuration, names);
      if (reasons.length > 0) {
        throw new KernelFileError(
          `kernel "${options.kernel}" (${release}) could never answer: ${reasons.join('; ')}`,
        );
      }
    }
    const initrd = await completeInitrd(options.initrd ?? own.initrd, added);
    const boot = kernel === undefined ? own.manifest.kernel.boot : bootName(kernel.kind);
    await mkdir(work, { recursive: true, mode: 0o700 });
    const file = join(work, boot);
    await copyFile(options.kernel ?? own.kernel, file, constants.COPYFILE_FICLONE);
    await writeFile(join(work, 'initrd.img'), initrd.image);
    const manifest: GuestManifest = {
      formatVersion: MANIFEST_FORMAT,
      kernel: {
        release,
        package: options.kernel ?? own.manifest.kernel.package,
        packageVersion: kernel === undefined ? own.manifest.kernel.packageVersion : '',
        boot,
        ...(initrd.added ? { arguments: ADDED_AGENT_ARGUMENTS } : {}),
      },
      files: { [boot]: await record(file), 'initrd.img': await record(join(work, 'initrd.img')) },
      agent: own.manifest.agent,
      modules: sameRelease ? own.manifest.modules : [],
      absentModules: sameRelease ? own.manifest.absentModules : [],
      inputs,
    };
    await writeFile(join(work, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
    await rename(work, directory).catch(async (error: NodeJS.ErrnoException) => {
      // Another start made the same meanwhile.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } catch (error) {
    if (!(error instanceof KernelFileError || error instanceof InitrdError)) throw error;
    throw new BootFilesError('unsupported', error.message, { cause: error });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function lookAtKernel({
  kernel,
  qemu,
}: ForeignBootFilesOptions): Promise<KernelFile | undefined> {
  if (kernel === undefined) return undefined;
  return readKernelFile(await readFile(kernel), `kernel "${kernel}"`, qemu);
}

function bootName(kind: KernelFile['kind']): GuestManifest['kernel']['boot'] {
  return kind === 'vmlinux' ? 'vmlinux' : 'kernel';
}

/** Modules of another release would not load. */
async function ownAgent(own: BootFiles, withModules: boolean): Promise<AddedAgent> {
  const { agent, modules } = readOwnInitrd(await readFile(own.initrd), own.initrd);
  return { agent, modules: withModules ? modules : [] };
}

async function completeInitrd(
  path: string,
  agent: AddedAgent,
): Promise<{ image: Buffer; added: boolean }> {
  const base = await readFile(path);
  if (hasAgent(readInitrd(base, `initrd "${path}"`))) return { image: base, added: false };
  return { image: Buffer.concat([base, agentArchive(base.length, agent)]), added: true };
}

async function record(path: string): Promise<FileRecord> {
  return { sizeBytes: (await stat(path)).size, sha256: await digestOf(path) };
}
