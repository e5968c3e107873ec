/**
 * A container in a pod's VM: its root filesystem, its init process, its execs, and its end. The pod made it
 * (pod.ts); what it does follows the table in state.ts.
 */
import { RuntimeError } from '../errors.ts';
import type { AgentChannel } from '../guest/agent-channel.ts';
import { METHODS } from '../guest/methods.ts';
import type { Scope } from '../scope.ts';
import type { UtilityVm } from '../uvm/utility-vm.ts';
import { type ContainerProcess, startExec, type StdioOptions } from './container-process.ts';
import type { OciProcess } from './oci-runtime-spec.ts';
import type { ProcessStatus } from './state.ts';

export interface ExecOptions {
  /** Unique in the container, `[A-Za-z0-9][A-Za-z0-9_.-]{0,127}`. */
  readonly execId: string;
  readonly process: OciProcess;
  readonly stdio?: StdioOptions;
}

export class Container implements AsyncDisposable {
  readonly id: string;
  readonly init: ContainerProcess;
  readonly #vm: UtilityVm;
  readonly #channel: AgentChannel;
  readonly #execs = new Map<string, ContainerProcess | 'starting'>();
  readonly #scope: Scope;
  #disposed: Promise<void> | undefined;

  /** @param scope releases what the container holds outside the guest's own state (disks, shares) */
  constructor(
    id: string,
    vm: UtilityVm,
    channel: AgentChannel,
    init: ContainerProcess,
    scope: Scope,
  ) {
    this.id = id;
    this.init = init;
    this.#vm = vm;
    this.#channel = channel;
    this.#scope = scope;
  }

  get status(): ProcessStatus {
    return this.init.status;
  }

  /** Runs the user's command. @throws RuntimeError command-not-found, command-not-invocable, invalid-state */
  async start(): Promise<void> {
    this.init.require('start');
    await this.#vm.call(`start container "${this.id}"`, METHODS.start, { id: this.id });
    // An exit may have been told before the reply to start.
    if (this.init.status === 'created') this.init.advance('start');
  }

  /** Starts a further process. @throws RuntimeError as start does; already-exists for a known execId */
  async exec({ execId, process, stdio = {} }: ExecOptions): Promise<ContainerProcess> {
    this.init.require('exec');
    if (this.#execs.has(execId)) {
      throw new RuntimeError(
        'already-exists',
        `exec in container "${this.id}"`,
        `"${execId}" is taken`,
      );
    }
    this.#execs.set(execId, 'starting');
    try {
      const id = { containerId: this.id, execId };
      const op = `exec in container "${this.id}"`;
      const exec = await startExec(this.#vm, this.#channel, op, id, process, stdio);
      this.#execs.set(execId, exec);
      return exec;
    } catch (error) {
      this.#execs.delete(execId);
      throw error;
    }
  }

  /** Forgets an exited exec. */
  async deleteExec(execId: string): Promise<void> {
    const exec = this.#execs.get(execId);
    if (exec === undefined || exec === 'starting') {
      throw new RuntimeError(
        'not-found',
        `delete exec "${execId}"`,
        `container "${this.id}" has none`,
      );
    }
    await exec.delete();
    this.#execs.delete(execId);
  }

  async pause(): Promise<void> {
    this.init.require('pause');
    await this.#vm.call(`pause container "${this.id}"`, METHODS.pause, { id: this.id });
    this.init.advance('pause');
  }

  async resume(): Promise<void> {
    this.init.require('resume');
    await this.#vm.call(`resume container "${this.id}"`, METHODS.resumeContainer, {
      id: this.id,
    });
    this.init.advance('resume');
  }

  /** Pids in the container, with the exec's id of those we started ("init" for init). */
  async pids(): Promise<{ pid: number; execId: string }[]> {
    const { pids } = await this.#vm.call('list pids', METHODS.pids, { id: this.id });
    return pids.map(({ pid, execId }) => ({ pid: pid ?? 0, execId: execId ?? '' }));
  }

  /** Deletes the container; a running one is killed first. Its disks and shares go too. Idempotent. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#disposed ??= (async () => {
      if (this.init.status !== 'deleted') await this.init.delete({ force: true });
      await this.#scope[Symbol.asyncDispose]();
    })();
    return this.#disposed;
  }
}
