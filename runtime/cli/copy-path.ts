/** The two sides of `lcow cp`: `CONTAINER:PATH`, a path of the host, or `-`. Pure. */
import { posix } from 'node:path';
import { RuntimeError } from '../errors.ts';

export type CopySide =
  | { readonly kind: 'stream' }
  | { readonly kind: 'host'; readonly path: string }
  | { readonly kind: 'container'; readonly container: string; readonly path: string };

/** Docker's rule: an absolute path, and one that begins with a dot, is the host's whatever stands in it. */
export function parseCopySide(text: string): CopySide {
  if (text === '-') return { kind: 'stream' };
  const colon = text.indexOf(':');
  // A drive's letter is no container.
  const drive = /^[A-Za-z]:[\\/]/.test(text);
  if (colon > 0 && !drive && !text.startsWith('/') && !text.startsWith('.')) {
    return { kind: 'container', container: text.slice(0, colon), path: text.slice(colon + 1) };
  }
  return { kind: 'host', path: text };
}

/** A path as cp reads it: where it leads, and what its end says. */
export interface CopyPath {
  /** Absolute and clean; of the host as it was given. */
  readonly path: string;
  /** It ended in "/." : what is in the folder, not the folder. */
  readonly contents: boolean;
  /** It ended in "/": it is to be a folder. */
  readonly folder: boolean;
}

/** A container's path is relative to its root. @throws RuntimeError invalid-argument */
export function containerPath(text: string): CopyPath {
  if (text === '' || text.includes('\0') || text.length > 4096) {
    const what = `"${text.slice(0, 64)}" is not a path of at most 4096 characters`;
    throw new RuntimeError('invalid-argument', 'copy', what);
  }
  const path = posix.normalize(`/${text}`).replace(/(.)\/$/, '$1');
  return { path, contents: isContents(text), folder: isFolder(text) };
}

export function isContents(text: string): boolean {
  return text === '.' || /[/\\]\.$/.test(text);
}

export function isFolder(text: string): boolean {
  return /[/\\]$/.test(text) || isContents(text);
}
