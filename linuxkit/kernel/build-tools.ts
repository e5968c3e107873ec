/**
 * The programs that building a kernel takes: which are missing, by the package that has them, and running one. It
 * installs nothing.
 */
import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

/** Program, or header by its path, to Debian's package. */
const NEEDED: readonly (readonly [string, string])[] = [
  ['make', 'make'],
  ['gcc', 'gcc'],
  ['ld', 'binutils'],
  ['strip', 'binutils'],
  ['flex', 'flex'],
  ['bison', 'bison'],
  ['bc', 'bc'],
  ['perl', 'perl'],
  ['gzip', 'gzip'],
  // objtool's.
  ['/usr/include/gelf.h', 'libelf-dev'],
];
/** By an archive's ending. */
const UNPACKERS: Readonly<Record<string, readonly [string, string]>> = {
  xz: ['xz', 'xz-utils'],
  bz2: ['bzip2', 'bzip2'],
  zst: ['zstd', 'zstd'],
};
/** Of what a program said last, for an error. */
const TAIL_LINES = 20;
const LINE_MAX = 500;

export interface MissingTool {
  readonly name: string;
  readonly package: string;
}

/**
 * What is not there of what a build needs.
 * @param archive of the source, where it is one
 * @param path where programs are looked for
 */
export function missingTools(
  archive: string | undefined,
  path: string = process.env['PATH'] ?? '',
): MissingTool[] {
  const ending = archive?.split('.').at(-1) ?? '';
  const unpacker = UNPACKERS[ending];
  const needed = unpacker === undefined ? NEEDED : [...NEEDED, unpacker];
  return needed
    .filter(([name]) => !(name.startsWith('/') ? existsSync(name) : isOnPath(name, path)))
    .map(([name, package_]) => ({ name, package: package_ }));
}

/** @throws Error naming what is missing and the command that installs it */
export function checkBuildTools(archive: string | undefined, path?: string): void {
  const missing = missingTools(archive, path);
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name).join(', ');
  const packages = [...new Set(missing.map((tool) => tool.package))].join(' ');
  const are = missing.length === 1 ? 'is' : 'are';
  throw new Error(`${names} ${are} not installed; apt-get install ${packages} does that`);
}

function isOnPath(name: string, path: string): boolean {
  return path.split(delimiter).some((folder) => {
    try {
      if (folder !== '') accessSync(join(folder, name), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}

export interface RunToolOptions {
  /** Where it runs. Default: where we do. */
  readonly cwd?: string;
  /** Default: ours. */
  readonly env?: NodeJS.ProcessEnv;
  /** Told each line of stdout; one that it takes (returns true) is not kept for the error. */
  readonly onLine?: (line: string) => boolean;
  /** Ends the program. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a program to its end.
 * @returns what it wrote to stdout, its last lines
 * @throws Error with the program's last words, its status, or that it cannot be run; the signal's reason
 */
export function runTool(
  program: string,
  args: readonly string[],
  { cwd, env, onLine, signal }: RunToolOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, which is ended as a whole.
      detached: true,
      ...(cwd === undefined ? {} : { cwd }),
      ...(env === undefined ? {} : { env }),
    });
    const tail: string[] = [];
    const keep = (line: string): void => {
      tail.push(line.slice(0, LINE_MAX));
      if (tail.length > TAIL_LINES) tail.shift();
    };
    createInterface(child.stdout).on('line', (line) => {
      if (onLine?.(line) !== true) keep(line);
    });
    createInterface(child.stderr).on('line', keep);
    const stop = (): void => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
    };
    signal?.addEventListener('abort', stop, { once: true });
    child.once('error', (cause) =>
      reject(new Error(`cannot run ${program}: ${cause.message}`, { cause })),
    );
    child.once('close', (status, killedBy) => {
      signal?.removeEventListener('abort', stop);
      const said = tail.join('\n');
      if (signal?.aborted) reject(signal.reason as Error);
      else if (status === 0) resolve(said);
      else reject(new Error(`${program} ended with ${status ?? killedBy}:\n${said}`));
    });
  });
}
