/**
 * A file of saved state: our header (what machine it is of), then QEMU's migration stream. QEMU may not
 * run programs (its sandbox), so the stream goes through a Unix socket in the system's folder.
 */
import { createReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { HcsError } from '../hcs-error.ts';
import type { ComputeSystemDocument } from '../document/compute-system.ts';
import type { Accelerator } from '../document/properties.ts';
import type { DeviceState } from './device-state.ts';
import { fileError } from './disk-image.ts';
import type { QmpClient, QmpEvent } from './qmp.ts';
import { connectSocket, listenSocket } from './socket-path.ts';

const MAGIC = Buffer.from('lcowSAVE1\n');
const HEADER_BYTES_MAX = 4 * 1024 * 1024;
const SOCKET = 'state.sock';
/** Saved RAM goes to a disk; a gigabyte at 20 MB/s stays below this. */
const TRANSFER_TIMEOUT_MS = 120_000;
/** Default of the place in the document that names the file. */
const STATE_SOURCE = 'VirtualMachine/RestoreState/SaveStateFilePath';

/** What the machine was, so that the same one can be made again. */
export interface SavedMachine {
  qemuVersion: string;
  accelerator: Accelerator;
  document: ComputeSystemDocument;
  devices: DeviceState;
  /** The memory is in a file beside (template.ts). Absent: in the stream. */
  withoutMemory?: boolean;
}

/** A file of saved state, read as far as its stream. */
export interface SavedState {
  path: string;
  streamOffset: number;
  devices: DeviceState;
  /** The memory is not in the stream. */
  withoutMemory: boolean;
}

/**
 * Writes a stopped machine's state to `path`, replacing a file there only when it is whole.
 * @throws HcsError FILE_NOT_FOUND (no such folder), E_ACCESSDENIED; Error when QEMU or the disk fails
 */
export async function saveState(
  op: string,
  qmp: QmpClient,
  folder: string,
  path: string,
  machine: SavedMachine,
): Promise<void> {
  const partial = `${path}.partial-${process.pid}`;
  const handle = await open(partial, 'wx', 0o600).catch((error: unknown) => {
    throw fileError(op, error, path, 'SaveStateFilePath');
  });
  const server = createServer();
  const file = handle.createWriteStream();
  file.write(encodeHeader(machine));
  const received = new Promise<void>((resolve, reject) => {
    server.once('connection', (socket) => {
      pipeline(socket, file).then(resolve, reject);
    });
  });
  received.catch(() => undefined);
  try {
    await listenSocket(server, join(folder, SOCKET));
    await prepareMigration(qmp, ignoresShared(machine.devices, machine.withoutMemory));
    const done = migrationEnd(qmp);
    // QEMU may refuse at once: then nobody waits for the end.
    done.catch(() => undefined);
    await qmp.execute('migrate', { uri: `unix:${SOCKET}` });
    // A full disk ends the stream, which QEMU reports as a failure of its own: tell the first.
    await Promise.all([received, done]);
    await rename(partial, path);
  } catch (error) {
    file.destroy();
    await rm(partial, { force: true });
    throw error;
  } finally {
    server.close();
    await rm(join(folder, SOCKET), { force: true });
  }
}

function encodeHeader(machine: SavedMachine): Buffer {
  const header = Buffer.from(JSON.stringify(machine));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  return Buffer.concat([MAGIC, length, header]);
}

/** Reads what machine the state in `path` is of, and where its stream begins. */
export async function readSavedMachine(
  op: string,
  path: string,
  source = STATE_SOURCE,
): Promise<{ machine: SavedMachine; streamOffset: number }> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw fileError(op, error, path, source);
  });
  try {
    const head = Buffer.alloc(MAGIC.length + 4);
    const { bytesRead } = await handle.read(head, 0, head.length, 0);
    const length = bytesRead === head.length ? head.readUInt32LE(MAGIC.length) : 0;
    if (
      !head.subarray(0, MAGIC.length).equals(MAGIC) ||
      length === 0 ||
      length > HEADER_BYTES_MAX
    ) {
      throw new Error('not a file of saved state');
    }
    const header = Buffer.alloc(length);
    const read = await handle.read(header, 0, length, head.length);
    if (read.bytesRead !== length) throw new Error('cut short');
    const machine = JSON.parse(header.toString()) as SavedMachine;
    return { machine, streamOffset: head.length + length };
  } catch (error) {
    const Message = `${source} is ${JSON.stringify(path)}: ${(error as Error).message}`;
    throw new HcsError(op, 'ERROR_FILE_CORRUPT', [{ Message, Source: source }], {
      cause: error,
    });
  } finally {
    await handle.close();
  }
}

/** Feeds the stream to a QEMU that was started to receive it. */
export async function loadState(
  qmp: QmpClient,
  folder: string,
  { path, streamOffset, devices, withoutMemory }: SavedState,
): Promise<void> {
  await prepareMigration(qmp, ignoresShared(devices, withoutMemory));
  const done = migrationEnd(qmp);
  done.catch(() => undefined);
  await qmp.execute('migrate-incoming', { uri: `unix:${SOCKET}` });
  const socket = await connectSocket(join(folder, SOCKET));
  const sent = pipeline(createReadStream(path, { start: streamOffset }), socket);
  sent.catch(() => undefined);
  await done;
  await sent.catch(() => undefined);
  await rm(join(folder, SOCKET), { force: true });
}

/** Persistent memory is mapped from its file: it is not saved, and could not be written to. So is a template's memory. */
function ignoresShared(devices: DeviceState, withoutMemory = false): boolean {
  return withoutMemory || Object.keys(devices.pmem).length > 0;
}

async function prepareMigration(qmp: QmpClient, ignoreShared: boolean): Promise<void> {
  await qmp.execute('migrate-set-capabilities', {
    capabilities: [
      { capability: 'events', state: true },
      { capability: 'x-ignore-shared', state: ignoreShared },
    ],
  });
  // QEMU's default would hold the stream at 128 MiB a second.
  await qmp.execute('migrate-set-parameters', { 'max-bandwidth': 2 ** 40 });
}

async function migrationEnd(qmp: QmpClient): Promise<void> {
  const isEnd = ({ event, data }: QmpEvent): boolean =>
    event === 'MIGRATION' && (data['status'] === 'completed' || data['status'] === 'failed');
  const end = await qmp.nextEvent(isEnd, TRANSFER_TIMEOUT_MS, 'the end of the transfer');
  if (end.data['status'] === 'failed') throw new Error('QEMU reports that the transfer failed');
}
