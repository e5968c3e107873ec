/** One handle on one machine: the contract's ComputeSystem. It holds no state but whether it is open. */
import { resolve } from 'node:path';
import type { Duplex } from 'node:stream';
import { HcsError } from '../hcs-error.ts';
import { decodeModifySettingRequest } from '../document/decode-modify-setting-request.ts';
import { decodePropertyQuery, decodeSaveOptions } from '../document/decode-queries.ts';
import type { ModifySettingRequest } from '../document/modify-setting-request.ts';
import type {
  BasicProperties,
  ComputeSystemProperties,
  PropertyQuery,
} from '../document/properties.ts';
import type { SaveOptions } from '../document/save-options.ts';
import type { SystemExitStatus } from '../document/system-exit-status.ts';
import type { HostOverlay } from '../host-overlay.ts';
import type { ComputeSystem, GuestListener } from '../service.ts';
import { openSerialPort, SerialListener } from './guest-link.ts';
import { consoleSocket } from './machine-arguments.ts';
import { refuseOnMicrovm } from './machine-microvm.ts';
import type { Machine, Moment } from './machine.ts';
import { applyModification } from './modify.ts';
import { checkOverlay } from './overlay-mount.ts';
import type { SystemRecord } from './record.ts';
import type { Plug } from './plug.ts';
import { type SavedMachine, saveState } from './saved-state.ts';
import { connectSocket } from './socket-path.ts';
import { drivesOf } from './scsi-drives.ts';
import { readStatistics } from './statistics.ts';
import { keepTemplate, preparedState } from './template.ts';
import { VsockListener } from './vsock-listener.ts';

/** A ComputeSystem on QEMU, and what researchers want to know beyond the contract. */
export interface QemuComputeSystem extends ComputeSystem {
  /** QEMU's process id; undefined before it was spawned. */
  readonly vmmPid: number | undefined;
  /** The system's 0700 folder. */
  readonly folder: string;
}

/** Of a template's devices: its clones have the ports, and of the disks the drives. */
const SAVED_WITH_TEMPLATES: ReadonlySet<string> = new Set(['ports', 'scsi']);

/** The basic properties of a system as its record has them. */
export function basicProperties(
  record: SystemRecord,
  state: BasicProperties['State'],
): BasicProperties {
  return {
    Id: record.id,
    SystemType: 'VirtualMachine',
    Owner: record.document.Owner ?? '',
    RuntimeId: record.runtimeId,
    State: state,
    RuntimeOsType: 'Linux',
  };
}

function savedMachine(machine: Machine, plug: Plug): SavedMachine {
  return {
    qemuVersion: plug.qmp.version,
    accelerator: machine.record.accelerator ?? 'tcg',
    document: plug.document,
    devices: plug.devices,
  };
}

/** See the module's comment. `onClose` runs once, when the handle closes. */
export class MachineHandle implements QemuComputeSystem {
  readonly id: string;
  readonly runtimeId: string;
  readonly exited: Promise<SystemExitStatus>;
  readonly #machine: Machine;
  readonly #onClose: () => Promise<void>;
  #closed: Promise<void> | undefined;

  constructor(machine: Machine, onClose: () => Promise<void>) {
    this.id = machine.id;
    this.runtimeId = machine.record.runtimeId;
    this.exited = machine.exited;
    this.#machine = machine;
    this.#onClose = onClose;
  }

  get timeline(): readonly Moment[] {
    return this.#machine.timeline;
  }

  get vmmPid(): number | undefined {
    return this.#machine.vmmPid;
  }

  get folder(): string {
    return this.#machine.folder;
  }

  async start(): Promise<void> {
    await this.#open('start').start();
  }

  async shutdown(): Promise<void> {
    await this.#open('shut down').shutdown();
  }

  async terminate(): Promise<void> {
    // Through a closed handle there is nothing to end: not an error, as with what has stopped.
    if (this.#closed !== undefined) return this.#closed;
    await this.#machine.terminate();
  }

  async pause(): Promise<void> {
    await this.#open('pause').pause();
  }

  async resume(): Promise<void> {
    await this.#open('resume').resume();
  }

  async save(options: SaveOptions): Promise<void> {
    const machine = this.#open('save');
    const op = `save compute system ${this.id}`;
    const { SaveType = 'ToFile', SaveStateFilePath } = decodeSaveOptions(options, op);
    if (SaveType === 'AsTemplate') return this.#saveAsTemplate(machine, op, SaveStateFilePath);
    const path = resolve(SaveStateFilePath ?? '');
    await machine.change(op, ['Paused'], async (plug) => {
      refuseOnMicrovm(plug, 'SaveType', 'is not to be had of machine microvm; q35 can be saved');
      if (machine.link === 'vsock') {
        const Message = 'the link is vsock: its back end cannot be saved; the serial link can';
        throw new HcsError(op, 'NOT_SUPPORTED', [{ Message, Source: 'link' }]);
      }
      await saveState(op, plug.qmp, machine.folder, path, savedMachine(machine, plug));
    });
  }

  /** Its state goes beside its memory; the folder of both becomes the template. */
  async #saveAsTemplate(machine: Machine, op: string, path: string | undefined): Promise<void> {
    const { memory } = machine.record;
    await machine.change(op, ['Paused'], async (plug) => {
      const refuse = (Source: string, why: string): never => {
        throw new HcsError(op, 'NOT_SUPPORTED', [{ Message: `${Source} ${why}`, Source }]);
      };
      refuseOnMicrovm(plug, 'SaveType', 'is not to be had of machine microvm; q35 can be saved');
      if (path !== undefined) {
        refuse(
          'SaveStateFilePath',
          `is ${JSON.stringify(path)}: the service says where templates are`,
        );
      }
      if (machine.link === 'vsock') {
        refuse('link', 'is vsock: its back end cannot be saved; the serial link can');
      }
      if (memory?.shared !== true) {
        return refuse('SaveType', 'is AsTemplate: this system was not created to be a template');
      }
      const plugged = Object.entries(plug.devices).find(
        ([name, devices]) =>
          !SAVED_WITH_TEMPLATES.has(name) && Object.keys(devices as object).length > 0,
      );
      if (plugged !== undefined) {
        refuse('SaveType', `is AsTemplate: the system has devices of its own (${plugged[0]})`);
      }
      const devices = { ...plug.devices, scsi: {}, drives: await drivesOf(plug) };
      const saved = { ...savedMachine(machine, plug), devices, withoutMemory: true };
      await saveState(op, plug.qmp, machine.folder, preparedState(memory), saved);
      await keepTemplate(op, machine.id, memory);
      machine.becomeTemplate();
    });
  }

  async modify(request: ModifySettingRequest): Promise<void> {
    const machine = this.#open('modify');
    const op = `modify compute system ${this.id}`;
    const change = decodeModifySettingRequest(request, op);
    await machine.change(op, ['Created', 'Running', 'Paused'], (plug) =>
      applyModification(plug, change),
    );
  }

  async stageOverlay(overlay: HostOverlay): Promise<string> {
    const machine = this.#open('stage an overlay for');
    await checkOverlay(`stage an overlay for compute system ${this.id}`, overlay);
    return machine.stage(overlay);
  }

  async properties(query: PropertyQuery = {}): Promise<ComputeSystemProperties> {
    const machine = this.#open('read the properties of');
    const { record, exitStatus } = machine;
    const wanted = decodePropertyQuery(query, `read the properties of compute system ${this.id}`);
    const properties: ComputeSystemProperties = basicProperties(record, machine.state);
    if (exitStatus !== undefined) {
      properties.Stopped = true;
      properties.ExitType = exitStatus.ExitType;
    }
    for (const type of wanted.PropertyTypes ?? []) {
      if (type === 'TerminateOnLastHandleClosed') {
        properties.TerminateOnLastHandleClosed =
          record.document.ShouldTerminateOnLastHandleClosed === true;
      } else if (type === 'Memory') {
        const sizeMiB =
          record.devices.memoryMiB ??
          record.document.VirtualMachine.ComputeTopology?.Memory?.SizeInMB ??
          0;
        properties.Memory = {
          VirtualNodeCount: 1,
          VirtualMachineMemory: { AssignedMemory: sizeMiB * 256 },
        };
      } else if (type === 'Statistics' && machine.vmmPid !== undefined) {
        const statistics = readStatistics(machine.vmmPid);
        if (statistics !== undefined) properties.Statistics = statistics;
      }
    }
    return properties;
  }

  async listen(port: number): Promise<GuestListener> {
    const machine = this.#open('listen to');
    const op = `listen on port ${port} of compute system ${this.id}`;
    if (!Number.isInteger(port) || port < 1 || port > 0xffffffff) {
      const Message = `port ${port} is not from 1 to 4294967295`;
      throw new HcsError(op, 'E_INVALIDARG', [{ Message, Source: 'port' }]);
    }
    await machine.change(op, ['Created', 'Running', 'Paused'], async (plug) => {
      // The vsock device takes every port.
      if (machine.link === 'serial') await openSerialPort(plug, port);
    });
    if (machine.link === 'vsock') {
      return VsockListener.open(op, machine.folder, port, machine.linkEnded);
    }
    return new SerialListener(machine.folder, port, machine.exited);
  }

  async console(): Promise<Duplex | undefined> {
    const machine = this.#open('open the console of');
    const socket = consoleSocket(machine.record.document);
    if (socket === undefined) return undefined;
    await machine.change(
      `open the console of compute system ${this.id}`,
      ['Created', 'Running', 'Paused'],
      () => Promise.resolve(),
    );
    return connectSocket(resolve(machine.folder, socket));
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#onClose();
    return this.#closed;
  }

  #open(verb: string): Machine {
    if (this.#closed === undefined) return this.#machine;
    const Message = 'this handle is closed';
    throw new HcsError(`${verb} compute system ${this.id}`, 'E_INVALIDARG', [{ Message }]);
  }
}
