/**
 * `<run>/pod/<pod>/vm.json`: what the next supervisor needs to take the pod's VM over. It holds the VM's secret, so it
 * is for its owner only (0600), and it is on disk before the guest gets the secret.
 */
import { readRecord } from '../container/record-file.ts';
import { messageOf } from '../errors.ts';
import { writeFileAtomically } from '../rootfs/temporary-file.ts';
import { type DeviceRecord, NO_DEVICES } from '../uvm/device-record.ts';
import type { ScsiDrive } from '../uvm/scsi-slots.ts';
import type { GuestInformation } from '../uvm/utility-vm.ts';
import { asArray, asBoolean, asNumber, asObject, asString } from './task-record-shape.ts';

const VERSION = 1;
const SECRET_BYTES = 32;

export interface VmRecord {
  readonly version: typeof VERSION;
  /** The compute system's. */
  readonly id: string;
  readonly secret: Buffer;
  readonly startedAtMs: number;
  /** The folder of the link's sockets, below the pod's. */
  readonly sockets: string;
  /** The HCS document. */
  readonly document: unknown;
  devices: DeviceRecord;
  /** What the agent said to Hello: once it is here the guest has the secret. */
  guest?: GuestInformation;
  /** Of runtime/network. */
  network?: unknown;
}

/** Writes vm.json, one write at a time; what changed meanwhile goes with the next. */
export class VmRecordFile {
  readonly record: VmRecord;
  readonly #path: string;
  #current: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(path: string, record: Omit<VmRecord, 'version' | 'devices'> & Partial<VmRecord>) {
    this.#path = path;
    this.record = { devices: NO_DEVICES, ...record, version: VERSION };
  }

  /** Resolves when what the record holds now, or later, is on disk. */
  save(): Promise<void> {
    this.#next ??= this.#current
      .catch(() => {})
      .then(() => {
        this.#next = undefined;
        this.#current = this.#write();
        return this.#current;
      });
    return this.#next;
  }

  async #write(): Promise<void> {
    const { secret, ...rest } = this.record;
    const text = `${JSON.stringify({ ...rest, secret: secret.toString('hex') })}\n`;
    await writeFileAtomically(this.#path, async (file) => {
      await file.writeFile(text);
    });
  }
}

/** Undefined, with a line for the log, where there is none that can be used. */
export function readVmRecord(path: string, log: (text: string) => void): VmRecord | undefined {
  try {
    const record = readRecord(path, decode);
    if (record === undefined) log(`VM record ${path} is not there`);
    return record;
  } catch (error) {
    log(`VM record ${path} counts as absent: ${messageOf(error)}`);
    return undefined;
  }
}

function decode(value: unknown): VmRecord {
  const record = asObject(value, 'record');
  if (record['version'] !== VERSION) {
    throw new Error(`version is ${JSON.stringify(record['version'])}`);
  }
  const secret = Buffer.from(asString(record['secret'], 'secret'), 'hex');
  if (secret.length !== SECRET_BYTES) throw new Error(`secret has ${secret.length} bytes`);
  const sockets = asString(record['sockets'], 'sockets');
  // A name: it is removed with all that is in it.
  if (!/^[a-z0-9-]{1,32}$/.test(sockets)) throw new Error('sockets is no plain name');
  const { guest, network } = record;
  return {
    version: VERSION,
    id: asString(record['id'], 'id'),
    secret,
    startedAtMs: asNumber(record['startedAtMs'], 'startedAtMs'),
    sockets,
    document: record['document'],
    devices: decodeDevices(record['devices']),
    ...(guest === undefined ? {} : { guest: decodeGuest(guest) }),
    ...(network === undefined ? {} : { network }),
  };
}

function decodeDevices(value: unknown): DeviceRecord {
  const devices = asObject(value, 'devices');
  return {
    disks: asArray(devices['disks'], 'devices.disks').map((entry) => {
      const disk = asObject(entry, 'devices.disks[]');
      return {
        controller: asNumber(disk['controller'], 'controller'),
        lun: asNumber(disk['lun'], 'lun'),
        path: asString(disk['path'], 'path'),
        readOnly: asBoolean(disk['readOnly'], 'readOnly'),
      };
    }),
    ...decodeDrives(devices['drives']),
    shares: asArray(devices['shares'], 'devices.shares').map(decodeShare),
    nextShare: asNumber(devices['nextShare'], 'devices.nextShare'),
  };
}

/** Also of a template's record. @throws Error naming the field */
export function decodeDrives(value: unknown): { drives?: readonly ScsiDrive[] } {
  if (value === undefined) return {};
  const drives = asArray(value, 'drives').map((entry) => {
    const drive = asObject(entry, 'drives[]');
    const { mounted } = drive;
    return {
      ...(mounted === undefined ? {} : { mounted: asString(mounted, 'mounted') }),
      controller: asNumber(drive['controller'], 'controller'),
      lun: asNumber(drive['lun'], 'lun'),
      readOnly: asBoolean(drive['readOnly'], 'readOnly'),
      sizeBytes: asNumber(drive['sizeBytes'], 'sizeBytes'),
    };
  });
  return { drives };
}

/** Also of a task's resources. @throws Error naming the field */
export function decodeShare(value: unknown) {
  const share = asObject(value, 'share');
  const file = share['file'];
  return {
    name: asString(share['name'], 'share.name'),
    folder: asString(share['folder'], 'share.folder'),
    readOnly: asBoolean(share['readOnly'], 'share.readOnly'),
    ...(file === undefined ? {} : { file: asString(file, 'share.file') }),
  };
}

/** Also of a template. @throws Error naming the field */
export function decodeGuest(value: unknown): GuestInformation {
  const guest = asObject(value, 'guest');
  return {
    agentVersion: asString(guest['agentVersion'], 'guest.agentVersion'),
    kernelRelease: asString(guest['kernelRelease'], 'guest.kernelRelease'),
    platform: asString(guest['platform'], 'guest.platform'),
    runtime: asString(guest['runtime'], 'guest.runtime'),
    bootId: asString(guest['bootId'], 'guest.bootId'),
    cpus: asNumber(guest['cpus'], 'guest.cpus'),
    memoryBytes: asNumber(guest['memoryBytes'], 'guest.memoryBytes'),
  };
}
