/**
 * Makes a root file system of a configuration, in LinuxKit's order: kernel, init images, volumes, onboot, onshutdown,
 * services, files, bill of materials. What comes later replaces what came before.
 */
import { messageOf, RuntimeError } from '../../runtime/errors.ts';
import { byteStringOf } from '../../runtime/rootfs/byte-string.ts';
import {
  type BuiltInOptions,
  builtInAgent,
  builtInKernel,
  builtInTag,
  earlyDevices,
  type KernelPieces,
} from './built-in-images.ts';
import { containerDocuments, documentText, LABEL, type OciMount } from './container-spec.ts';
import { ContentReader, readContent } from './content.ts';
import { addFiles } from './files-section.ts';
import type { ImageSources, SourceImage } from './image-source.ts';
import { asLinuxKitTakes, RESOLV_CONF, textFile, treeOfLayers } from './image-tree.ts';
import type { LayerCache } from './layer-cache.ts';
import type { ContainerSection } from './linuxkit-config.ts';
import type { Sourced } from './decode.ts';
import { mistakeText, type Place, placeIn } from './located.ts';
import { containerIds, readLabel, type WholeConfig } from './read-config.ts';
import {
  type Content,
  type DirectoryNode,
  lookup,
  lookupFollowing,
  newDirectory,
  put,
} from './root-tree.ts';
import { apkPackages, type Component, dpkgPackages, sbomText, stanzas } from './sbom.ts';

const APK_DATABASE = 'lib/apk/db/installed';
const DPKG_DATABASES = ['var/lib/dpkg/status'];
const DPKG_FOLDER = 'var/lib/dpkg/status.d';
const SBOM = 'sbom.spdx.json';
/** Of a package database. */
const MAX_DATABASE_BYTES = 64 * 1024 * 1024;
/** A tar within an image. */
const OP_KERNEL_TAR = 'read kernel.tar';

export interface ComposeOptions {
  readonly sources: ImageSources;
  readonly cache: LayerCache;
  readonly builtIn: BuiltInOptions;
  readonly architecture: string;
  /** Absent: no bill of materials. */
  readonly sbom?: { readonly name: string; readonly toolVersion: string };
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal;
  readonly op: string;
}

export interface Composition {
  /** Without /boot. */
  readonly root: DirectoryNode;
  /** Absent: the configuration has no kernel. */
  readonly kernel?: KernelPieces;
  readonly cmdline: string;
  /** The bill of materials' text. */
  readonly sbom?: string;
}

/** @throws RuntimeError naming the place in the YAML, or the image and what is wrong with it */
export async function compose(config: WholeConfig, options: ComposeOptions): Promise<Composition> {
  return new Composer(config, options).run();
}

class Composer {
  readonly #config: WholeConfig;
  readonly #options: ComposeOptions;
  readonly #root = newDirectory();
  readonly #components: Component[] = [];
  /** By id: where the files of an image that a container has are. */
  readonly #unpacked = new Map<string, string>();
  readonly #opened = new Map<string, Promise<SourceImage>>();

  constructor(config: WholeConfig, options: ComposeOptions) {
    this.#config = config;
    this.#options = options;
  }

  async run(): Promise<Composition> {
    const { sbom, op } = this.#options;
    const { onboot, onshutdown, services } = this.#config;
    const ids = containerIds(this.#config);
    const kernel = await this.#kernel();
    await this.#init();
    await this.#volumes();
    for (const [index, each] of onboot.entries()) {
      await this.#container(each, 'onboot', `${String(index).padStart(3, '0')}-`, ids);
    }
    for (const [index, each] of onshutdown.entries()) {
      await this.#container(each, 'onshutdown', `${String(index).padStart(3, '0')}-`, ids);
    }
    for (const each of services) await this.#container(each, 'services', '', ids);
    await addFiles(this.#root, this.#config, ids, op);
    const text = sbom === undefined ? undefined : sbomText(this.#components, sbom);
    if (text !== undefined) put(this.#root, SBOM, textFile(text));
    return {
      root: this.#root,
      ...(kernel === undefined ? {} : { kernel }),
      cmdline: this.#config.kernel?.cmdline ?? '',
      ...(text === undefined ? {} : { sbom: text }),
    };
  }

  async #kernel(): Promise<KernelPieces | undefined> {
    const section = this.#config.kernel;
    if (section?.image === undefined) return undefined;
    const { cache, builtIn, architecture, op, log } = this.#options;
    const place = placeIn(section.located, 'image');
    log(`kernel: ${section.image}`);
    const tag = builtInTag(section.image, 'kernel');
    const pieces = await this.#at(place, async () =>
      tag === undefined
        ? this.#kernelOfImage(section)
        : builtInKernel(tag, architecture, cache, builtIn, op),
    );
    put(this.#root, '', pieces.tree);
    this.#components.push(pieces.component);
    return pieces;
  }

  async #kernelOfImage(section: NonNullable<WholeConfig['kernel']>): Promise<KernelPieces> {
    const { image: reference = '', binary = 'kernel', tar = 'kernel.tar', ucode = '' } = section;
    const image = await this.#open(reference);
    const tree = await this.#treeOf(image);
    const fileOf = (name: string): Content => {
      const node = lookupFollowing(tree, byteStringOf(name));
      if (node?.kind === 'file') return node.content;
      const what = `image ${reference} has no file ${JSON.stringify(name)}`;
      throw new RuntimeError('not-found', this.#options.op, what);
    };
    const wantsTar = tar !== '' && tar !== 'none';
    return {
      kernel: fileOf(binary),
      ...(ucode === '' ? {} : { ucode: fileOf(ucode) }),
      tree: wantsTar ? await this.#unpack(fileOf(tar), `${image.id} ${tar}`) : newDirectory(),
      component: await componentOf(image, tree),
    };
  }

  /** A tar that is a file of an image. */
  async #unpack(content: Content, key: string): Promise<DirectoryNode> {
    const open = async function* (): AsyncGenerator<Buffer> {
      await using reader = new ContentReader();
      for await (const bytes of reader.read(content)) {
        yield Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      }
    };
    return treeOfLayers([await this.#options.cache.tar({ key, open }, OP_KERNEL_TAR)]);
  }

  async #init(): Promise<void> {
    const { architecture, builtIn, op, log } = this.#options;
    const databases: string[] = [];
    for (const [index, reference] of this.#config.init.entries()) {
      log(`init: ${reference}`);
      const tag = builtInTag(reference, 'agent');
      const place = this.#config.initPlaces[index] as Place;
      const { tree, component } = await this.#at(place, async () => {
        if (tag !== undefined) return builtInAgent(tag, architecture, builtIn, op);
        const image = await this.#open(reference);
        const of = await this.#treeOf(image);
        return { tree: of, component: await componentOf(image, of) };
      });
      const database = await textAt(tree, APK_DATABASE);
      if (database !== undefined) databases.push(database);
      asLinuxKitTakes(tree, RESOLV_CONF);
      put(this.#root, '', tree);
      if (tag !== undefined) {
        for (const { path, node } of earlyDevices()) put(this.#root, path, node);
      }
      this.#components.push(component);
    }
    if (databases.length > 1) {
      // Each image has its own; the root has what all of them have.
      const all = new Set(databases.flatMap(stanzas).map((lines) => lines.join('\n')));
      put(this.#root, APK_DATABASE, textFile(`${[...all].join('\n\n')}\n\n`));
    }
  }

  async #volumes(): Promise<void> {
    for (const volume of this.#config.volumes) {
      const { op, log } = this.#options;
      const base = `containers/volumes/${volume.name}`;
      log(`volume: ${volume.name}`);
      if (volume.format === 'oci') {
        const what = 'volumes of format oci are not made yet: only filesystem';
        throw new RuntimeError(
          'unsupported',
          op,
          mistakeText(placeIn(volume.located, 'format'), what),
        );
      }
      put(this.#root, `${base}/lower`, newDirectory());
      const { image: reference } = volume;
      if (reference !== undefined) {
        await this.#at(placeIn(volume.located, 'image'), async () => {
          const image = await this.#open(reference);
          const tree = await this.#treeOf(image);
          this.#components.push(await componentOf(image, tree));
          asLinuxKitTakes(tree, RESOLV_CONF);
          put(this.#root, `${base}/lower`, tree);
        });
      }
      // By its folders the init knows: without tmp it is mounted read-only.
      if (volume.readonly !== true) put(this.#root, `${base}/tmp`, newDirectory());
      put(this.#root, `${base}/merged`, newDirectory());
    }
  }

  async #container(
    section: ContainerSection & Sourced,
    kind: 'onboot' | 'onshutdown' | 'services',
    prefix: string,
    ids: ReadonlyMap<string, number>,
  ): Promise<void> {
    const { op, log } = this.#options;
    log(`${kind}: ${section.name} of ${section.image}`);
    const base = `containers/${kind}/${prefix}${section.name}`;
    await this.#at(placeIn(section.located, 'image'), async () => {
      const image = await this.#open(section.image);
      const labelText = image.config.Labels?.[LABEL];
      const label = labelText ? readLabel(labelText, section.image, op) : {};
      const inputs = { settings: section, label, image: image.config, ids };
      const { config, runtime } = containerDocuments(inputs);
      const isReadonly = config.root.readonly === true;
      const before = this.#unpacked.get(image.id);
      const files = before ?? `${base}/${isReadonly ? 'rootfs' : 'lower'}`;
      if (before === undefined) {
        const tree = await this.#treeOf(image);
        this.#components.push(await componentOf(image, tree));
        asLinuxKitTakes(tree, undefined);
        put(this.#root, files, newDirectory());
        put(this.#root, files, tree);
        this.#unpacked.set(image.id, files);
      }
      put(this.#root, `${base}/rootfs`, newDirectory());
      if (!isReadonly) put(this.#root, `${base}/tmp`, newDirectory());
      runtime.mounts.unshift(...rootMounts(base, files, isReadonly));
      put(this.#root, `${base}/config.json`, textFile(documentText(config)));
      put(this.#root, `${base}/runtime.json`, textFile(documentText(runtime)));
    });
  }

  #open(reference: string): Promise<SourceImage> {
    const known = this.#opened.get(reference);
    if (known !== undefined) return known;
    const opening = this.#options.sources.open(reference, this.#options.architecture);
    this.#opened.set(reference, opening);
    return opening;
  }

  async #treeOf(image: SourceImage): Promise<DirectoryNode> {
    const { cache, signal } = this.#options;
    const layers = [];
    for (const layer of image.layers) {
      signal?.throwIfAborted();
      const op = `unpack layer ${layer.diffId} of image ${image.reference}`;
      layers.push(await cache.tar({ key: layer.diffId, open: () => layer.open() }, op));
    }
    return treeOfLayers(layers);
  }

  /** Runs what an image's mention in the YAML asks for; its errors tell the place. */
  async #at<T>(place: Place, run: () => Promise<T>): Promise<T> {
    this.#options.signal?.throwIfAborted();
    try {
      return await run();
    } catch (error) {
      if ((error as Error).name === 'AbortError') throw error;
      const { code, message } =
        error instanceof RuntimeError ? error : { code: codeOf(error), message: messageOf(error) };
      const bare = message.replace(`cannot ${this.#options.op}: `, '');
      const what = mistakeText(place, bare);
      throw new RuntimeError(code, this.#options.op, what, { cause: error });
    }
  }
}

/** Mounts that make /rootfs of a bundle: a bind of the files, or an overlay over them in a file system in memory. */
function rootMounts(base: string, files: string, isReadonly: boolean): OciMount[] {
  const rootfs = `/${base}/rootfs`;
  if (isReadonly) return [{ destination: rootfs, source: `/${files}`, options: ['bind'] }];
  const tmp = `/${base}/tmp`;
  return [
    { destination: tmp, type: 'tmpfs', source: 'tmpfs' },
    // Nobody else is to see the layers.
    { destination: tmp, options: ['remount', 'private'] },
    {
      destination: rootfs,
      type: 'overlay',
      source: 'overlay',
      options: [`lowerdir=/${files}`, `upperdir=${tmp}/upper`, `workdir=${tmp}/work`],
    },
  ];
}

function codeOf(
  error: unknown,
): 'invalid-argument' | 'data-loss' | 'resource-exhausted' | 'internal' {
  const { name, code } = error as { name?: string; code?: string };
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'resource-exhausted';
  if (name === 'TarFormatError' || code === 'Z_DATA_ERROR' || code === 'Z_BUF_ERROR') {
    return 'data-loss';
  }
  return name === 'TreeError' || name === 'TarPathError' ? 'invalid-argument' : 'internal';
}

async function componentOf(image: SourceImage, tree: DirectoryNode): Promise<Component> {
  const apk = await textAt(tree, APK_DATABASE);
  const dpkg: string[] = [];
  const folder = lookup(tree, DPKG_FOLDER);
  const names = folder?.kind === 'directory' ? [...folder.children.keys()].sort() : [];
  for (const path of [...DPKG_DATABASES, ...names.map((name) => `${DPKG_FOLDER}/${name}`)]) {
    const text = path.endsWith('.md5sums') ? undefined : await textAt(tree, path);
    if (text !== undefined) dpkg.push(text);
  }
  const [, name = image.reference, tag] =
    /^(.*?)(?::([^:/@]+))?(?:@.*)?$/.exec(image.reference) ?? [];
  const last = name.split('/').at(-1) ?? name;
  const digest = encodeURIComponent(image.manifestDigest);
  return {
    name,
    version: tag ?? image.manifestDigest,
    purpose: 'CONTAINER',
    sha256: image.id.replace(/^sha256:/, ''),
    purl:
      `pkg:oci/${encodeURIComponent(last)}@${digest}` +
      `?repository_url=${encodeURIComponent(name)}${tag === undefined ? '' : `&tag=${tag}`}`,
    comment: 'its checksum is that of its configuration',
    parts: [...(apk === undefined ? [] : apkPackages(apk)), ...dpkg.flatMap(dpkgPackages)],
  };
}

async function textAt(tree: DirectoryNode, path: string): Promise<string | undefined> {
  const node = lookupFollowing(tree, path);
  if (node?.kind !== 'file') return undefined;
  return (await readContent(node.content, MAX_DATABASE_BYTES, path)).toString();
}
