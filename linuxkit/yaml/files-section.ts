/** The `files` section: files, folders and links of the configuration's own, into the root. */
import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { messageOf, RuntimeError } from '../../runtime/errors.ts';
import { byteStringOf } from '../../runtime/rootfs/byte-string.ts';
import { symlink } from './image-tree.ts';
import type { FileSection } from './linuxkit-config.ts';
import type { Sourced } from './decode.ts';
import { mistakeAt, placeIn } from './located.ts';
import { idOf, type WholeConfig } from './read-config.ts';
import {
  attributes,
  type DirectoryNode,
  lookup,
  newDirectory,
  pathParts,
  put,
  type TreeNode,
} from './root-tree.ts';

/** Bytes that are put in from the host: more belongs into an image. */
const MAX_SOURCE_BYTES = 1024 * 1024 * 1024;

/** @throws RuntimeError naming the entry's place in the YAML */
export async function addFiles(
  root: DirectoryNode,
  config: WholeConfig,
  ids: ReadonlyMap<string, number>,
  op: string,
): Promise<void> {
  for (const file of config.files) {
    const isFolder = file.directory === true;
    const mode = Number.parseInt(file.mode ?? (isFolder ? '700' : '600'), 8);
    const [uid, gid] = [idOf(file.uid, ids) ?? 0, idOf(file.gid, ids) ?? 0];
    const of = attributes(mode, uid, gid);
    const path = byteStringOf(pathParts(file.path).join('/'));
    const node = await nodeOf(file, config, of, op);
    if (node === undefined) continue;
    const existing = lookup(root, path);
    if (existing?.kind === 'directory' && node.kind !== 'directory') {
      throw mistakeAt(op, placeIn(file.located, 'path'), `${file.path} is a folder already`);
    }
    try {
      put(root, path, node, attributes(parentMode(mode), uid, gid));
    } catch (error) {
      throw mistakeAt(op, placeIn(file.located, 'path'), messageOf(error), { cause: error });
    }
  }
}

/** Who may read or write the file may pass through the folders that are made for it. */
function parentMode(mode: number): number {
  let parent = mode & 0o7777;
  for (const [bits, pass] of [
    [0o700, 0o100],
    [0o070, 0o010],
    [0o007, 0o001],
  ] as const) {
    if ((mode & bits) !== 0) parent |= pass;
  }
  return parent;
}

async function nodeOf(
  file: FileSection & Sourced,
  config: WholeConfig,
  of: ReturnType<typeof attributes>,
  op: string,
): Promise<TreeNode | undefined> {
  if (file.directory === true) return newDirectory(of);
  if (file.symlink !== undefined && file.symlink !== '') {
    return { ...symlink(file.symlink), attributes: { ...of, mode: 0o777 } } as TreeNode;
  }
  const content =
    file.contents !== undefined
      ? Buffer.from(file.contents)
      : file.metadata !== undefined
        ? metadata(config, file.metadata)
        : await readSource(file, op);
  return content === undefined ? undefined : { kind: 'file', attributes: of, content };
}

async function readSource(file: FileSection & Sourced, op: string): Promise<Buffer | undefined> {
  const { source = '' } = file;
  const path = source.startsWith('~/') ? join(homedir(), source.slice(2)) : source;
  const place = placeIn(file.located, 'source');
  try {
    const { size } = await stat(path);
    if (size > MAX_SOURCE_BYTES) {
      throw mistakeAt(op, place, `${path} has ${size} bytes, ${MAX_SOURCE_BYTES} is the most`);
    }
    return await readFile(path);
  } catch (error) {
    if (error instanceof RuntimeError) throw error;
    if (file.optional === true) return undefined;
    const { code } = error as NodeJS.ErrnoException;
    const what = code === 'ENOENT' ? 'is not there' : `cannot be read (${messageOf(error)})`;
    throw mistakeAt(op, place, `${path} ${what}`, { cause: error });
  }
}

/** The configuration as it was merged: what of LinuxKit's sections there is, in its order. */
export function metadata(config: WholeConfig, format: 'yaml' | 'json'): Buffer {
  const { kernel, init, onboot, onshutdown, services, files, volumes } = config;
  const whole = {
    ...(kernel === undefined ? {} : { kernel }),
    ...{ init, onboot, onshutdown, services, files, volumes },
  };
  const filled = Object.fromEntries(
    Object.entries(whole).filter(([, value]) => !Array.isArray(value) || value.length > 0),
  );
  const text =
    format === 'json'
      ? `${JSON.stringify(filled, null, 4)}\n`
      : stringify(filled, { aliasDuplicateObjects: false, lineWidth: 0 });
  return Buffer.from(text);
}
