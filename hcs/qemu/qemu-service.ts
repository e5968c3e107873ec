/**
 * The contract of hcs/service.ts on QEMU: finds, makes and describes compute systems. Opening it costs
 * nothing: no process, no file. What a call needs is looked at when it is made.
 */
import { randomUUID } from 'node:crypto';
import { access } from 'node:fs/promises';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { HcsError } from '../hcs-error.ts';
import { absolutePaths } from '../document/absolute-paths.ts';
import type { ComputeSystemDocument } from '../document/compute-system.ts';
import { decodeComputeSystemDocument } from '../document/decode-compute-system.ts';
import { decodeSystemQuery } from '../document/decode-queries.ts';
import type { BasicProperties, ServiceProperties, SystemQuery } from '../document/properties.ts';
import type { ComputeService } from '../service.ts';
import { describeExecution, type HostExecution } from './accelerator.ts';
import { checkSystemId } from '../document/system-id.ts';
import { emptyDeviceState } from './device-state.ts';
import { fileError } from './disk-image.ts';
import { hostTscKHz } from './host-tsc.ts';
import { platformArguments } from './kernel-arguments.ts';
import type { LinkKind } from './guest-link.ts';
import { checkSupported, PLAN9_FOLDER } from './machine-arguments.ts';
import type { MachineType } from './machine-type.ts';
import { Machine } from './machine.ts';
import { basicProperties, MachineHandle, type QemuComputeSystem } from './qemu-system.ts';
import { identify, isAlive, readRecord, type SystemRecord } from './record.ts';
import { listIds, makeFolder, removeFolder } from './run-folder.ts';
import { readSavedMachine, type SavedState } from './saved-state.ts';
import {
  dropPrepared,
  findTemplate,
  hasTemplate,
  type MemoryFile,
  prepareTemplate,
} from './template.ts';
import { UserEndpoints } from './user-endpoints.ts';
import { findQemu } from './vmm-process.ts';
import { findVsockBackend } from './vsock-backend.ts';

/** How a service is opened. */
export interface QemuServiceOptions {
  /** Holds one 0700 folder a system; made when the first system is. */
  runDirectory: string;
  /** A name that PATH finds, or a path. Default qemu-system-x86_64. */
  qemuBinary?: string;
  /** Default auto: KVM where a probe shows that it works, else emulation. */
  accelerator?: 'kvm' | 'tcg' | 'auto';
  /** Default serial: it works on every host. A system that is restored from saved state has serial. */
  link?: LinkKind;
  /** The program that serves vsock devices: a name that PATH finds, or a path. Default vhost-device-vsock. */
  vsockBackend?: string;
  /** Default q35. A system that exists keeps its own. */
  machine?: MachineType;
  /**
   * Holds a folder a template (template.ts). Default: none, and templates are refused. Its file system holds the
   * memory of each, what the guest has touched of it.
   */
  templateDirectory?: string;
  /**
   * Systems that are created keep their memory in a file of templateDirectory, so that they can be saved AsTemplate: all
   * of them, or those of some ids. Default false: memory is QEMU's own, which costs the file system nothing.
   */
  savesTemplates?: boolean | ((id: string) => boolean);
  /** The library of hcs/qemu/preload, for a QEMU whose shares cannot have special files. Default: none. */
  preload?: string;
}

/** The service, whose systems are QEMU's. */
export interface QemuComputeService extends ComputeService {
  create(id: string, document: ComputeSystemDocument): Promise<QemuComputeSystem>;
  open(id: string): Promise<QemuComputeSystem>;
}

/** Opens the service. */
export async function openQemuService(options: QemuServiceOptions): Promise<QemuComputeService> {
  return Promise.resolve(new QemuService(options));
}

class QemuService implements QemuComputeService {
  readonly endpoints: UserEndpoints;
  readonly #runDirectory: string;
  readonly #binary: string;
  readonly #wanted: 'kvm' | 'tcg' | 'auto';
  readonly #link: LinkKind;
  readonly #vsockBackend: string | undefined;
  readonly #preload: string | undefined;
  readonly #machine: MachineType;
  readonly #templates: string | undefined;
  readonly #savesTemplates: (id: string) => boolean;
  /** Machines that this process has handles on, and how many. */
  readonly #machines = new Map<string, { machine: Promise<Machine>; handles: number }>();
  readonly #handles = new Set<MachineHandle>();
  #found: Promise<HostExecution> | undefined;

  constructor(options: QemuServiceOptions) {
    this.#runDirectory = resolve(options.runDirectory);
    this.endpoints = new UserEndpoints(this.#runDirectory);
    this.#binary = options.qemuBinary ?? 'qemu-system-x86_64';
    this.#wanted = options.accelerator ?? 'auto';
    this.#link = options.link ?? 'serial';
    this.#vsockBackend = options.vsockBackend;
    this.#preload = options.preload;
    this.#machine = options.machine ?? 'q35';
    this.#templates =
      options.templateDirectory === undefined ? undefined : resolve(options.templateDirectory);
    const { savesTemplates = false } = options;
    this.#savesTemplates =
      typeof savesTemplates === 'boolean' ? () => savesTemplates : savesTemplates;
  }

  async create(id: string, document: ComputeSystemDocument): Promise<QemuComputeSystem> {
    const op = `create compute system ${id}`;
    checkSystemId(id, 'create compute system');
    const wanted = completed(decodeComputeSystemDocument(document, op));
    checkSupported(op, wanted, this.#machine, this.#link);
    const qemu = findQemu(op, this.#binary);
    if (this.#machines.has(id)) throw alreadyExists(op, id);
    const execution = await this.#execution(qemu);
    const { accelerator } = execution;
    this.#checkTemplate(op, wanted);
    const restored = await restoreOf(op, wanted, execution, this.#templates);
    const link = restored === undefined ? this.#link : 'serial';
    const vsockBackend = link === 'vsock' ? findVsockBackend(op, this.#vsockBackend) : undefined;
    const record: SystemRecord = {
      version: 1,
      id,
      runtimeId: randomUUID(),
      creator: identify(process.pid) ?? { pid: process.pid },
      accelerator,
      link,
      ...(this.#machine === 'q35' ? {} : { machine: this.#machine }),
      ...(restored?.memory === undefined ? {} : { memory: restored.memory }),
      document: restored?.document ?? wanted,
      devices: emptyDeviceState(),
    };
    return this.#hold(id, op, async () => {
      if (this.#templates !== undefined && restored === undefined && this.#savesTemplates(id)) {
        record.memory = await prepareTemplate(this.#templates);
      }
      const folder = await makeFolder(this.#runDirectory, record);
      try {
        if (record.document.VirtualMachine.Devices?.Plan9 !== undefined) {
          await mkdir(join(folder, PLAN9_FOLDER), { mode: 0o755 });
        }
        return await Machine.create({
          folder,
          record,
          qemu,
          endpoints: this.endpoints,
          ...(vsockBackend === undefined ? {} : { vsockBackend }),
          ...(this.#preload === undefined ? {} : { preload: this.#preload }),
          ...(restored === undefined ? {} : { restore: restored.restore }),
        });
      } catch (error) {
        await removeFolder(folder);
        throw error;
      }
    }).catch(async (error: unknown) => {
      if (record.memory?.shared === true) await dropPrepared(record.memory);
      throw error;
    });
  }

  async open(id: string): Promise<QemuComputeSystem> {
    const op = `open compute system ${id}`;
    checkSystemId(id, 'open compute system');
    if (this.#machines.has(id)) return this.#hold(id, op, undefined);
    const folder = join(this.#runDirectory, id);
    const record = readRecord(folder);
    if (record === undefined || !isAlive(record.vmm ?? record.creator)) {
      const Message = `there is no compute system ${JSON.stringify(id)}`;
      throw new HcsError(op, 'HCS_E_SYSTEM_NOT_FOUND', [{ Message, Source: folder }]);
    }
    return this.#hold(id, op, () =>
      Machine.adopt({ folder, record, qemu: this.#binary, endpoints: this.endpoints }),
    );
  }

  async enumerate(query: SystemQuery = {}): Promise<BasicProperties[]> {
    const wanted = decodeSystemQuery(query);
    const found: BasicProperties[] = [];
    for (const id of await listIds(this.#runDirectory)) {
      if (wanted.Ids !== undefined && !wanted.Ids.includes(id)) continue;
      const record = readRecord(join(this.#runDirectory, id));
      if (record === undefined || !selects(wanted, record)) continue;
      const state = await this.#stateOf(id, record);
      if (state !== 'Stopped') found.push(basicProperties(record, state));
    }
    return found;
  }

  async properties(): Promise<ServiceProperties> {
    const qemu = findQemu('read the properties of the service', this.#binary);
    const { accelerator, reason, qemuVersion } = await this.#execution(qemu);
    return {
      Basic: { SupportedSchemaVersions: [{ Major: 2, Minor: 6 }] },
      Execution: {
        Accelerator: accelerator,
        Reason: reason,
        VmmName: this.#binary,
        VmmVersion: qemuVersion,
        Platform: 'qemu',
        KernelArguments: platformArguments(accelerator, hostTscKHz(), this.#machine),
      },
    };
  }

  async grantVmAccess(id: string, path: string): Promise<void> {
    // QEMU runs as the caller: what the caller can open it can. HCS refuses what is not there.
    const op = `grant compute system ${id} access to ${path}`;
    checkSystemId(id, op);
    await access(path).catch((error: unknown) => {
      throw fileError(op, error, path, 'path');
    });
  }

  /** Closes every handle that was not closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.endpoints.letGo();
    await Promise.all([...this.#handles].map((handle) => handle[Symbol.asyncDispose]()));
  }

  /** A new handle on the machine of `id`, which `make` makes where there is none yet. */
  async #hold(
    id: string,
    op: string,
    make: (() => Promise<Machine>) | undefined,
  ): Promise<QemuComputeSystem> {
    let entry = this.#machines.get(id);
    if (entry === undefined) {
      if (make === undefined) throw alreadyExists(op, id);
      entry = { machine: make(), handles: 0 };
      this.#machines.set(id, entry);
    } else if (make !== undefined && !op.startsWith('open')) {
      throw alreadyExists(op, id);
    }
    const held = entry;
    held.handles += 1;
    const forget = (): void => {
      if (this.#machines.get(id) === held) this.#machines.delete(id);
    };
    let machine: Machine;
    try {
      machine = await held.machine;
    } catch (error) {
      forget();
      throw error;
    }
    void machine.exited.then(forget);
    const handle = new MachineHandle(machine, async () => {
      this.#handles.delete(handle);
      held.handles -= 1;
      if (held.handles > 0) return;
      forget();
      await closeLast(machine);
    });
    this.#handles.add(handle);
    return handle;
  }

  async #stateOf(id: string, record: SystemRecord): Promise<BasicProperties['State']> {
    const mine = this.#machines.get(id);
    if (mine !== undefined) return (await mine.machine).state;
    if (!isAlive(record.vmm ?? record.creator)) return 'Stopped';
    if (record.vmm === undefined) return 'Created';
    try {
      const system = await this.open(id);
      try {
        return (await system.properties()).State;
      } finally {
        await system[Symbol.asyncDispose]();
      }
    } catch {
      return isAlive(record.vmm) ? 'Unknown' : 'Stopped';
    }
  }

  /** A template is of a system that was saved as one: what runs is none. */
  #checkTemplate(op: string, document: ComputeSystemDocument): void {
    const id = document.VirtualMachine.RestoreState?.TemplateSystemId;
    if (id === undefined || !this.#machines.has(id) || this.#isTemplate(id)) return;
    const Source = 'VirtualMachine/RestoreState/TemplateSystemId';
    const Message = `${Source} is ${JSON.stringify(id)}: that system is not saved as a template`;
    throw new HcsError(op, 'HCS_E_INVALID_STATE', [{ Message, Source }]);
  }

  #isTemplate(id: string): boolean {
    return this.#templates !== undefined && hasTemplate(this.#templates, id);
  }

  #execution(qemu: string): Promise<HostExecution> {
    this.#found ??= describeExecution({
      wanted: this.#wanted,
      qemu,
      runDirectory: this.#runDirectory,
    });
    return this.#found;
  }
}

async function closeLast(machine: Machine): Promise<void> {
  const { creator, document } = machine.record;
  const mine = creator.pid === process.pid && isAlive(creator);
  if (machine.state === 'Stopped') await machine.gone;
  // Where another process created it, that process's death is what ends it.
  else if (mine && document.ShouldTerminateOnLastHandleClosed === true) await machine.terminate();
  else if (mine && machine.vmmPid === undefined) await machine.terminate();
  else machine.detach();
}

function alreadyExists(op: string, id: string): HcsError {
  const Message = `a compute system with the id ${JSON.stringify(id)} exists`;
  return new HcsError(op, 'HCS_E_SYSTEM_ALREADY_EXISTS', [{ Message, Source: 'id' }]);
}

function selects(query: SystemQuery, record: SystemRecord): boolean {
  if (query.Owners !== undefined && !query.Owners.includes(record.document.Owner ?? ''))
    return false;
  if (query.Types !== undefined && !query.Types.includes('VirtualMachine')) return false;
  return query.Names === undefined || query.Names.includes(record.id);
}

interface Restored {
  document: ComputeSystemDocument;
  restore: SavedState;
  /** A template's. */
  memory?: MemoryFile;
}

/** What the saved state of the document's RestoreState makes of it; undefined where it boots. */
async function restoreOf(
  op: string,
  document: ComputeSystemDocument,
  host: HostExecution,
  templates: string | undefined,
): Promise<Restored | undefined> {
  const { SaveStateFilePath, TemplateSystemId } = document.VirtualMachine.RestoreState ?? {};
  const template =
    TemplateSystemId === undefined ? undefined : templateOf(op, templates, TemplateSystemId);
  const path = template?.state ?? SaveStateFilePath;
  if (path === undefined) return undefined;
  const Source =
    template === undefined
      ? 'VirtualMachine/RestoreState/SaveStateFilePath'
      : 'VirtualMachine/RestoreState/TemplateSystemId';
  const { machine, streamOffset } = await readSavedMachine(op, path, Source);
  const saved = `QEMU ${machine.qemuVersion} with ${machine.accelerator}`;
  const here = `QEMU ${host.qemuVersion} with ${host.accelerator}`;
  if (saved !== here) {
    const Message = `${Source} was saved by ${saved}; this host runs ${here}`;
    throw new HcsError(op, 'HCS_E_IMAGE_MISMATCH', [{ Message, Source }]);
  }
  if (template !== undefined) checkAlike(op, document, machine.document);
  const { VirtualMachine, ...rest } = document;
  return {
    // The machine is the saved one; its owner, its life and its disks' files may be new.
    document: {
      ...rest,
      VirtualMachine: {
        ...machine.document.VirtualMachine,
        Devices: { ...machine.document.VirtualMachine.Devices, ...VirtualMachine.Devices },
      },
    },
    restore: {
      ...{ path, streamOffset, devices: machine.devices },
      withoutMemory: machine.withoutMemory === true,
    },
    ...(template === undefined ? {} : { memory: template.memory }),
  };
}

/** HCS's clones are the machine that their template is. @throws HcsError E_INVALIDARG */
function checkAlike(op: string, clone: ComputeSystemDocument, saved: ComputeSystemDocument): void {
  for (const field of ['Chipset', 'ComputeTopology'] as const) {
    if (isDeepStrictEqual(clone.VirtualMachine[field], saved.VirtualMachine[field])) continue;
    const Source = `VirtualMachine/${field}`;
    const Message = `${Source} is not what it is of the template`;
    throw new HcsError(op, 'E_INVALIDARG', [{ Message, Source }]);
  }
}

function templateOf(op: string, directory: string | undefined, id: string) {
  if (directory !== undefined) return findTemplate(op, directory, id);
  const Source = 'VirtualMachine/RestoreState/TemplateSystemId';
  const Message = `${Source} is ${JSON.stringify(id)}: this service keeps no templates`;
  throw new HcsError(op, 'NOT_SUPPORTED', [{ Message, Source }]);
}

/** QEMU runs in the system's folder: paths that are relative to ours become absolute, a console's socket too. */
function completed(document: ComputeSystemDocument): ComputeSystemDocument {
  const console = absolutePaths(document).VirtualMachine.Devices?.ComPorts?.['0'];
  if (console?.NamedPipe !== undefined) console.NamedPipe = resolve(console.NamedPipe);
  return document;
}
