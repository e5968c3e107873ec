/**
 * A host of its own for a test: data and run folders in a temporary one, `lcow` as a command in it, and a look at
 * what was left behind: processes, mounts, sockets, files.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from './repository-root.ts';
import { provideTemplate } from './shared-template.ts';

export interface Finished {
  /** Exit status, or 128 + signal. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Resolves when stdout or stderr has shown the text; rejects when the command ends without it. */
  shows(text: string): Promise<void>;
}

export class LcowHost implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'lcow-test-'));
  readonly data = join(this.folder, 'data');
  readonly run = join(this.folder, 'run');
  readonly env: NodeJS.ProcessEnv;

  /** Whose VMs are clones, since the boot is not what is tested: harness/shared-template.ts. */
  static withTemplate(): LcowHost {
    const host = new LcowHost();
    provideTemplate(host.data);
    return host;
  }

  constructor(env: NodeJS.ProcessEnv = {}) {
    const { NODE_EXTRA_CA_CERTS: _slow, ...inherited } = process.env;
    this.env = { ...inherited, LCOW_DATA: this.data, LCOW_RUN: this.run, NO_COLOR: '1', ...env };
  }

  /** The OCI layout that set-up built from the distribution's busybox. */
  readonly busybox = join(repositoryRoot(), 'build/images/busybox');

  /** Runs `lcow` to its end, which must be status 0. @returns stdout without its last newline */
  async ok(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.lcow(...args);
    if (code !== 0) throw new Error(`lcow ${args.join(' ')} exited ${code}: ${stderr}`);
    return stdout.replace(/\n$/, '');
  }

  /** Runs `lcow` to its end. */
  async lcow(...args: string[]): Promise<Finished> {
    return this.start(args).finished;
  }

  /** Starts `lcow`; `input` is its stdin, absent for none. */
  start(
    args: readonly string[],
    options: { input?: Buffer | 'open'; env?: NodeJS.ProcessEnv } = {},
  ): RunningCommand {
    const child = spawn(join(repositoryRoot(), 'bin/lcow'), args, {
      env: { ...this.env, ...options.env },
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    if (Buffer.isBuffer(options.input)) child.stdin?.end(options.input);
    child.stdin?.on('error', () => {});
    return watch(child);
  }

  /** Kills the pods' supervisors, each with -9. @returns how many */
  killSupervisors(): number {
    const found = processesOf(this.folder).filter((line) => / lcow-supervisor /.test(line));
    for (const line of found) process.kill(Number(line.split(' ')[0]), 'SIGKILL');
    return found.length;
  }

  /** Kills the supervisor of the pod whose folder this is, with -9. @returns whether there is one */
  killSupervisorOf(folder: string): boolean {
    const found = processesOf(folder).find((line) => / lcow-supervisor /.test(line));
    if (found !== undefined) process.kill(Number(found.split(' ')[0]), 'SIGKILL');
    return found !== undefined;
  }

  /** Kills the VMMs, each with -9. @returns how many */
  killVmms(): number {
    const found = processesOf(this.folder).filter((line) => line.includes('qemu-system'));
    for (const line of found) process.kill(Number(line.split(' ')[0]), 'SIGKILL');
    return found.length;
  }

  /** Resolves when a supervisor's log, which has its timeline under --debug, shows the text. */
  async supervisorShows(text: string): Promise<void> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const logs = filesUnder(join(this.run, 'pod')).filter((path) =>
        path.endsWith('supervisor.log'),
      );
      if (logs.some((path) => readIfThere(path).includes(text))) return;
      if (Date.now() > deadline) throw new Error(`no supervisor says "${text}"`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** What is left of everything that was started here; each entry says what and where. */
  leftovers(): string[] {
    return [
      ...processesOf(this.folder).map((line) => `process ${line}`),
      ...mountsOf(this.folder).map((line) => `mount ${line}`),
      ...filesUnder(this.run)
        // What happened stays told.
        .filter((path) => !/events\.jsonl(\.1)?$/.test(path))
        .map((path) => `file ${path}`),
      ...filesUnder(join(this.data, 'container')).map((path) => `file ${path}`),
      ...filesUnder(join(this.data, 'name')).map((path) => `file ${path}`),
      ...filesUnder(join(this.data, 'scratch')).map((path) => `file ${path}`),
      ...filesUnder(this.data)
        .filter((path) => /\.tmp|\.partial|temporary/.test(path))
        .map((path) => `file ${path}`),
    ];
  }

  /** leftovers() once the processes that are being reaped are gone, or after 5 s what there is. */
  async settledLeftovers(): Promise<string[]> {
    const deadline = Date.now() + 5000;
    for (;;) {
      const left = this.leftovers();
      if (left.length === 0 || Date.now() > deadline) return left;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const line of processesOf(this.folder))
      process.kill(Number(line.split(' ')[0]), 'SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Follows a command that was spawned with its output in pipes. */
export function watch(child: ChildProcess): RunningCommand {
  let stdout = '';
  let stderr = '';
  const waiting = new Set<() => void>();
  const look = (): void => {
    for (const check of [...waiting]) check();
  };
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('latin1');
    look();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('latin1');
    look();
  });
  let ended = false;
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      ended = true;
      look();
      resolve({ code: code ?? 128 + signalNumber(signal), stdout, stderr });
    });
  });
  return {
    child,
    finished,
    shows: (text) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          const shown = stdout.includes(text) || stderr.includes(text);
          if (!shown && !ended) return;
          waiting.delete(check);
          if (shown) resolve();
          else reject(new Error(`it ended without "${text}": ${stdout}${stderr}`));
        };
        waiting.add(check);
        check();
      }),
  };
}

const SIGNALS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGKILL: 9,
  SIGPIPE: 13,
  SIGTERM: 15,
};

function signalNumber(signal: string | null): number {
  return SIGNALS[signal ?? ''] ?? 0;
}

/** "pid command" of every live process whose command line, environment or working folder names the folder. */
export function processesOf(folder: string): string[] {
  const found: string[] = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (Number(pid) === process.pid) continue;
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
      const names =
        command.includes(folder) ||
        environment.includes(`LCOW_RUN=${folder}`) ||
        readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
      if (names && readlinkSync(`/proc/${pid}/exe`) !== '')
        found.push(`${pid} ${command.slice(0, 120)}`);
    } catch {
      // It is gone, or a zombie that its parent will reap.
    }
  }
  return found;
}

function mountsOf(folder: string): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(folder));
}

/** Files and sockets below a folder; the accelerator's remembered answer and the events may stay. */
export function filesUnder(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((path) => !statSync(path, { throwIfNoEntry: false })?.isDirectory())
      .filter((path) => !path.endsWith('.execution.json') && !/events\.jsonl(\.1)?$/.test(path));
  } catch {
    return [];
  }
}
