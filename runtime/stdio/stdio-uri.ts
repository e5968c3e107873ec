/**
 * What containerd's Task API writes into stdin, stdout and stderr, taken apart: bare paths of FIFOs (named pipes on
 * Windows) and the URIs of containerd's cio and runtime packages, with one of our own, `process:<pid>/<fd>`. Nothing is
 * opened here.
 */
import { isAbsolute, win32 } from 'node:path';
import { RuntimeError } from '../errors.ts';

export type StdioField = 'stdin' | 'stdout' | 'stderr';

export type StdioTarget =
  | { readonly kind: 'none' }
  /** A FIFO whose other end somebody has open, or will. */
  | { readonly kind: 'fifo'; readonly path: string }
  /** Windows: a pipe at which the caller listens. */
  | { readonly kind: 'pipe'; readonly path: string }
  /** Appended to. */
  | { readonly kind: 'file'; readonly path: string }
  /** A program that gets the output: containerd's logging protocol. */
  | { readonly kind: 'binary'; readonly path: string; readonly args: readonly string[] }
  /** A descriptor of a process of this host, which keeps it open. */
  | { readonly kind: 'process'; readonly pid: number; readonly fd: number };

const URI = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?(#.*)?$/i;
const PROCESS = /^process:([1-9][0-9]{0,9})\/([0-9]{1,7})$/;
const WINDOWS_PIPE = /^\\\\[^\\]+\\pipe\\.+$/i;
const WINDOWS_DRIVE = /^\/[A-Za-z]:[\\/]/;

/**
 * @param op for the error: "open the stdio of ..."
 * @throws RuntimeError invalid-argument that names the field and its value
 */
export function parseStdio(
  op: string,
  field: StdioField,
  value: string,
  platform: NodeJS.Platform = process.platform,
): StdioTarget {
  const refuse = (what: string): RuntimeError =>
    new RuntimeError('invalid-argument', op, `${field} "${value}" ${what}`);
  if (value === '') return { kind: 'none' };
  const windows = platform === 'win32';
  if (value.startsWith('process:')) {
    const [, pid, fd] = PROCESS.exec(value) ?? [];
    if (pid === undefined || windows) throw refuse('is not process:<pid>/<fd> of a Linux host');
    return { kind: 'process', pid: Number(pid), fd: Number(fd) };
  }
  if (windows && WINDOWS_PIPE.test(value)) return { kind: 'pipe', path: value };
  const [, scheme, host, encoded, query, fragment] = URI.exec(value) ?? [];
  if (scheme === undefined) {
    if (windows) throw refuse('is neither a named pipe (\\\\.\\pipe\\...) nor a URI');
    if (!isAbsolute(value)) throw refuse('is not an absolute path');
    return { kind: 'fifo', path: value };
  }
  const path = decoded(encoded ?? '', refuse);
  if (scheme === 'npipe') {
    if (!windows) throw refuse('is a named pipe of Windows');
    const pipe = `${host === '' ? '' : `//${host}`}${path}`.replaceAll('/', '\\');
    if (!WINDOWS_PIPE.test(pipe)) throw refuse('is not npipe:////./pipe/<name>');
    return { kind: 'pipe', path: pipe };
  }
  if (host !== '') throw refuse(`names a host, "${host}"`);
  if (fragment !== undefined) throw refuse(`has a fragment, "${fragment}"`);
  const local = windows && WINDOWS_DRIVE.test(path) ? win32.normalize(path.slice(1)) : path;
  if (!(windows ? win32 : { isAbsolute }).isAbsolute(local) || local === '/') {
    throw refuse('is not an absolute path');
  }
  if (scheme !== 'binary' && query !== undefined) throw refuse(`has parameters, "${query}"`);
  const output = field !== 'stdin';
  if (scheme === 'fifo' && !windows) return { kind: 'fifo', path: local };
  if (scheme === 'file' && output) return { kind: 'file', path: local };
  if (scheme === 'binary' && output) return { kind: 'binary', path: local, args: argsOf(query) };
  const known = `${output ? 'file, binary, ' : ''}${windows ? 'npipe' : 'fifo'}`;
  throw refuse(`has the scheme "${scheme}"; known here are ${known}`);
}

/** containerd's: each key and its first value, one after the other. Here in the order of the URI. */
function argsOf(query: string | undefined): string[] {
  const first = new Map<string, string>();
  for (const [key, value] of new URLSearchParams(query ?? '')) {
    if (!first.has(key)) first.set(key, value);
  }
  return [...first].flat();
}

function decoded(encoded: string, refuse: (what: string) => RuntimeError): string {
  let path: string;
  try {
    path = decodeURIComponent(encoded);
  } catch {
    throw refuse('has a wrong %-escape');
  }
  if (path.includes('\0')) throw refuse('has a NUL in its path');
  return path;
}
