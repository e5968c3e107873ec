/**
 * The process of this host that stands for one process of the guest: `lcow-holder process` (runtime/holder). Its pid is
 * what callers are told; it has the stdio that they gave us, which the supervisor opens as `/proc/<pid>/fd/<n>`, and it
 * exits as the guest's process does. It is a child of ours that lives on, so the caller's subreaper gets its status.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { fstatSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { RuntimeError } from '../errors.ts';
import { hostBootId, isIdentityAlive } from '../ownership.ts';
import { holderProgram } from '../supervisor/holder-program.ts';
import { supervisorEnvironment } from '../supervisor/spawn-supervisor.ts';
import { supervisorProgram } from '../supervisor/supervisor-program.ts';
import type { ProcessName } from './record.ts';

/** Of the holder's control channel. */
const CONTROL_FD = 3;
const WORDS_BYTES_MAX = 16 * 1024;
/** Linux's major and minor of /dev/null. */
const NULL_DEVICE = (1 << 8) | 3;

export interface HostProcessOptions {
  /** The folder of the pod that the guest's process is in. */
  readonly podFolder: string;
  readonly socket: string;
  readonly id: string;
  /** Absent: the container's init. */
  readonly execId?: string;
  /** What `ps` shows. */
  readonly title: string;
  readonly network: 'host' | 'new' | { readonly path: string };
  readonly consoleSocket?: string;
  readonly where: { readonly run: string; readonly data: string };
}

/**
 * Whether our own streams can be opened anew by another process: pipes, terminals, /dev/null. A socket cannot, and of a
 * file it would not be the same place in it.
 */
export function canBeOpenedAnew(): boolean {
  return [0, 1, 2].every((fd) => {
    try {
      const stat = fstatSync(fd);
      return stat.isFIFO() || stat.isCharacterDevice();
    } catch {
      return true;
    }
  });
}

/** Whether our stdin is one that may have something to say. */
export function hasInput(): boolean {
  return !isNull(0);
}

/** Stdio of the Task API for a process whose streams a host process has. */
export interface ProcessStdio {
  readonly stdin: string;
  readonly stdout: string;
  readonly stderr: string;
}

export interface HostProcess {
  readonly pid: number;
  readonly name: ProcessName;
  readonly stdio: (terminal: boolean) => ProcessStdio;
  /** The guest's process exists: from now on this one waits for it, and outlives us. */
  confirm(): void;
  /** Its exit status, once it has ended. */
  readonly exited: Promise<number>;
  /** The process that it stands for will not be. Idempotent. */
  abandon(): Promise<void>;
}

/**
 * Starts it. Resolves once it stands: in its network namespace, its terminal handed over.
 * @throws RuntimeError with what it says of why not; nothing is left of it
 */
export async function startHostProcess(options: HostProcessOptions): Promise<HostProcess> {
  const op = `start the host process of container "${options.id}"`;
  const path = holderProgram();
  const { file, args, env } = supervisorProgram();
  const adopter = [file, ...args, '--pod', options.podFolder, '--adopt'];
  const child = spawn(path, [...holderArguments(options), '--', options.title, ...adopter], {
    cwd: '/',
    // A session of its own: signals of the terminal's group are passed on once, by us.
    detached: true,
    // What it gives to an adopter.
    env: { ...supervisorEnvironment(options), ...env },
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
  });
  const control = child.stdio[CONTROL_FD] as Socket;
  control.on('error', () => undefined);
  const exited = exitOf(child);
  exited.catch(() => undefined);
  const words = await firstLine(control, exited);
  const { pid } = child;
  if (words !== 'ready' || pid === undefined) {
    control.destroy();
    const said =
      words.replace(/^error: /, '') ||
      (await exited.then((code) => `it ended with ${code}`, String));
    throw new RuntimeError('unavailable', op, said);
  }
  return {
    pid,
    name: processName(pid),
    stdio: (terminal) => stdioOf(pid, terminal, options.consoleSocket !== undefined),
    confirm: () => {
      control.end('wait\n');
      control.unref();
      child.unref();
    },
    exited,
    abandon: async () => {
      control.destroy();
      child.kill('SIGKILL');
      await exited.catch(() => undefined);
    },
  };
}

function holderArguments(options: HostProcessOptions): string[] {
  const { socket, id, execId, network, consoleSocket } = options;
  return [
    'process',
    ...['--socket', socket, '--id', id],
    ...(execId === undefined ? [] : ['--exec', execId]),
    ...['--network', typeof network === 'string' ? network : network.path],
    ...(consoleSocket === undefined ? [] : ['--console-socket', consoleSocket]),
    ...['--control', String(CONTROL_FD)],
  ];
}

/** A process's streams; what leads to /dev/null is not asked of the guest. */
function stdioOf(pid: number, terminal: boolean, console: boolean): ProcessStdio {
  const uri = (fd: number): string => {
    return console || !isNull(fd) ? `process:${pid}/${fd}` : '';
  };
  return { stdin: uri(0), stdout: uri(1), stderr: terminal ? '' : uri(2) };
}

function isNull(fd: number): boolean {
  try {
    const stat = fstatSync(fd);
    return stat.isCharacterDevice() && stat.rdev === NULL_DEVICE;
  } catch {
    return true;
  }
}

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + signalNumber(signal)));
  });
}

function signalNumber(signal: NodeJS.Signals | null): number {
  return signal === 'SIGKILL' ? 9 : 15;
}

/** What it says first; empty when it ends without a word. */
async function firstLine(control: Socket, exited: Promise<number>): Promise<string> {
  const words = new Promise<string>((resolve) => {
    let text = '';
    control.setEncoding('utf8');
    control.on('data', (chunk: string) => {
      text = (text + chunk).slice(0, WORDS_BYTES_MAX);
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end));
    });
    control.on('close', () => resolve(text));
  });
  return Promise.race([
    words,
    exited.then(
      () => words,
      () => '',
    ),
  ]);
}

/** Names a process that runs, for good. */
export function processName(pid: number): ProcessName {
  return `${pid}.${startTimeOf(pid) ?? '0'}.${hostBootId()}`;
}

/** Its pid while it lives; 0 when it is gone. A zombie, which nobody reaped yet, is gone. */
export function livePid(name: ProcessName | undefined): number {
  if (name === undefined || !isIdentityAlive(name)) return 0;
  const pid = Number(name.split('.')[0]);
  return statOf(pid)?.state === 'Z' ? 0 : pid;
}

/** Ends it. One that is gone, or whose number another process has, is left alone. */
export function killProcess(name: ProcessName | undefined): void {
  const pid = livePid(name);
  if (pid === 0) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It went by itself.
  }
}

function startTimeOf(pid: number): string | undefined {
  return statOf(pid)?.start;
}

function statOf(pid: number): { state: string; start: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', start: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}
