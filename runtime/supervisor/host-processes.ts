/**
 * The processes of the host that stand for a pod's: who makes them. A holder's (Linux, pods of containerd); numbers that
 * are made up (Windows, pods of containerd); for a container of an OCI caller the one that the caller made, which
 * Create's options name. For others there are none.
 */
import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs/minimal.js';
import { messageOf, RuntimeError } from '../errors.ts';
import type {
  HeldProcess,
  HostProcesses,
  HostProcessKey,
  HostProcessRequest,
} from '../task/host-process.ts';

/** Create's options of an OCI caller. */
export const OCI_CREATE_OPTIONS_TYPE = 'lcow.oci.v1.CreateOptions';
/** Below are pids of services that callers may take for them. */
const FIRST_MADE_UP = 100_000;

export interface HostProcessesOptions {
  /** Where there is one. */
  readonly holder?: HostProcesses;
  /** The pod is containerd's. */
  readonly containerd: boolean;
  readonly platform?: NodeJS.Platform;
}

export function hostProcesses(options: HostProcessesOptions): HostProcesses {
  const { holder, containerd, platform = process.platform } = options;
  const others = holder ?? (containerd && platform === 'win32' ? new MadeUp() : undefined);
  return new CallersProcesses(others);
}

/** Those that callers name; the rest are others'. */
class CallersProcesses implements HostProcesses {
  readonly #others: HostProcesses | undefined;
  /** Containers with a process of their caller's. */
  readonly #named = new Set<string>();

  constructor(others: HostProcesses | undefined) {
    this.#others = others;
  }

  async hold(request: HostProcessRequest): Promise<{ readonly pid: number } | undefined> {
    const { containerId, execId, options } = request;
    const pid = namedPid(`create container "${containerId}"`, options);
    if (pid !== undefined) {
      this.#named.add(containerId);
      return { pid };
    }
    if (execId !== '' && this.#named.has(containerId)) return undefined;
    return this.#others?.hold(request);
  }

  async release(containerId: string, execId: string): Promise<void> {
    if (!this.#named.has(containerId)) await this.#others?.release(containerId, execId);
    else if (execId === '') this.#named.delete(containerId);
  }

  async adopt(held: readonly HeldProcess[]): Promise<readonly HostProcessKey[]> {
    for (const { containerId, options } of held) {
      if (options?.typeUrl === OCI_CREATE_OPTIONS_TYPE) this.#named.add(containerId);
    }
    const isNamed = ({ containerId }: HeldProcess): boolean => this.#named.has(containerId);
    const gone = held.filter((each) => isNamed(each) && !isRunning(each.pid));
    const others = await this.#others?.adopt(held.filter((each) => !isNamed(each)));
    return [...gone, ...(others ?? [])];
  }

  /** Of one that its caller made the end of its own connection tells (task-ttrpc.ts). */
  onKilled(call: (process: HostProcessKey) => void): void {
    this.#others?.onKilled(call);
  }
}

/** Numbers by which a process can be told from others, on a host that has no process to show for it. */
class MadeUp implements HostProcesses {
  #next = FIRST_MADE_UP;

  async hold(): Promise<{ pid: number }> {
    const pid = this.#next;
    this.#next += 1;
    return { pid };
  }

  async release(): Promise<void> {
    // There is nothing.
  }

  async adopt(held: readonly HeldProcess[]): Promise<HostProcessKey[]> {
    for (const { pid } of held) this.#next = Math.max(this.#next, pid + 1);
    return [];
  }

  onKilled(): void {
    // Nobody can.
  }
}

/** A zombie is none that runs: nobody has reaped it yet. */
function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

/** `lcow.oci.v1.CreateOptions { uint32 host_pid = 1; }` @throws Error where it is none */
function decodeHostPid(bytes: Uint8Array): number {
  const reader = protobuf.Reader.create(bytes);
  let pid = 0;
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === 8) pid = reader.uint32();
    else reader.skipType(tag & 7);
  }
  return pid;
}

/** @throws RuntimeError invalid-argument, naming the field */
function namedPid(op: string, options: HostProcessRequest['options']): number | undefined {
  if (options?.typeUrl !== OCI_CREATE_OPTIONS_TYPE) return undefined;
  let pid: number;
  try {
    pid = decodeHostPid(options.value);
  } catch (error) {
    throw new RuntimeError('invalid-argument', op, `its options: ${messageOf(error)}`);
  }
  try {
    // 0 and 1 are no process of a caller's.
    if (pid < 2) throw new Error('it must be the process that stands for the container');
    process.kill(pid, 0);
  } catch (error) {
    const what = `options.host_pid is ${pid}: ${messageOf(error)}`;
    throw new RuntimeError('invalid-argument', op, what, { cause: error });
  }
  return pid;
}
