/**
 * Builds the guest image: kernel, vmlinux, initrd.img and the manifest that vouches for them. Incremental: when
 * nothing that goes in has changed it does nothing. Also a program:
 * `node dist/linuxkit/build-guest-image.js [--agent FILE] [--output DIR] [--cache DIR]`.
 */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { buildInitrd } from './initrd/initrd.ts';
import { ModuleIndex } from './initrd/kernel-modules.ts';
import { GROUP_MODULES, MODULE_GROUPS, SOFT_DEPENDENCIES } from './initrd/module-groups.ts';
import { stripVersion } from './initrd/strip-modules.ts';
import { fetchKernel } from './kernel/kernel-package.ts';
import { KernelStore } from './kernel/kernel-store.ts';
import { missingOptions } from './kernel/needed-options.ts';
import {
  BUILT_KERNEL,
  decodeManifest,
  digestOf,
  type FileRecord,
  findBootFiles,
  type GuestManifest,
  MANIFEST_FILE,
  MANIFEST_FORMAT,
  packageRoot,
} from './manifest.ts';

/** Where cargo puts the agent: .cargo/config.toml names the target. */
const AGENT = 'linuxkit/agent/target/x86_64-unknown-linux-gnu/release/lcow-agent';
/** Counts changes of what this program makes of the same inputs. */
const BUILDER_VERSION = 2;

export interface BuildGuestImageOptions {
  /** The agent's executable. Default: cargo's release build in linuxkit/agent of the package. */
  agent?: string;
  /** Default: build/guest of the package. */
  outputDirectory?: string;
  /** Of unpacked kernel packages. Default: build/cache/kernel of the package. */
  cacheDirectory?: string;
  /** A kernel package, in place of the newest kernel that was built here or the distribution's newest. */
  kernelPackage?: string;
  /** Kernels that were built here (`lcow kernel build`). Default: kernel/ of LCOW_DATA, else of /var/lib/lcow. */
  kernelStore?: string;
  /** Told what is being done; default: nobody. */
  log?: (line: string) => void;
}

export interface GuestImage {
  directory: string;
  manifest: GuestManifest;
  /** False when everything was there already. */
  built: boolean;
}

/**
 * Builds what is missing or out of date.
 * @throws Error when the agent is not built or the kernel cannot be had; the old image is then still there
 */
export async function buildGuestImage(options: BuildGuestImageOptions = {}): Promise<GuestImage> {
  const log = options.log ?? (() => {});
  const root = packageRoot() ?? process.cwd();
  const directory = options.outputDirectory ?? join(root, 'build', 'guest');
  const agent = await readAgent(root, options.agent);
  const kernel = await chooseKernel(options, root, log);
  const inputs = await inputsDigest(kernel, agent);
  const existing = await builtAlready(directory, inputs);
  if (existing !== undefined) return { directory, manifest: existing, built: false };

  const initrd = await buildInitrd({
    release: kernel.release,
    modules: kernel.modules === undefined ? undefined : await ModuleIndex.open(kernel.modules),
    agent: agent.bytes,
  });
  for (const name of initrd.absentModules) log(`kernel ${kernel.release} has no module ${name}`);
  await mkdir(directory, { recursive: true });
  await rm(join(directory, MANIFEST_FILE), { force: true });
  const files: Record<string, FileRecord> = {};
  files['initrd.img'] = await place(directory, 'initrd.img', (to) => writeFile(to, initrd.image));
  for (const [name, from] of Object.entries({ kernel: kernel.kernel, vmlinux: kernel.vmlinux })) {
    if (from === undefined) continue;
    files[name] = await place(directory, name, (to) =>
      copyFile(from, to, constants.COPYFILE_FICLONE),
    );
  }
  const manifest: GuestManifest = {
    formatVersion: MANIFEST_FORMAT,
    kernel: {
      release: kernel.release,
      package: kernel.name,
      packageVersion: kernel.version,
      boot: kernel.boot,
    },
    files,
    agent: { version: agent.version, sizeBytes: agent.bytes.length, sha256: sha256(agent.bytes) },
    modules: initrd.modules,
    absentModules: initrd.absentModules,
    inputs,
  };
  await place(directory, MANIFEST_FILE, (to) =>
    writeFile(to, `${JSON.stringify(manifest, null, 2)}\n`),
  );
  // Leaves the stamp, so that the first start does not hash.
  await findBootFiles({ directory });
  return { directory, manifest, built: true };
}

/** A kernel as an image needs it. Paths are absolute. */
interface GuestKernel {
  name: string;
  version: string;
  release: string;
  boot: 'vmlinux' | 'kernel';
  vmlinux: string | undefined;
  kernel: string;
  /** lib/modules/<release>; undefined where everything is built in. */
  modules: string | undefined;
}

/** The package that is asked for; else the newest that was built here; else the distribution's newest. */
async function chooseKernel(
  options: BuildGuestImageOptions,
  root: string,
  log: (line: string) => void,
): Promise<GuestKernel> {
  const { kernelPackage, kernelStore, cacheDirectory } = options;
  const data = process.env['LCOW_DATA'] || '/var/lib/lcow';
  const [built] = new KernelStore(kernelStore ?? join(data, 'kernel')).list();
  if (built !== undefined && kernelPackage === undefined) {
    const { release, id, source } = built.record;
    const missing = missingOptions(await readFile(join(built.directory, 'config'), 'utf8'));
    if (missing.length > 0) {
      throw new Error(
        `cannot build the guest image: kernel ${id} (${release}) lacks ${missing.join(', ')}; ` +
          `\`lcow kernel build\` with all fragments has it, \`lcow kernel rm ${id}\` forgets this one`,
      );
    }
    log(`kernel ${release} was built here (${id})`);
    return {
      ...{ name: `${BUILT_KERNEL}${source.origin}`, version: id, release, boot: 'vmlinux' },
      vmlinux: join(built.directory, 'vmlinux'),
      kernel: join(built.directory, 'kernel'),
      modules: undefined,
    };
  }
  return fetchKernel({
    cacheDirectory: cacheDirectory ?? join(root, 'build', 'cache', 'kernel'),
    ...(kernelPackage === undefined ? {} : { packageName: kernelPackage }),
    log,
  });
}

interface Agent {
  bytes: Buffer;
  version: string;
}

async function readAgent(root: string, file?: string): Promise<Agent> {
  const path = file ?? join(root, AGENT);
  const bytes = await readFile(path).catch((cause: unknown) => {
    const how = 'cargo build --release in linuxkit/agent builds it';
    throw new Error(`cannot build the guest image: no agent at ${path}; ${how}`, { cause });
  });
  const cargo = await readFile(join(root, 'linuxkit', 'agent', 'Cargo.toml'), 'utf8').catch(
    () => '',
  );
  return { bytes, version: /^version\s*=\s*"([^"]+)"/m.exec(cargo)?.[1] ?? '0.0.0' };
}

async function inputsDigest(kernel: GuestKernel, agent: Agent): Promise<string> {
  const inputs = {
    builder: BUILDER_VERSION,
    kernel: [kernel.name, kernel.version, await digestOf(kernel.kernel)],
    agent: [agent.version, sha256(agent.bytes)],
    modules: [MODULE_GROUPS, GROUP_MODULES, SOFT_DEPENDENCIES],
    strip: stripVersion(),
  };
  return sha256(Buffer.from(JSON.stringify(inputs)));
}

/** The manifest of an image built from the same inputs whose files are all there. */
async function builtAlready(directory: string, inputs: string): Promise<GuestManifest | undefined> {
  try {
    const path = join(directory, MANIFEST_FILE);
    const manifest = decodeManifest(JSON.parse(await readFile(path, 'utf8')), path);
    if (manifest.inputs !== inputs) return undefined;
    for (const [name, record] of Object.entries(manifest.files)) {
      if ((await stat(join(directory, name))).size !== record.sizeBytes) return undefined;
    }
    await findBootFiles({ directory });
    return manifest;
  } catch {
    return undefined;
  }
}

/** Writes a file beside its place, moves it there, and tells its size and digest. */
async function place(
  directory: string,
  name: string,
  write: (to: string) => Promise<void>,
): Promise<FileRecord> {
  const temporary = join(directory, `.${name}.${process.pid}`);
  try {
    await write(temporary);
    const record = { sizeBytes: (await stat(temporary)).size, sha256: await digestOf(temporary) };
    await rename(temporary, join(directory, name));
    return record;
  } finally {
    await rm(temporary, { force: true });
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      agent: { type: 'string' },
      output: { type: 'string' },
      cache: { type: 'string' },
      kernel: { type: 'string' },
    },
  });
  const image = await buildGuestImage({
    ...(values.agent === undefined ? {} : { agent: resolve(values.agent) }),
    ...(values.output === undefined ? {} : { outputDirectory: resolve(values.output) }),
    ...(values.cache === undefined ? {} : { cacheDirectory: resolve(values.cache) }),
    ...(values.kernel === undefined ? {} : { kernelPackage: values.kernel }),
    log: (line) => console.log(`  ${line}`),
  });
  const { kernel, files, modules, agent } = image.manifest;
  const mib = ((files['initrd.img']?.sizeBytes ?? 0) / 1024 / 1024).toFixed(1);
  console.log(
    `  ${image.built ? 'built' : 'up to date'}: ${image.directory} (Linux ${kernel.release}, ` +
      `boots ${kernel.boot}, initrd ${mib} MiB with ${modules.length} modules, agent ${agent.version})`,
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  // Not awaited here: the command line has this module in its bundle, where nothing can be.
  main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
