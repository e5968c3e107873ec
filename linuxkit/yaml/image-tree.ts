/**
 * An image as a tree of files: its layers one over the other, whiteouts applied; then what LinuxKit leaves out, puts
 * in place of what is there, and makes sure of, because its images once came out of `docker export`.
 */
import { byteStringOf, displayByteString } from '../../runtime/rootfs/byte-string.ts';
import { splitLayerPath } from '../../runtime/rootfs/tar-path.ts';
import type { CachedEntry, CachedTar } from './layer-cache.ts';
import {
  type Attributes,
  attributes,
  type DirectoryNode,
  type FileNode,
  lookup,
  newDirectory,
  put,
  remove,
  TreeError,
  type TreeNode,
} from './root-tree.ts';

const WHITEOUT_PREFIX = '.wh.';
const OPAQUE_MARK = '.wh..wh..opq';
const AUFS_PREFIX = '.wh..wh.';

/** Docker's own, which no image means to have. */
const LEFT_OUT = ['.dockerenv', 'Dockerfile', 'dev/console', 'dev/pts', 'dev/shm', 'etc/hostname'];
const HOSTS = [
  '127.0.0.1       localhost',
  '::1     localhost ip6-localhost ip6-loopback',
  'fe00::0 ip6-localnet',
  'ff00::0 ip6-mcastprefix',
  'ff02::1 ip6-allnodes',
  'ff02::2 ip6-allrouters',
];
const NO_RESOLV_CONF = '\n# no resolv.conf configured\n';
/** Where the root file system's name servers are: a place that can be written. */
export const RESOLV_CONF = '/run/resolvconf/resolv.conf';

/** Layers in order, topmost last. @throws TreeError, TarPathError */
export function treeOfLayers(layers: readonly CachedTar[]): DirectoryNode {
  const root = newDirectory(attributes(0o755), true);
  for (const layer of layers) {
    // What a layer removes is of the layers below, wherever in it that stands.
    for (const entry of layer.entries) whiteout(root, entry);
    for (const entry of layer.entries) apply(root, layer, entry);
  }
  return root;
}

/**
 * The image as LinuxKit takes it.
 * @param resolvConf what /etc/resolv.conf points to; undefined: a file that says that there is none
 */
export function asLinuxKitTakes(root: DirectoryNode, resolvConf: string | undefined): void {
  for (const path of LEFT_OUT) remove(root, path);
  const put755 = (path: string): void => {
    if (lookup(root, path) === undefined) put(root, path, newDirectory());
  };
  for (const path of ['dev', 'dev/pts', 'dev/shm', 'etc', 'proc', 'sys']) put755(path);
  replace(root, 'etc/hosts', textFile(`${HOSTS.join('\n')}\n`));
  if (lookup(root, 'etc/mtab') === undefined) {
    replace(root, 'etc/mtab', symlink('/proc/mounts'));
  }
  const resolv = resolvConf === undefined ? textFile(NO_RESOLV_CONF) : symlink(resolvConf);
  replace(root, 'etc/resolv.conf', resolv);
}

export function textFile(text: string, mode = 0o644): FileNode {
  return { kind: 'file', attributes: attributes(mode), content: Buffer.from(text) };
}

export function symlink(target: string): TreeNode {
  return { kind: 'symlink', attributes: attributes(0o777), target: byteStringOf(target) };
}

/** Not through a symlink of the image's: the name itself. */
function replace(root: DirectoryNode, path: string, node: TreeNode): void {
  remove(root, path);
  put(root, path, node);
}

function whiteout(root: DirectoryNode, entry: CachedEntry): void {
  const path = splitLayerPath(entry.name, 'entry');
  const name = path.pop() ?? '';
  if (!name.startsWith(WHITEOUT_PREFIX)) return;
  if (name === OPAQUE_MARK) {
    const directory = lookup(root, path.join('/'));
    if (directory?.kind === 'directory') directory.children.clear();
    return;
  }
  if (name.startsWith(AUFS_PREFIX)) return;
  const hidden = name.slice(WHITEOUT_PREFIX.length);
  if (hidden === '' || hidden === '.' || hidden === '..') {
    throw new TreeError(`entry ${displayByteString(entry.name)} is a whiteout of no file`);
  }
  remove(root, [...path, hidden].join('/'));
}

function apply(root: DirectoryNode, layer: CachedTar, entry: CachedEntry): void {
  const parts = splitLayerPath(entry.name, 'entry');
  if (parts[parts.length - 1]?.startsWith(WHITEOUT_PREFIX) === true) return;
  const path = parts.join('/');
  if (entry.type === 'hardlink') {
    const target = lookup(root, splitLayerPath(entry.linkName, 'hard link').join('/'));
    if (target === undefined || target.kind === 'directory') {
      const to = displayByteString(entry.linkName);
      throw new TreeError(
        `entry ${displayByteString(entry.name)} is a hard link to ${to}, which is no file of it`,
      );
    }
    put(root, path, target);
    return;
  }
  put(root, path, nodeOf(layer, entry));
}

function nodeOf(layer: CachedTar, entry: CachedEntry): TreeNode {
  const of = attributesOf(entry);
  switch (entry.type) {
    case 'directory':
      return newDirectory(of);
    case 'symlink':
      return { kind: 'symlink', attributes: { ...of, mode: 0o777 }, target: entry.linkName };
    case 'char':
    case 'block':
      return { kind: entry.type, attributes: of, major: entry.devMajor, minor: entry.devMinor };
    case 'fifo':
      return { kind: 'fifo', attributes: of };
    case 'file': {
      const { offset, sizeBytes } = entry;
      return { kind: 'file', attributes: of, content: { path: layer.path, offset, sizeBytes } };
    }
    case 'hardlink':
      throw new TypeError(entry.type);
    default:
      throw new TypeError(entry.type satisfies never);
  }
}

function attributesOf({ mode, uid, gid, mtime, xattrs }: CachedEntry): Attributes {
  if (xattrs === undefined) return { mode, uid, gid, mtime };
  const decoded = xattrs.map(([key, value]) => [key, Buffer.from(value, 'base64')] as const);
  return { mode, uid, gid, mtime, xattrs: new Map(decoded) };
}
