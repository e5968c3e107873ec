/**
 * A supervisor that waits for its pod: everything is loaded, its VM runs and has run a container, its socket can be
 * taken (claim.ts). The claim tells it a pod, and it becomes that pod's supervisor.
 *
 *   lowered ─▶ VM made ─▶ raised, free ─▶ claimed ─▶ the pod's supervisor, nothing of the pool's any more
 *                 └──────────┴─▶ the daemon ends or dies: it ends, with its VM
 */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { withDeadline } from '../deadline.ts';
import type { Directories } from '../directories.ts';
import { messageOf, RuntimeError } from '../errors.ts';
import { loadHostService } from '../host-service.ts';
import { ownedName } from '../ownership.ts';
import type { HostParts, OpenPodOptions } from '../supervisor/open-pod.ts';
import { podFolder, readPodRecord } from '../supervisor/pod-folder.ts';
import { READY } from '../supervisor/readiness.ts';
import { type SupervisorLog, supervisorLogger } from '../supervisor/supervisor-log.ts';
import { collectGarbage } from '../supervisor/idle-collection.ts';
import { preparePeerCheck } from '../ttrpc/peer-credentials.ts';
import { listenOnSocket, type ServerSocket } from '../ttrpc/server-socket.ts';
import { lookOf, sameFiles } from './boot-files-look.ts';
import {
  CHANNEL_FD,
  type ParkedArguments,
  type ParkedMessage,
  readLines,
  writeLine,
} from './parked-channel.ts';
import { type MadeVm, parkVm } from './park-vm.ts';
import { freeFolder, parkedName, parkedVmFolder, poolLog } from './pool-folder.ts';
import { poolKey, poolShapeOf, type PoolShape } from './pool-shape.ts';
import { setOomScore } from './oom-score.ts';
import { childrenOf, lowerPriority, memoryOf } from './priority.ts';

/** From a claimer's connection to its words. */
const WORDS_MS = 5000;

/** What the supervisor's entry gives. */
export interface ParkedHost {
  /** Where what this process says goes from now on. */
  onLog(log: SupervisorLog): void;
  /** As a new process would: until the pod has ended. `answer` is called when it serves. */
  supervise(folder: string, claimed: ClaimedBy): Promise<void>;
}

export interface ClaimedBy {
  readonly parked: NonNullable<OpenPodOptions['parked']>;
  /** To be called when it serves. */
  readonly answer: () => void;
  /** The control channel of the holder that took it, of a pod of containerd's. */
  readonly holder?: Socket;
}

/** @param text ParkedArguments as JSON */
export async function runParked(text: string, host: ParkedHost): Promise<number> {
  const parked = new Parked(JSON.parse(text) as ParkedArguments, host);
  process.title = 'lcow-supervisor --parked';
  return parked.run();
}

class Parked {
  readonly #where: Directories;
  readonly #shape: PoolShape;
  readonly #key: string;
  readonly #vm: string;
  readonly #images: ParkedArguments['images'];
  readonly #host: ParkedHost;
  readonly #channel = new Socket({ fd: CHANNEL_FD, readable: true, writable: true });
  readonly #log: SupervisorLog;
  readonly #owner = ownedName();
  /** The daemon is gone, or wants this to end. */
  readonly #over = new AbortController();
  readonly #end = (): void => this.#over.abort(new Error('the pool ends'));

  constructor({ where, shape, key, vm, images }: ParkedArguments, host: ParkedHost) {
    this.#where = where;
    this.#shape = shape as PoolShape;
    this.#key = key;
    this.#vm = vm;
    this.#images = images;
    this.#host = host;
    const log = supervisorLogger(poolLog(where));
    this.#log = (line, level) => log(`parked ${process.pid}: ${line}`, level);
    host.onLog(this.#log);
    this.#channel.resume().on('error', this.#end).on('end', this.#end).on('close', this.#end);
    process.on('SIGTERM', this.#end);
  }

  async run(): Promise<number> {
    let made: MadeVm | undefined;
    try {
      const raise = lowerPriority();
      const parts = await this.#load();
      const files = lookOf(parts.bootFiles);
      made = await this.#make(parts);
      await preparePeerCheck();
      collectGarbage();
      raise(childrenOf());
      const claim = await this.#claimed(made);
      if (claim === undefined) return 0;
      return await this.#serve(claim, made, parts, () => sameFiles(files));
    } catch (error) {
      if (this.#over.signal.aborted) return 0;
      this.#log(`it ends: ${messageOf(error)}`, 'error');
      this.#say({ failed: messageOf(error) });
      return 1;
    } finally {
      // Of a VM that became a pod's: it has ended.
      await made?.parked.vm[Symbol.asyncDispose]().catch(() => undefined);
      made?.parked.roots.discard();
    }
  }

  async #load(): Promise<HostParts> {
    const [{ hostParts }] = await Promise.all([
      import('../supervisor/open-pod.ts'),
      import('../supervisor/serve-pod.ts'),
      loadHostService(),
    ]);
    return hostParts(this.#where, { shape: this.#shape });
  }

  async #make(parts: HostParts): Promise<MadeVm> {
    const folder = parkedVmFolder(this.#where);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return parkVm({
      ...{ where: this.#where, shape: this.#shape, images: this.#images, parts },
      id: this.#vm,
      directory: join(folder, this.#owner),
      log: (line) => this.#log(line, 'warning'),
      signal: this.#over.signal,
    });
  }

  /** Waits for who takes it. Undefined: it is to end. */
  async #claimed({ parked: { vm } }: MadeVm): Promise<Claim | undefined> {
    const { signal } = this.#over;
    const path = join(freeFolder(this.#where), parkedName(this.#key, this.#owner));
    let arrived!: (socket: Socket) => void;
    const arrival = new Promise<Socket>((resolve) => {
      arrived = resolve;
    });
    // Dialled before it is free by nobody: its folder has no name that anybody knows.
    const socket: ServerSocket = await listenOnSocket(
      join(parkedVmFolder(this.#where), this.#owner, 'claim.sock'),
      {
        accept: (connection) => {
          // The first is the claimer; there is no other, but for who dials what is not theirs.
          void socket.close();
          arrived(connection);
        },
        refused: (error) => this.#log(error.message, 'warning'),
      },
    );
    renameSync(socket.path, path);
    const aborted = new Promise<undefined>((resolve) => {
      if (signal.aborted) resolve(undefined);
      signal.addEventListener('abort', () => resolve(undefined), { once: true });
    });
    this.#say({ free: true, memoryBytes: memoryOf([process.pid, ...childrenOf()]) });
    try {
      const ended = vm.exited.then(() => 'ended' as const);
      const who = await Promise.race([arrival, aborted, ended]);
      if (who === 'ended') throw new Error('its VM ended');
      return who === undefined ? undefined : new Claim(who);
    } finally {
      rmSync(path, { force: true });
      await socket.close();
    }
  }

  async #serve(
    claim: Claim,
    { parked, recorded }: MadeVm,
    parts: HostParts,
    isCurrent: () => boolean,
  ): Promise<number> {
    const { pod, holder, oomScore } = await claim.words();
    if (this.#over.signal.aborted) return 0;
    const folder = podFolder(this.#where, pod);
    this.#say({ claiming: pod });
    void recorded.then(() => this.#leave(pod));
    try {
      this.#check(folder, pod, isCurrent);
      if (oomScore !== undefined) setOomScore([process.pid, ...childrenOf()], oomScore);
      await this.#host.supervise(folder, {
        parked: { vm: parked, parts },
        answer: () => claim.answer(),
        ...(holder === undefined ? {} : { holder }),
      });
      return 0;
    } catch (error) {
      claim.refuse(messageOf(error));
      throw error;
    }
  }

  /** What would make a pod other than it was asked to be. @throws RuntimeError invalid-state */
  #check(folder: string, pod: string, isCurrent: () => boolean): void {
    const op = `be the supervisor of pod "${pod}"`;
    const record = readPodRecord(folder);
    if (record === undefined) throw new RuntimeError('not-found', op, 'it has no pod.json');
    if (poolKey(poolShapeOf(record.shape)) !== this.#key) {
      throw new RuntimeError('invalid-state', op, 'its VM is of another shape');
    }
    if (!isCurrent()) {
      throw new RuntimeError(
        'invalid-state',
        op,
        'the boot files were replaced since it was parked',
      );
    }
  }

  /** From now on nothing that happens to the daemon is of any matter here. */
  #leave(pod: string): void {
    this.#say({ claimed: pod });
    this.#channel.removeAllListeners();
    this.#channel.on('error', () => undefined);
    this.#channel.end();
    this.#channel.unref();
    process.removeListener('SIGTERM', this.#end);
  }

  #say(message: ParkedMessage): void {
    writeLine(this.#channel, message);
  }
}

/** What who took this says. */
interface ClaimWords {
  readonly pod: string;
  /** A holder's connection stays: it is the control channel. */
  readonly holder?: Socket;
  /** What a process that the holder started would have inherited. */
  readonly oomScore?: number;
}

/** The connection of who took this. */
class Claim {
  readonly #socket: Socket;
  #isHolder = false;
  #told = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', () => undefined);
  }

  /** @throws RuntimeError when nothing is said in time, or something else */
  async words(): Promise<ClaimWords> {
    const op = 'be claimed';
    const socket = this.#socket;
    const said = new Promise<ClaimWords>((resolve, reject) => {
      readLines(socket, ({ pod, holder, oomScoreAdj }) => {
        if (typeof pod !== 'string') {
          reject(new RuntimeError('invalid-argument', op, 'no pod was named'));
          return;
        }
        this.#isHolder = holder === true;
        // What else comes is for who reads the control channel: nothing before it has asked.
        socket.removeAllListeners('data');
        resolve({
          pod,
          ...(this.#isHolder ? { holder: socket } : {}),
          ...(Number.isInteger(oomScoreAdj) ? { oomScore: Number(oomScoreAdj) } : {}),
        });
      });
      socket.on('close', () => reject(new RuntimeError('cancelled', op, 'the claimer has gone')));
    });
    return withDeadline(op, said, WORDS_MS);
  }

  answer(): void {
    this.#told = true;
    if (this.#isHolder) writeLine(this.#socket, { claimed: true });
    else this.#socket.end(READY);
  }

  refuse(why: string): void {
    if (this.#told) return;
    this.#told = true;
    this.#socket.end(`${JSON.stringify({ why })}\n`);
  }
}
