/**
 * The bundle's config.json as the task service takes it: bounded, an object, with the fields that a container in a VM
 * needs. Fields that are not known here go to the agent as they came; what names things of the host and cannot be had
 * in a VM is refused by name, never dropped.
 */
import { open } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { messageOf, RuntimeError } from '../errors.ts';
import { encodeOciDocument } from './oci-runtime-spec.ts';

/** What the agent takes. */
export const CONFIG_BYTES_MAX = 1 << 20;

/** A source or a namespace of the VM itself: the rest is the path there. */
export const VM_PREFIX = 'uvm://';

/** A mount of config.json, checked. */
export interface BundleMount {
  readonly destination: string;
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

export interface BundleConfig {
  readonly mounts: readonly BundleMount[];
  readonly hostname: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
  readonly readOnly: boolean;
  /** root.path; undefined where there is none. */
  readonly rootPath: string | undefined;
  /**
   * The document with these mounts in place of its own.
   * @param readOnlyRoot the root is a view, whatever root.readonly says
   */
  encode(mounts: readonly BundleMount[], readOnlyRoot?: boolean): Buffer;
}

type Fields = Readonly<Record<string, unknown>>;

/** @throws RuntimeError not-found, invalid-argument, unsupported; each names the field */
export async function readBundle(op: string, bundle: string): Promise<BundleConfig> {
  if (!isAbsolute(bundle)) {
    const what = `bundle is ${JSON.stringify(bundle)}, not an absolute path`;
    throw new RuntimeError('invalid-argument', op, what);
  }
  const path = join(bundle, 'config.json');
  const text = await readBounded(op, path);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw invalid(op, `${path} is not JSON: ${messageOf(error)}`);
  }
  return decodeBundle(op, path, document);
}

function decodeBundle(op: string, path: string, document: unknown): BundleConfig {
  const spec = object(op, path, document);
  checkProcess(op, object(op, 'process', spec['process']));
  const linux = object(op, 'linux', spec['linux']);
  for (const foreign of ['windows', 'solaris', 'zos']) {
    if (spec[foreign] != null) throw unsupported(op, `${foreign} is not of a Linux container`);
  }
  checkHooks(op, spec['hooks']);
  const namespaces = namespacesOf(op, linux['namespaces']);
  const hostname = spec['hostname'];
  if (hostname !== undefined && typeof hostname !== 'string') {
    throw invalid(op, 'hostname is not a string');
  }
  const root = spec['root'] == null ? {} : object(op, 'root', spec['root']);
  const rootPath = root['path'];
  if (rootPath !== undefined && (typeof rootPath !== 'string' || rootPath.includes('\0'))) {
    throw invalid(op, `root.path is ${JSON.stringify(rootPath)}, not a path`);
  }
  const mounts = array(op, 'mounts', spec['mounts'] ?? []).map((mount, index) =>
    mountOf(op, `mounts[${index}]`, mount),
  );
  return {
    mounts,
    hostname: hostname === '' ? undefined : hostname,
    annotations: annotationsOf(op, spec['annotations']),
    readOnly: root['readonly'] === true,
    rootPath: rootPath as string | undefined,
    encode: (placed, readOnlyRoot = false) =>
      encodeOciDocument({
        ...spec,
        ...(readOnlyRoot ? { root: { ...root, readonly: true } } : {}),
        linux: { ...linux, namespaces },
        mounts: placed,
      }),
  };
}

function checkProcess(op: string, process: Fields): void {
  const args = array(op, 'process.args', process['args']);
  if (args.length === 0 || args.some((arg) => typeof arg !== 'string')) {
    throw invalid(op, 'process.args is not a list of strings with a command');
  }
  const cwd = process['cwd'];
  if (typeof cwd !== 'string' || !cwd.startsWith('/')) {
    throw invalid(op, `process.cwd is ${JSON.stringify(cwd)}, not an absolute path`);
  }
}

/** Hooks are programs of the host that expect the container's processes there. */
function checkHooks(op: string, hooks: unknown): void {
  if (hooks == null) return;
  for (const [name, list] of Object.entries(object(op, 'hooks', hooks))) {
    if (Array.isArray(list) && list.length > 0) {
      throw unsupported(op, `hooks.${name}: hooks are not run for a container in a VM`);
    }
  }
}

/** A path means a namespace of the VM, and says so: one of the host is not there. */
function namespacesOf(op: string, value: unknown): unknown[] {
  return array(op, 'linux.namespaces', value ?? []).map((entry, index) => {
    const at = `linux.namespaces[${index}]`;
    const namespace = object(op, at, entry);
    const { path, type } = namespace;
    if (path == null || path === '') return { type };
    if (typeof path !== 'string') throw invalid(op, `${at}.path is not a string`);
    if (path.startsWith(VM_PREFIX)) return { ...namespace, path: path.slice(VM_PREFIX.length) };
    throw unsupported(
      op,
      `${at}.path ${JSON.stringify(path)} is a ${JSON.stringify(type)} namespace of the host`,
    );
  });
}

function mountOf(op: string, at: string, value: unknown): BundleMount {
  const mount = object(op, at, value);
  const destination = mount['destination'];
  if (typeof destination !== 'string' || destination === '' || destination.includes('\0')) {
    throw invalid(op, `${at}.destination is ${JSON.stringify(destination)}`);
  }
  for (const field of ['type', 'source'] as const) {
    const text = mount[field];
    if (text != null && typeof text !== 'string') throw invalid(op, `${at}.${field} is no string`);
  }
  const options = array(op, `${at}.options`, mount['options'] ?? []);
  if (options.some((option) => typeof option !== 'string')) {
    throw invalid(op, `${at}.options are not all strings`);
  }
  return {
    ...mount,
    // A relative one is meant from the root (OCI runtime spec, mounts).
    destination: destination.startsWith('/') ? destination : `/${destination}`,
    type: (mount['type'] as string | undefined) ?? '',
    source: (mount['source'] as string | undefined) ?? '',
    options: options as string[],
  };
}

function annotationsOf(op: string, value: unknown): Readonly<Record<string, string>> {
  if (value == null) return {};
  const entries = Object.entries(object(op, 'annotations', value));
  for (const [name, text] of entries) {
    if (typeof text !== 'string') throw invalid(op, `annotations.${name} is not a string`);
  }
  return Object.fromEntries(entries) as Record<string, string>;
}

async function readBounded(op: string, path: string): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const info = await file.stat();
      if (!info.isFile()) throw invalid(op, `${path} is not a regular file`);
      if (info.size > CONFIG_BYTES_MAX) {
        throw invalid(op, `${path} has ${info.size} bytes, at most ${CONFIG_BYTES_MAX}`);
      }
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof RuntimeError) throw error;
    throw new RuntimeError('not-found', op, messageOf(error), { cause: error });
  }
}

function object(op: string, at: string, value: unknown): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw invalid(op, `${at} is not an object`);
}

function array(op: string, at: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid(op, `${at} is not a list`);
  if (value.length > 1024 && at !== 'process.args') {
    throw invalid(op, `${at} has ${value.length} entries, at most 1024`);
  }
  return value as unknown[];
}

function invalid(op: string, what: string): RuntimeError {
  return new RuntimeError('invalid-argument', op, what);
}

function unsupported(op: string, what: string): RuntimeError {
  return new RuntimeError('unsupported', op, what);
}
