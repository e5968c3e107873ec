/**
 * The options of an overlay mount as containerd's snapshotters write them, as folders. Paths are absolute here: the
 * relative ones that mount(8) users shorten long lists to are made when it is mounted, not by who asks for it.
 * Pure; it looks at no file.
 */
import { isAbsolute } from 'node:path';
import { type HostOverlay, OVERLAY_LOWER_MAX } from '../../hcs/host-overlay.ts';
import { RuntimeError } from '../errors.ts';

/** Features that change how the layers are read or written; the kernel on the host has the last word. */
const FEATURES: ReadonlySet<string> = new Set([
  ...['index', 'userxattr', 'xino', 'redirect_dir', 'metacopy', 'nfs_export', 'volatile', 'uuid'],
]);
const OPTIONS_MAX = 64;

/** @throws RuntimeError invalid-argument, unsupported; each names the option */
export function overlayOf(
  op: string,
  options: readonly string[],
): { readonly overlay: HostOverlay; readonly readOnly: boolean } {
  if (options.length > OPTIONS_MAX) {
    throw invalid(op, `${options.length} options, at most ${OPTIONS_MAX}`);
  }
  const folders = new Map<string, string>();
  const features: string[] = [];
  const modes = new Set<string>();
  for (const option of options) {
    const [name, value] = split(option);
    if (name === 'lowerdir' || name === 'upperdir' || name === 'workdir') {
      if (value === undefined || value === '') throw invalid(op, `${name} names no folder`);
      if (folders.has(name)) throw invalid(op, `${name} is there twice`);
      folders.set(name, value);
    } else if (option === 'ro' || option === 'rw') modes.add(option);
    else if (FEATURES.has(name)) features.push(option);
    else throw new RuntimeError('unsupported', op, `rootfs[0].options: ${shown(option)}`);
  }
  if (modes.size > 1) throw invalid(op, 'both rw and ro');
  const upper = pathOf(op, 'upperdir', folders.get('upperdir'));
  const work = pathOf(op, 'workdir', folders.get('workdir'));
  if ((upper === undefined) !== (work === undefined)) {
    throw invalid(op, 'upperdir and workdir belong together; one is missing');
  }
  return {
    overlay: {
      lower: lowerOf(op, folders.get('lowerdir')),
      ...(upper === undefined || work === undefined ? {} : { upper: { folder: upper, work } }),
      ...(features.length === 0 ? {} : { options: features }),
    },
    readOnly: modes.has('ro') || upper === undefined,
  };
}

function lowerOf(op: string, value: string | undefined): string[] {
  if (value === undefined) throw invalid(op, 'lowerdir is missing');
  // ':' between folders; behind a backslash it is part of a name (overlayfs).
  const folders = (value.match(/(?:\\.|[^:\\])+/gs) ?? []).map((path) => unescape(path));
  if (folders.length === 0 || folders.length > OVERLAY_LOWER_MAX) {
    throw invalid(op, `lowerdir has ${folders.length} folders, not 1 to ${OVERLAY_LOWER_MAX}`);
  }
  return folders.map((path, index) => pathOf(op, `lowerdir[${index}]`, path) as string);
}

function pathOf(op: string, field: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const path = field.startsWith('lowerdir') ? value : unescape(value);
  if (isAbsolute(path) && !path.includes('\0')) return path;
  const what = `${field} is ${shown(value)}, not an absolute path: Create does not say of which folder`;
  throw invalid(op, what);
}

function unescape(text: string): string {
  return text.replaceAll(/\\(.)/gs, '$1');
}

function split(option: string): [string, string | undefined] {
  const at = option.indexOf('=');
  return at < 0 ? [option, undefined] : [option.slice(0, at), option.slice(at + 1)];
}

function invalid(op: string, what: string): RuntimeError {
  return new RuntimeError('invalid-argument', op, `rootfs[0].options: ${what}`);
}

function shown(value: string): string {
  const text = JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}...` : text;
}
