/**
 * A QEMU process: spawned by us or found running. It knows processes, not the machine protocol.
 *
 * Spawned through util-linux: `setpriv --pdeathsig KILL` ties QEMU to this process (its death, kill -9
 * included, kills QEMU); `unshare --mount` gives it a mount namespace of its own, so that what is
 * mounted there for Plan 9 vanishes with it. Both exec, so the child's pid is QEMU's.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import type { Socket } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { HcsError } from '../hcs-error.ts';
import { KERNEL_LOG_FD } from './machine-arguments.ts';
import { identify, isAlive, type ProcessIdentity } from './record.ts';
import { BACKEND_LIFE_FD, besideBackend } from './vsock-backend.ts';

/** How much of QEMU's stderr is kept, its end. */
const STDERR_TAIL_BYTES = 8 * 1024;
/** How much of the kernel's log is kept, its end: a panic's text and the errors before it. */
const KERNEL_TAIL_CHARACTERS = 16 * 1024;
/** How long the end of stderr may follow the exit. */
const LAST_WORDS_MS = 20;
const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** How a process ended, as far as can be told: one that we did not spawn has neither. */
export interface ProcessExit {
  code?: number;
  signal?: string;
}

/** A running QEMU. */
export interface VmmProcess {
  readonly identity: ProcessIdentity;
  /** The owner's monitor; only the process that spawned QEMU has it. */
  readonly monitor: Socket | undefined;
  /** Settles when the process is gone. */
  readonly exited: Promise<ProcessExit>;
  /** The end of what it wrote to stderr. */
  stderrTail(): string;
  /** The end of what the guest's kernel wrote to its log's port; only the process that spawned QEMU has it. */
  kernelTail(): string;
  /** Settles when the vsock back end has ended; undefined where we started none. */
  readonly backendEnded: Promise<void> | undefined;
  /** SIGKILL. */
  kill(): void;
  /** Lets this process end, or go on, without QEMU: nothing of it is watched any more. */
  release(): void;
}

/** The program's path. @throws HcsError HCS_E_SERVICE_NOT_AVAILABLE */
export function findQemu(op: string, binary: string): string {
  const path = process.env['PATH'] ?? '';
  const candidates = binary.includes('/')
    ? [binary]
    : [...path.split(delimiter), ...SYSTEM_PATH.split(':')].map((dir) => join(dir, binary));
  for (const candidate of candidates) {
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // The next one.
    }
  }
  const Message =
    `${binary} is not on this host: install QEMU (Debian and Ubuntu: apt install qemu-system-x86), ` +
    'or name its path';
  throw new HcsError(op, 'HCS_E_SERVICE_NOT_AVAILABLE', [{ Message, Source: 'QEMU' }]);
}

/** qboot, which QEMU ships for its microvm machine; undefined where it is not installed. */
export function findFirmware(qemu: string): string | undefined {
  const share = join(dirname(qemu), '..', 'share');
  const candidates = [join(share, 'qemu', 'qboot.rom'), join(share, 'qboot', 'qboot.rom')];
  return candidates.find((path) => existsSync(path));
}

/** Starts QEMU. Returns at once; that it cannot be executed shows as its exit. */
export function spawnVmm(options: {
  binary: string;
  args: readonly string[];
  folder: string;
  dieWithOwner: boolean;
  ownMounts: boolean;
  /** A library to preload into QEMU (hcs/qemu/preload). */
  preload?: string;
  /** The vsock back end to run beside QEMU. */
  vsockBackend?: string;
}): VmmProcess {
  const line = [
    ...(options.dieWithOwner ? ['setpriv', '--pdeathsig', 'KILL', '--'] : []),
    ...(options.ownMounts ? ['unshare', '--mount', '--propagation', 'slave', '--'] : []),
    ...(options.vsockBackend === undefined ? [] : besideBackend(options.vsockBackend)),
    // By env, so that nothing else of the line has it.
    ...(options.preload === undefined ? [] : ['env', `LD_PRELOAD=${options.preload}`]),
    options.binary,
    ...options.args,
  ];
  const child = spawn(line[0] as string, line.slice(1), {
    cwd: options.folder,
    // No LANG: who looks for a locale's files on the way to QEMU, and QEMU itself, speaks to nobody.
    env: { PATH: SYSTEM_PATH },
    // Its own session: a Ctrl-C in our terminal is ours alone.
    detached: true,
    stdio: [
      ...(['ignore', 'ignore', 'pipe', 'pipe'] as const),
      options.vsockBackend === undefined ? 'ignore' : 'pipe',
      'pipe',
    ],
  });
  return new SpawnedVmm(child);
}

class SpawnedVmm implements VmmProcess {
  readonly identity: ProcessIdentity;
  readonly monitor: Socket;
  readonly exited: Promise<ProcessExit>;
  readonly backendEnded: Promise<void> | undefined;
  readonly #child: ChildProcess;
  #tail = '';
  #kernelTail = '';

  constructor(child: ChildProcess) {
    this.#child = child;
    this.monitor = child.stdio[3] as Socket;
    this.identity = identify(child.pid ?? 0) ?? { pid: child.pid ?? 0 };
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#tail = (this.#tail + text).slice(-STDERR_TAIL_BYTES);
    });
    const log = (child.stdio as readonly unknown[])[KERNEL_LOG_FD] as Socket;
    log.setEncoding('latin1').on('data', (text: string) => {
      this.#kernelTail = (this.#kernelTail + text).slice(-KERNEL_TAIL_CHARACTERS);
    });
    log.on('error', () => undefined);
    const life = child.stdio[BACKEND_LIFE_FD] as Socket | null | undefined;
    if (life) {
      life.resume().on('error', () => undefined);
      this.backendEnded = new Promise((resolve) => {
        life.once('close', () => resolve());
      });
    }
    const said = Promise.all(
      [child.stderr, log].map(
        (stream) => new Promise<void>((resolve) => void stream?.once('close', () => resolve())),
      ),
    );
    this.exited = new Promise((resolve) => {
      child.once('error', (error) => {
        this.#tail += error.message;
        resolve({});
      });
      child.once('exit', (code, signal) => {
        const exit: ProcessExit = {};
        if (code !== null) exit.code = code;
        if (signal !== null) exit.signal = signal;
        // Its last words are in the pipe by now; who else holds the pipe open is not waited for.
        const timer = setTimeout(() => resolve(exit), LAST_WORDS_MS);
        void said.then(() => {
          clearTimeout(timer);
          resolve(exit);
        });
      });
    });
  }

  stderrTail(): string {
    return this.#tail.trim();
  }

  kernelTail(): string {
    return this.#kernelTail.replaceAll('\r', '');
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  release(): void {
    this.#child.unref();
    this.#child.stderr?.destroy();
    this.monitor.destroy();
    for (const fd of [BACKEND_LIFE_FD, KERNEL_LOG_FD]) {
      (this.#child.stdio[fd] as Socket | null | undefined)?.destroy();
    }
  }
}

/** How often a process that is not our child is looked at, once its monitor closed. */
const GONE_POLL_MS = 5;

/**
 * A QEMU that another process spawned. It has no exit event of its own: `monitorClosed` says when to
 * look. A QEMU that closed its monitor and still runs is not gone.
 */
export function adoptVmm(identity: ProcessIdentity, monitorClosed: Promise<void>): VmmProcess {
  let released = false;
  const exited = monitorClosed.then(
    () =>
      new Promise<ProcessExit>((resolve) => {
        const look = (): void => {
          if (!isAlive(identity)) resolve({});
          else if (!released) setTimeout(look, GONE_POLL_MS);
        };
        look();
      }),
  );
  return {
    identity,
    monitor: undefined,
    exited,
    backendEnded: undefined,
    stderrTail: () => '',
    kernelTail: () => '',
    kill() {
      if (!isAlive(identity)) return;
      try {
        process.kill(identity.pid, 'SIGKILL');
      } catch {
        // It went between the look and the signal.
      }
    },
    release() {
      released = true;
    },
  };
}
