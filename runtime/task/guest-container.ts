/**
 * A container in a utility VM, as the task service drives it: calls to the agent, and what the container holds of the
 * VM's devices. guest-backend.ts makes it.
 */
import { messageOf, RuntimeError } from '../errors.ts';
import { METHODS } from '../guest/methods.ts';
import type { Share } from '../uvm/plan9-shares.ts';
import type { ScsiSlot } from '../uvm/scsi-slots.ts';
import type { UtilityVm } from '../uvm/utility-vm.ts';
import { consoleSizeOf, guestResources } from './bundle.ts';
import { changedResources } from './changed-resources.ts';
import { GuestProcess } from './guest-process.ts';
import { encodeMetrics } from './metrics.ts';
import { encodeOciDocument } from './oci-runtime-spec.ts';
import { checkFields, PROCESS_FIELDS, RESOURCE_FIELDS } from './spec-fields.ts';
import type { BackendContainer, BackendExec, BackendProcess } from './task-backend.ts';
import type { TaskProcess } from './task-service.ts';

/** What a container holds of its VM. */
export interface ContainerResources {
  readonly disks: readonly ScsiSlot[];
  readonly shares: readonly Share[];
}

export class GuestContainer implements BackendContainer {
  readonly id: string;
  readonly init: GuestProcess;
  readonly #vm: UtilityVm;
  readonly #disks: ScsiSlot[];
  readonly #shares: Share[];
  /** Those that were started here. */
  readonly #execs = new Map<string, GuestProcess>();
  #deleted = false;

  constructor(vm: UtilityVm, id: string, init: GuestProcess, held: ContainerResources) {
    this.id = id;
    this.init = init;
    this.#vm = vm;
    this.#disks = [...held.disks];
    this.#shares = [...held.shares];
  }

  get resources(): ContainerResources {
    return { disks: [...this.#disks], shares: [...this.#shares] };
  }

  async start(): Promise<void> {
    const op = `start container "${this.id}"`;
    await this.#vm.call(op, METHODS.start, { id: this.id });
  }

  async exec({ execId, process, terminal, io, ...more }: BackendExec): Promise<BackendProcess> {
    const id = { containerId: this.id, execId };
    const op = `exec in container "${this.id}"`;
    const object = parsed(op, 'process', process);
    checkFields(op, 'process.', PROCESS_FIELDS, object);
    const size = more.size ?? consoleSizeOf(object);
    const start = size === undefined ? { process, op } : { process, op, size };
    const exec = await GuestProcess.exec(this.#vm, id, { io, terminal, exec: start });
    this.#execs.set(execId, exec);
    return exec;
  }

  async signal(execId: string, signal: number, all: boolean): Promise<void> {
    const process = { containerId: this.id, execId };
    const op = `send signal ${signal} to container "${this.id}"`;
    await this.#vm.call(op, METHODS.signal, { process, signal, all });
  }

  async pause(): Promise<void> {
    await this.#vm.call(`pause container "${this.id}"`, METHODS.pause, { id: this.id });
  }

  async resume(): Promise<void> {
    await this.#vm.call(`resume container "${this.id}"`, METHODS.resumeContainer, { id: this.id });
  }

  /** Rules of devices stay those of its creation, as with runc. */
  async update(resources: Uint8Array): Promise<void> {
    const op = `update container "${this.id}"`;
    const object = parsed(op, 'resources', resources);
    checkFields(op, 'resources.', RESOURCE_FIELDS, object);
    await this.#vm.call(op, METHODS.update, {
      id: this.id,
      resources: changedResources(encodeOciDocument(guestResources(object))),
    });
  }

  async stats(): Promise<Uint8Array> {
    const op = `read statistics of container "${this.id}"`;
    return encodeMetrics(await this.#vm.call(op, METHODS.stats, { id: this.id }));
  }

  async pids(): Promise<TaskProcess[]> {
    const op = `list processes of container "${this.id}"`;
    const { pids } = await this.#vm.call(op, METHODS.pids, { id: this.id });
    return pids.map(({ pid, execId }) => ({
      pid: pid ?? 0,
      // An exec may be called "init" too.
      execId: pid === this.init.pid ? '' : (execId ?? ''),
    }));
  }

  async deleteExec(execId: string): Promise<void> {
    const exec = this.#execs.get(execId);
    this.#execs.delete(execId);
    if (exec?.forget() === true) return;
    await this.#delete(`delete exec "${execId}" of "${this.id}"`, execId);
  }

  async delete(): Promise<void> {
    if (!this.#deleted) await this.#delete(`delete container "${this.id}"`, '');
    this.#deleted = true;
    for (let share = this.#shares.at(-1); share; share = this.#shares.at(-1)) {
      await this.#vm.unshare(share);
      this.#shares.pop();
    }
    for (let disk = this.#disks.at(-1); disk; disk = this.#disks.at(-1)) {
      await this.#vm.detachDisk(disk);
      this.#disks.pop();
    }
  }

  async #delete(op: string, execId: string): Promise<void> {
    try {
      const process = { containerId: this.id, execId };
      await this.#vm.call(op, METHODS.delete, { process, force: false });
    } catch (error) {
      // A first try may have deleted it and lost its reply.
      if (!(error instanceof RuntimeError && error.code === 'not-found')) throw error;
    }
  }
}

/** A caller's JSON object. @throws RuntimeError invalid-argument */
function parsed(op: string, field: string, json: Uint8Array): object {
  let object: unknown;
  try {
    object = JSON.parse(Buffer.from(json).toString('utf8'));
  } catch (error) {
    throw new RuntimeError('invalid-argument', op, `${field} is not JSON: ${messageOf(error)}`);
  }
  if (typeof object === 'object' && object !== null && !Array.isArray(object)) return object;
  throw new RuntimeError('invalid-argument', op, `${field} is not an object`);
}
