/**
 * The bundle's config.json as the task service takes it: bounded, an object, with the fields that a container in a VM
 * needs. Fields that are not known here go to the agent as they came; what names things of the host and cannot be had
 * in a VM is refused by name, never dropped.
 */
import { open } from 'node:fs/promises';
import { isAbsolute, join, posix } from 'node:path';
import { messageOf, RuntimeError } from '../errors.ts';
import { readHooks } from './host-hooks.ts';
import { type OfHostPid, placeNamespaces } from './namespace-paths.ts';
import { encodeOciDocument } from './oci-runtime-spec.ts';
import { placeDevices } from './spec-devices.ts';
import { checkFields, SPEC_FIELDS } from './spec-fields.ts';
import type { TerminalSize } from './task-backend.ts';

/** What the agent takes. */
export const CONFIG_BYTES_MAX = 1 << 20;

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
  /** Of the terminal, where the process asks for one. */
  readonly consoleSize: TerminalSize | undefined;
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
export async function readBundle(
  op: string,
  bundle: string,
  ofHostPid?: OfHostPid,
): Promise<BundleConfig> {
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
  return decodeBundle(op, path, document, ofHostPid);
}

function decodeBundle(
  op: string,
  path: string,
  document: unknown,
  ofHostPid: OfHostPid | undefined,
): BundleConfig {
  const spec = object(op, path, document);
  checkProcess(op, object(op, 'process', spec['process']));
  const linux = object(op, 'linux', spec['linux']);
  const version = spec['ociVersion'];
  if (version !== undefined && (typeof version !== 'string' || !/^1\.\d/.test(version))) {
    throw unsupported(op, `ociVersion is ${JSON.stringify(version)}; 1.x is supported`);
  }
  checkFields(op, '', SPEC_FIELDS, spec);
  const hasGuestHooks = readHooks(op, spec['hooks']).startContainer.length > 0;
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
  const namespaces = placeNamespaces(
    op,
    array(op, 'linux.namespaces', linux['namespaces'] ?? []),
    ofHostPid,
    mounts.some(({ type }) => type === 'cgroup' || type === 'cgroup2'),
  );
  const annotations = annotationsOf(op, spec['annotations']);
  const placed = placeDevices(op, linux, annotations);
  const { hooks, ...rest } = spec;
  // As they came: their names are the specification's.
  const guestHooks = hasGuestHooks
    ? { hooks: { startContainer: (hooks as Fields)['startContainer'] } }
    : {};
  return {
    mounts: withDeviceFolder(mounts),
    hostname: hostname === '' ? undefined : hostname,
    annotations,
    consoleSize: consoleSizeOf(spec['process']),
    readOnly: root['readonly'] === true,
    rootPath: rootPath as string | undefined,
    encode: (placedMounts, readOnlyRoot = false) =>
      encodeOciDocument({
        ...rest,
        ...guestHooks,
        ...(readOnlyRoot ? { root: { ...root, readonly: true } } : {}),
        ...(Object.keys(placed.annotations).length === 0
          ? {}
          : { annotations: placed.annotations }),
        linux: {
          ...linux,
          namespaces,
          ...(linux['devices'] == null ? {} : { devices: placed.devices }),
          ...(linux['resources'] == null ? {} : { resources: guestResources(linux['resources']) }),
        },
        mounts: placedMounts,
      }),
  };
}

/**
 * With a tmpfs at /dev where the document mounts nothing there: the devices that every container has are made in it,
 * and a root that is shared with the host, read-only or without such a folder is no place for them.
 */
function withDeviceFolder(mounts: readonly BundleMount[]): readonly BundleMount[] {
  if (mounts.some(({ destination }) => posix.normalize(`${destination}/`) === '/dev/')) {
    return mounts;
  }
  const options = ['nosuid', 'strictatime', 'mode=755', 'size=65536k'];
  return [{ destination: '/dev', type: 'tmpfs', source: 'tmpfs', options }, ...mounts];
}

/** The size of the terminal that a process object asks for. */
export function consoleSizeOf(process: unknown): TerminalSize | undefined {
  const { consoleSize } = (process ?? {}) as { consoleSize?: Fields | null };
  const [width, height] = [consoleSize?.['width'], consoleSize?.['height']].map(Number);
  const good = [width, height].every(
    (cells) => Number.isInteger(cells) && Number(cells) > 0 && Number(cells) <= 65_535,
  );
  return good ? { width: Number(width), height: Number(height) } : undefined;
}

/** LinuxResources as the agent takes them: without limits of what the VM has none of. */
export function guestResources(resources: unknown): object {
  const { hugepageLimits: _none, ...rest } = resources as Fields;
  return rest;
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
