/**
 * Starts a parked supervisor as a process of its own, which outlives this one once it is a pod's, and sees to it that
 * nothing of one that ends before is left: its VM, its sockets.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readdirSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { Directories } from '../directories.ts';
import { endSystem } from '../host-service.ts';
import { DataFolder } from '../image/data-folder.ts';
import { startTimeOf } from '../ownership.ts';
import { sweepTemporaryFiles } from '../rootfs/temporary-file.ts';
import { podFolder } from '../supervisor/pod-folder.ts';
import { podVmId } from '../supervisor/pod-vm.ts';
import { PARKED_ROLE } from '../supervisor/readiness.ts';
import { supervisorEnvironment } from '../supervisor/spawn-supervisor.ts';
import { supervisorProgram } from '../supervisor/supervisor-program.ts';
import { CHANNEL_FD, type ParkedArguments, readLines } from './parked-channel.ts';
import type { ParkedProcess } from './pool.ts';
import { freeFolder, ownerOf, parkedVmFolder, poolLog } from './pool-folder.ts';
import type { PoolShape } from './pool-shape.ts';

/** So long whoever renamed its socket has to dial it. */
const UNCLAIMED_MS = 5000;
/** Of a VM's name; no pod's id begins so, for pods' are containers' or people's. */
const VM_PREFIX = 'parked-';

export interface ParkOptions {
  readonly where: Directories;
  readonly shape: PoolShape;
  readonly key: string;
  readonly images: ParkedArguments['images'];
  /** Default: of this process. */
  readonly env?: NodeJS.ProcessEnv;
}

/** One whose socket somebody may have taken: looked at when the folder changes. */
export interface WatchedProcess extends ParkedProcess {
  /** Its socket is free no more. Ends it, if nobody comes. */
  lookWhetherTaken(): void;
}

export function startParked({ where, shape, key, images, env }: ParkOptions): WatchedProcess {
  const vm = `${VM_PREFIX}${randomBytes(8).toString('hex')}`;
  const program = supervisorProgram();
  const given: ParkedArguments = { where, shape, key, images, vm };
  const log = openSync(poolLog(where), 'a', 0o600);
  let child: ReturnType<typeof spawn>;
  try {
    child = spawn(program.file, [...program.args.map(eager), PARKED_ROLE, JSON.stringify(given)], {
      cwd: '/',
      detached: true,
      env: {
        ...supervisorEnvironment(env === undefined ? { where } : { where, env }),
        ...program.env,
      },
      stdio: ['ignore', 'ignore', log, 'pipe'],
    });
  } finally {
    closeSync(log);
  }
  return new Watched(child, where, vm);
}

/** Compiled ahead: there is time now, and none once it is claimed. */
function eager(flag: string): string {
  return flag === '--max-lazy' ? '--no-lazy' : flag;
}

class Watched implements WatchedProcess {
  readonly pid: number;
  readonly free: Promise<number>;
  readonly claiming: Promise<void>;
  readonly claimed: Promise<void>;
  readonly over: Promise<void>;
  readonly #child: ReturnType<typeof spawn>;
  readonly #channel: Socket;
  readonly #where: Directories;
  readonly #owner: string;
  #isFree = false;
  #pod: string | undefined;
  #unclaimed: NodeJS.Timeout | undefined;

  constructor(child: ReturnType<typeof spawn>, where: Directories, vm: string) {
    this.#child = child;
    this.#where = where;
    this.#channel = child.stdio[CHANNEL_FD] as Socket;
    this.pid = child.pid ?? 0;
    this.#owner = `${this.pid}.${startTimeOf(this.pid) ?? '0'}-`;
    let why = '';
    let settleFree: (memoryBytes: number) => void = () => undefined;
    let settleClaiming: () => void = () => undefined;
    let settleClaimed: () => void = () => undefined;
    let failFree: (error: Error) => void = () => undefined;
    this.free = new Promise((resolve, reject) => {
      settleFree = resolve;
      failFree = reject;
    });
    this.free.catch(() => undefined);
    this.claiming = new Promise((resolve) => {
      settleClaiming = resolve;
    });
    this.claimed = new Promise((resolve) => {
      settleClaimed = resolve;
    });
    this.#channel.on('error', () => undefined);
    readLines(this.#channel, (message) => {
      if (message['free'] === true) {
        this.#isFree = true;
        settleFree(Number(message['memoryBytes']) || 0);
        this.lookWhetherTaken();
      }
      if (typeof message['claiming'] === 'string') {
        this.#pod = message['claiming'];
        clearTimeout(this.#unclaimed);
        settleClaiming();
      }
      if (typeof message['claimed'] === 'string') settleClaimed();
      if (typeof message['failed'] === 'string') why = message['failed'];
    });
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(`it ended (${code ?? signal})`));
    });
    const gone = ended.then(async (how) => {
      failFree(new Error(why || how));
      clearTimeout(this.#unclaimed);
      this.#channel.destroy();
      await this.#cleanUp(vm);
    });
    this.over = Promise.race([gone, this.claimed]).then(
      () => undefined,
      () => undefined,
    );
    // A pod's goes on when this process has ended.
    void this.claimed.then(() => {
      child.unref();
      this.#channel.destroy();
    });
  }

  lookWhetherTaken(): void {
    if (!this.#isFree || this.#pod !== undefined || this.#unclaimed !== undefined) return;
    if (this.#files(freeFolder(this.#where)).length > 0) return;
    this.#unclaimed = setTimeout(() => this.end(), UNCLAIMED_MS);
  }

  end(): void {
    this.#channel.end();
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** What it could not take away itself. A VM that a pod has by now is the pod's. */
  async #cleanUp(vm: string): Promise<void> {
    const { run } = this.#where;
    // A root's disk that nobody took (mount-ahead.ts).
    sweepTemporaryFiles(new DataFolder(this.#where.data).temporary);
    for (const folder of [freeFolder({ run }), parkedVmFolder({ run })]) {
      for (const path of this.#files(folder)) rmSync(path, { recursive: true, force: true });
    }
    if (this.#pod !== undefined && podVmId(podFolder(this.#where, this.#pod)) === vm) return;
    await endSystem(this.#where, vm).catch(() => undefined);
  }

  #files(folder: string): string[] {
    const isIts = (name: string): boolean => (ownerOf(name) ?? name).startsWith(this.#owner);
    try {
      return readdirSync(folder)
        .filter(isIts)
        .map((name) => join(folder, name));
    } catch {
      return [];
    }
  }
}
