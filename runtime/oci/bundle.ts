/**
 * What lcow-oci itself needs of a bundle's config.json; all of it, and what of it cannot be had, is the task service's
 * (runtime/task/bundle.ts), which reads the file again.
 */
import { readFileSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { isHostNetwork } from '../container/host-network.ts';
import type { OciProcess } from '../task/oci-runtime-spec.ts';
import { OciFailure } from './failure.ts';

/** As the task service's. */
const CONFIG_BYTES_MAX = 1 << 20;

export interface BundleView {
  /** Absolute. */
  readonly bundle: string;
  readonly ociVersion: string;
  /** Absolute. */
  readonly rootfs: string;
  readonly terminal: boolean;
  readonly args: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
  /** Empty: none was asked for. */
  readonly cgroupsPath: string;
  /** Of linux.namespaces. */
  readonly network: 'host' | 'new' | { readonly path: string };
  /** `linux.resources`. */
  readonly resources: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

/** @throws OciFailure naming the file and the field */
export function viewBundle(folder: string): BundleView {
  const bundle = resolve(folder);
  const config = readConfig(bundle);
  const root = fields(config['root'], 'root');
  const path = root['path'];
  if (typeof path !== 'string' || path === '') throw bad('root.path is missing');
  const process_ = fields(config['process'], 'process');
  const linux = fields(config['linux'] ?? {}, 'linux');
  const cgroupsPath = linux['cgroupsPath'] ?? '';
  if (typeof cgroupsPath !== 'string') throw bad('linux.cgroupsPath is no text');
  const ociVersion = config['ociVersion'];
  if (typeof ociVersion !== 'string') throw bad('ociVersion is missing');
  return {
    bundle,
    ociVersion,
    rootfs: isAbsolute(path) ? path : join(bundle, path),
    terminal: process_['terminal'] === true,
    args: textList(process_['args'], 'process.args'),
    annotations: annotationsOf(config['annotations']),
    cgroupsPath,
    network: networkOf(linux['namespaces']),
    resources: linux['resources'],
  };
}

/** The container's own process, which an exec inherits from. @throws OciFailure */
export function bundleProcess(bundle: string): OciProcess {
  return fields(readConfig(bundle)['process'], 'process') as unknown as OciProcess;
}

function readConfig(bundle: string): Fields {
  return fields(readJson(join(bundle, 'config.json'), CONFIG_BYTES_MAX), 'config.json');
}

/** @throws OciFailure naming the file */
export function readJson(path: string | 0, most: number): unknown {
  const name = path === 0 ? 'standard input' : path;
  let text: string;
  try {
    if (path !== 0) {
      const { size } = statSync(path);
      if (size > most) throw new Error(`it has ${size} bytes, more than ${most}`);
    }
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const what = code === 'ENOENT' ? 'no such file or directory' : message;
    throw new OciFailure(`cannot read ${name}: ${what}`);
  }
  if (text.length > most)
    throw new OciFailure(`cannot read ${name}: it is more than ${most} bytes`);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new OciFailure(`cannot read ${name}: it is not JSON: ${(error as Error).message}`);
  }
}

function networkOf(namespaces: unknown): BundleView['network'] {
  if (namespaces === undefined || namespaces === null) return 'host';
  if (!Array.isArray(namespaces)) throw bad('linux.namespaces is no list');
  const network = (namespaces as unknown[])
    .map((each, index) => fields(each, `linux.namespaces[${index}]`))
    .find(({ type }) => type === 'network');
  if (network === undefined) return 'host';
  const { path } = network;
  if (path === undefined || path === '') return 'new';
  if (typeof path !== 'string' || !isAbsolute(path)) {
    throw bad(`linux.namespaces: the network's path ${JSON.stringify(path)} is not absolute`);
  }
  return isHostNetwork(path) ? 'host' : { path };
}

function annotationsOf(value: unknown): Readonly<Record<string, string>> {
  const found = Object.entries(fields(value ?? {}, 'annotations'));
  for (const [name, text] of found) {
    if (typeof text !== 'string') throw bad(`annotations.${name} is no text`);
  }
  return Object.fromEntries(found) as Record<string, string>;
}

function textList(value: unknown, name: string): readonly string[] {
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
  throw bad(`${name} is no list of texts`);
}

function fields(value: unknown, name: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw bad(`${name} is no object`);
}

function bad(what: string): OciFailure {
  return new OciFailure(`invalid config.json: ${what}`);
}
