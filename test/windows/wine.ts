/**
 * Wine, and a Windows of our own in it: build/windows/prefix. Makes what is missing; the second time nothing is.
 *
 * What Wine 8 needs to be told was found by trying: without "win10" Node refuses to start; standard output and error
 * must be files, for Node cannot read Wine's idea of a pipe that Linux made.
 */
import { execFile, spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from '../harness/repository-root.ts';

const run = promisify(execFile);

/** Debian's names, and the program that each one is there for. */
const PACKAGES = {
  wine64: '/usr/lib/wine/wine64',
  'gcc-mingw-w64-x86-64-posix': '/usr/bin/x86_64-w64-mingw32-gcc-posix',
  'mingw-w64-x86-64-dev': '/usr/share/mingw-w64/include/windows.h',
};
const WINE = PACKAGES.wine64;
export const WINESERVER = '/usr/lib/wine/wineserver64';
/** The server goes this long after its last program; starting it costs seconds. */
const SERVER_SECONDS = 10;
/** What Wine says where its server goes before the program's first thread has a number. */
const LEFT_BEFORE_START = 'wine client error:0: ';
const ATTEMPTS = 3;
const LOOK_MS = 2000;
const LOOKS_AT_A_ZOMBIE = 3;
/** A first start makes hundreds of files. */
const BOOT_TIMEOUT_MS = 300_000;

/** Everything that this makes. */
export function windowsFolder(): string {
  return join(repositoryRoot(), 'build', 'windows');
}

/** Wine's own folder: its drives are in it. */
export function winePrefix(): string {
  return join(windowsFolder(), 'prefix');
}

/** Installs Wine and mingw. @throws Error where that cannot be done, with what to do */
export async function installWine(say: (text: string) => void): Promise<void> {
  const missing = Object.entries(PACKAGES).filter(([, file]) => !existsSync(file));
  if (missing.length === 0) return;
  const names = missing.map(([name]) => name);
  const install = ['install', '-y', '-q', '--no-install-recommends', ...names];
  if (!existsSync('/usr/bin/apt-get') || process.getuid?.() !== 0) {
    throw new Error(`missing: ${names.join(' ')}; as root: apt-get ${install.join(' ')}`);
  }
  say(`apt-get ${install.join(' ')} (some 200 MB)`);
  const options = {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    maxBuffer: 1 << 26,
  };
  await run('apt-get', install, options).catch(async () => {
    await run('apt-get', ['update', '-q'], options);
    await run('apt-get', install, options);
  });
}

/** Makes the prefix: a Windows 10. */
export async function makePrefix(say: (text: string) => void): Promise<void> {
  await mkdir(windowsFolder(), { recursive: true });
  // Written last.
  const done = join(winePrefix(), '.lcow-windows-10');
  if (!existsSync(done)) {
    say(`a Windows for Wine in ${winePrefix()}`);
    const key = 'HKEY_CURRENT_USER\\Software\\Wine';
    for (const args of [
      ['wineboot', '-i'],
      ['reg', 'add', key, '/v', 'Version', '/d', 'win10', '/f'],
    ]) {
      const output = join(windowsFolder(), `${args[0]}.txt`);
      const code = await runWine(args, { output, timeoutMs: BOOT_TIMEOUT_MS });
      if (code !== 0) {
        throw new Error(
          `wine ${args.join(' ')} ended with ${code}: ${readFileSync(output, 'utf8')}`,
        );
      }
    }
    await run('touch', [done]);
  }
  await startServer();
}

/** It may run already. It keeps what it inherits, so it inherits nothing. */
async function startServer(): Promise<void> {
  const server = spawn(WINESERVER, [`-p${SERVER_SECONDS}`], {
    env: wineEnvironment(),
    stdio: 'ignore',
  });
  await once(server, 'exit');
}

/** Puts libraries where Windows looks for its own. */
export async function installLibraries(folder: string): Promise<void> {
  const system = join(winePrefix(), 'drive_c', 'windows', 'system32');
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.dll'))) {
    const [from, to] = [join(folder, name), join(system, name)];
    const same = existsSync(to) && (await readFile(to)).equals(await readFile(from));
    if (same) continue;
    // A program that has the old one goes on with it.
    const draft = `${to}.${process.pid}`;
    await copyFile(from, draft);
    await rename(draft, to);
  }
}

/** How a program is run. */
export interface WineOptions {
  /** The file of its standard output and error. */
  output: string;
  /** The file of its standard error, where that is not to be the same. */
  errors?: string;
  timeoutMs?: number;
  /** Beside this process' own. */
  env?: Record<string, string>;
}

/**
 * Runs a Windows program to its end; its working folder is the checkout. One that Wine's server left before its first
 * thread had a number has run nothing, and is started again.
 * @returns the exit code; 137 where it was killed, at its deadline too
 */
export async function runWine(args: readonly string[], options: WineOptions): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const code = await runOnce(args, options);
    const errors = code === 0 ? '' : readFileSync(options.errors ?? options.output, 'latin1');
    if (attempt === ATTEMPTS || !errors.startsWith(LEFT_BEFORE_START)) return code;
    process.stdout.write(`     ${args[0]}: once more, for ${errors.trim()}\n`);
    await startServer();
  }
}

function runOnce(args: readonly string[], options: WineOptions): Promise<number> {
  const out = openSync(options.output, 'w');
  const errors = options.errors === undefined ? out : openSync(options.errors, 'w');
  const spawned: SpawnOptions = {
    cwd: repositoryRoot(),
    detached: true,
    env: { ...wineEnvironment(), ...options.env },
    stdio: ['ignore', out, errors],
  };
  const child = spawn(WINE, [...args], spawned);
  closeSync(out);
  if (errors !== out) closeSync(errors);
  const kill = (): void => {
    try {
      process.kill(-(child.pid ?? 0), 'SIGKILL');
    } catch {
      // It has ended.
    }
  };
  const timer = setTimeout(kill, options.timeoutMs ?? 600_000);
  const watch = killWhenMainThreadIsGone(child.pid ?? 0, kill);
  return new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      clearInterval(watch);
      resolve(code ?? (signal === null ? 1 : 137));
    });
  });
}

/**
 * A program whose main thread faulted inside of Wine stays where its other threads wait for that thread, without an end:
 * a zombie of which threads are left, which a program that ends is for a moment.
 */
function killWhenMainThreadIsGone(pid: number, kill: () => void): NodeJS.Timeout {
  let looks = 0;
  const timer = setInterval(() => {
    looks = mainThreadIsGone(pid) ? looks + 1 : 0;
    if (looks === LOOKS_AT_A_ZOMBIE) kill();
  }, LOOK_MS);
  return timer.unref();
}

function mainThreadIsGone(pid: number): boolean {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

function wineEnvironment(): NodeJS.ProcessEnv {
  // The certificate file's name means nothing to a Windows program.
  const { NODE_EXTRA_CA_CERTS: _unused, ...env } = process.env;
  // No mono, no HTML engine, no menus; no debugger, which would keep a program that faulted until its deadline.
  const overrides = 'mscoree=;mshtml=;winemenubuilder.exe=;winedbg.exe=';
  return { ...env, WINEPREFIX: winePrefix(), WINEDEBUG: '-all', WINEDLLOVERRIDES: overrides };
}
