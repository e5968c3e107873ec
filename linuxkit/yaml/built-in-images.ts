/**
 * Images that exist on this host only, under names of our own: `lcow/kernel`, a kernel that was built here or the
 * distribution's, and `lcow/agent`, our init. So that our own image is described in LinuxKit's format like any other.
 *
 *   lcow/kernel:latest        the newest that was built here; else the distribution's
 *   lcow/kernel:built         the newest that was built here (`lcow kernel build`)
 *   lcow/kernel:distribution  the distribution's
 *   lcow/kernel:ID            the one of that id (`lcow kernel list`)
 *   lcow/agent:latest         cargo's release build
 */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RuntimeError } from '../../runtime/errors.ts';
import { ModuleIndex, readModule } from '../initrd/kernel-modules.ts';
import { GROUP_MODULES, MODULE_GROUPS, SOFT_DEPENDENCIES } from '../initrd/module-groups.ts';
import { guestModulePath, moduleListText, selectModules } from '../initrd/module-list.ts';
import { stripModules, stripVersion } from '../initrd/strip-modules.ts';
import { fetchKernel } from '../kernel/kernel-package.ts';
import { type BuiltKernel, KernelStore } from '../kernel/kernel-store.ts';
import { packageRoot } from '../manifest.ts';
import { type TarEntry, tarArchive } from '../tar-archive.ts';
import type { LayerCache } from './layer-cache.ts';
import { treeOfLayers } from './image-tree.ts';
import {
  attributes,
  type Content,
  type DirectoryNode,
  newDirectory,
  put,
  type TreeNode,
} from './root-tree.ts';
import type { Component } from './sbom.ts';

/** Where cargo puts the agent. */
const AGENT = 'linuxkit/agent/target/x86_64-unknown-linux-gnu/release/lcow-agent';
const AGENT_DIRECTORIES = ['dev', 'etc', 'etc/lcow', 'lib', 'mnt', 'proc', 'root', 'run'].concat(
  ...['sys', 'tmp', 'var', 'var/tmp'],
);

export interface BuiltInOptions {
  /** Kernels that were built here. */
  readonly kernelStore: string;
  /** Unpacked kernel packages. */
  readonly kernelCache: string;
  /** The agent's executable. Default: cargo's release build of the package. */
  readonly agent?: string;
  readonly log: (line: string) => void;
}

/** A kernel as an image of LinuxKit's has it. */
export interface KernelPieces {
  /** The bzImage. */
  readonly kernel: Content;
  /** The ELF, where it is at hand. */
  readonly vmlinux?: Content;
  readonly ucode?: Content;
  /** What kernel.tar holds: into the root. */
  readonly tree: DirectoryNode;
  readonly component: Component;
}

/** The tag of a name of ours; undefined for other images. */
export function builtInTag(reference: string, name: 'kernel' | 'agent'): string | undefined {
  const full = `lcow/${name}`;
  if (reference === full) return 'latest';
  return reference.startsWith(`${full}:`) ? reference.slice(full.length + 1) : undefined;
}

/** @throws RuntimeError not-found; unsupported on other architectures than x86-64 */
export async function builtInKernel(
  tag: string,
  architecture: string,
  cache: LayerCache,
  options: BuiltInOptions,
  op: string,
): Promise<KernelPieces> {
  onlyAmd64(`lcow/kernel:${tag}`, architecture, op);
  const store = new KernelStore(options.kernelStore);
  if (tag !== 'distribution') {
    const isNewest = tag === 'latest' || tag === 'built';
    const built = isNewest ? store.list()[0] : store.find(tag);
    if (built !== undefined) return piecesOfBuilt(built);
    if (tag !== 'latest') {
      const what = `there is no kernel ${tag} here: \`lcow kernel list\` shows what there is, \`lcow kernel build\` builds one`;
      throw new RuntimeError('not-found', op, what);
    }
  }
  return piecesOfDistribution(cache, options, op);
}

/** @throws RuntimeError not-found when it is not built */
export async function builtInAgent(
  tag: string,
  architecture: string,
  options: BuiltInOptions,
  op: string,
): Promise<{ tree: DirectoryNode; component: Component }> {
  onlyAmd64(`lcow/agent:${tag}`, architecture, op);
  if (tag !== 'latest') {
    throw new RuntimeError('not-found', op, `there is no agent ${tag}: it is lcow/agent:latest`);
  }
  const root = packageRoot() ?? process.cwd();
  const path = options.agent ?? join(root, AGENT);
  const bytes = await readFile(path).catch((cause: unknown) => {
    const what = `no agent at ${path}; cargo build --release in linuxkit/agent builds it`;
    throw new RuntimeError('not-found', op, what, { cause });
  });
  const tree = newDirectory(attributes(0o755), true);
  for (const directory of AGENT_DIRECTORIES) {
    put(tree, directory, newDirectory(attributes(directory.endsWith('tmp') ? 0o1777 : 0o755)));
  }
  put(tree, 'init', { kind: 'file', attributes: attributes(0o755), content: bytes });
  const cargo = join(root, 'linuxkit', 'agent', 'Cargo.toml');
  const manifest = await readFile(cargo, 'utf8').catch(() => '');
  return {
    tree,
    component: {
      name: 'lcow-agent',
      version: /^version\s*=\s*"([^"]+)"/m.exec(manifest)?.[1] ?? '0.0.0',
      purpose: 'APPLICATION',
      sha256: createHash('sha256').update(bytes).digest('hex'),
      license: 'Apache-2.0',
      parts: [],
    },
  };
}

/**
 * Devices that are there before there is a devtmpfs, which no image has (`dev/console` is left out of them): the console
 * that the kernel opens for init, and what init's streams are where there is no console.
 */
export function earlyDevices(): readonly { readonly path: string; readonly node: TreeNode }[] {
  const device = (path: string, mode: number, major: number, minor: number) => ({
    path,
    node: { kind: 'char' as const, attributes: attributes(mode), major, minor },
  });
  return [device('dev/console', 0o600, 5, 1), device('dev/null', 0o666, 1, 3)];
}

function onlyAmd64(name: string, architecture: string, op: string): void {
  if (architecture === 'amd64') return;
  throw new RuntimeError('unsupported', op, `${name} is for amd64, wanted is ${architecture}`);
}

async function piecesOfBuilt({ record, directory }: BuiltKernel): Promise<KernelPieces> {
  return {
    kernel: await wholeFile(join(directory, 'kernel')),
    vmlinux: await wholeFile(join(directory, 'vmlinux')),
    // No list of modules: to the agent everything is built in.
    tree: newDirectory(attributes(0o755), true),
    component: {
      name: 'linux',
      version: record.release,
      purpose: 'OPERATING-SYSTEM',
      ...(record.files['kernel'] === undefined ? {} : { sha256: record.files['kernel'].sha256 }),
      license: 'GPL-2.0-only',
      comment: `built by lcow from ${record.source.origin} as ${record.id}`,
      parts: [],
    },
  };
}

async function piecesOfDistribution(
  cache: LayerCache,
  { kernelCache, log }: BuiltInOptions,
  op: string,
): Promise<KernelPieces> {
  const kernel = await fetchKernel({ cacheDirectory: kernelCache, log });
  const groups = JSON.stringify([MODULE_GROUPS, GROUP_MODULES, SOFT_DEPENDENCIES]);
  const key = ['modules', kernel.name, kernel.version, stripVersion(), groups].join('\0');
  const tar = await cache.tar({ key, open: () => modulesTar(kernel.modules, kernel.release) }, op);
  return {
    kernel: await wholeFile(kernel.kernel),
    ...(kernel.vmlinux === undefined ? {} : { vmlinux: await wholeFile(kernel.vmlinux) }),
    tree: treeOfLayers([tar]),
    component: {
      name: kernel.name,
      version: kernel.version,
      purpose: 'OPERATING-SYSTEM',
      license: 'GPL-2.0-only',
      purl: `pkg:deb/debian/${kernel.name}@${encodeURIComponent(kernel.version)}?arch=amd64`,
      parts: [],
    },
  };
}

/** What kernel.tar of such a kernel is: the modules that guests need, stripped, and their list. */
async function* modulesTar(modules: string, release: string): AsyncGenerator<Buffer> {
  const selection = await selectModules(await ModuleIndex.open(modules));
  const originals = await Promise.all(selection.modules.map((module) => readModule(module.file)));
  const stripped = await stripModules(originals);
  const directories = ['etc', 'etc/lcow', 'lib', 'lib/modules', `lib/modules/${release}`];
  const entries: TarEntry[] = [
    ...directories.map((path): TarEntry => ({ type: 'directory', path, mode: 0o755 })),
    {
      type: 'file',
      path: 'etc/lcow/modules',
      mode: 0o644,
      data: Buffer.from(moduleListText(release, selection.lines)),
    },
    ...selection.modules.map(
      (module, index): TarEntry => ({
        type: 'file',
        path: guestModulePath(release, module).slice(1),
        mode: 0o644,
        data: stripped[index] as Buffer,
      }),
    ),
  ];
  yield tarArchive(entries);
}

async function wholeFile(path: string): Promise<Content> {
  return { path, offset: 0, sizeBytes: (await stat(path)).size };
}
