/**
 * Virtual disks through virtdisk.dll: made, opened, asked, resized, and attached to this host. It knows no file
 * systems; a virtual machine's disks are attached by HCS, not here.
 *
 *   open -> attached -> open            detach, or close, which detaches
 *   open, attached -> closed            once, after every call in flight
 *
 * Every call runs on a thread of the pool: each one may wait for a disk. Structures are ours and held as long as the
 * call; handles are closed here, once.
 */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import koffi from 'koffi';
import { HcsError } from '../hcs-error.ts';
import { callOnPool, type LibraryPaths, loadLibrary, type NativeFunction } from './compute-core.ts';
import {
  attachParameters,
  createParameters,
  decodeSize,
  decodeStorageDevice,
  decodeSubtype,
  INFORMATION,
  INFORMATION_BYTES,
  informationRequest,
  openParameters,
  resizeParameters,
  storageType,
} from './virtdisk-parameters.ts';
import { win32Failure } from './win32-error.ts';
import { NativeExports } from './native-exports.ts';

const ACCESS_NONE = 0;
const ATTACH_READ_ONLY = 1;
const ATTACH_NO_DRIVE_LETTER = 2;
const ATTACH_NO_LOCAL_HOST = 8;
const MIB = 2 ** 20;
const PATH_UNITS = 260;
const ERROR_FILE_EXISTS = 80;
const ERROR_ALREADY_EXISTS = 183;
const ERROR_INSUFFICIENT_BUFFER = 122;

type Handle = number | bigint;
const HANDLE = 'intptr_t';

/** Every export that is used: its parameters. All return a Win32 error, 0 for success. */
const EXPORTS = {
  CreateVirtualDisk: [
    ...['void *', 'str16', 'uint32_t', 'void *', 'uint32_t', 'uint32_t', 'void *', 'void *'],
    'out handle',
  ],
  OpenVirtualDisk: ['void *', 'str16', 'uint32_t', 'uint32_t', 'void *', 'out handle'],
  AttachVirtualDisk: [HANDLE, 'void *', 'uint32_t', 'uint32_t', 'void *', 'void *'],
  DetachVirtualDisk: [HANDLE, 'uint32_t', 'uint32_t'],
  GetVirtualDiskPhysicalPath: [HANDLE, 'void *', 'void *'],
  GetVirtualDiskInformation: [HANDLE, 'void *', 'void *', 'void *'],
  ResizeVirtualDisk: [HANDLE, 'uint32_t', 'void *', 'void *'],
} as const satisfies Record<string, readonly string[]>;

type ExportName = keyof typeof EXPORTS;

/** A disk to make. */
export interface NewVhdx {
  /** Of the disk, in bytes; a multiple of 1 MiB from 3 MiB to 64 TiB. */
  readonly sizeBytes: number;
  /** What is allocated at a time: 1 MiB to 256 MiB, a power of two. Default 1 MiB, as hcsshim has it. */
  readonly blockBytes?: number;
  /** Default 512, which LCOW's kernels and ext4 expect. */
  readonly sectorBytes?: 512 | 4096;
}

/** What a disk is. */
export interface VirtualDiskInformation {
  readonly sizeBytes: number;
  /** What its file takes. */
  readonly fileBytes: number;
  /** 0 for a fixed disk. */
  readonly blockBytes: number;
  readonly sectorBytes: number;
  readonly format: 'vhd' | 'vhdx' | 'unknown';
  readonly kind: 'fixed' | 'dynamic' | 'differencing' | 'unknown';
}

export interface OpenOptions {
  /** Only information() may be asked then, and a disk that is in use can be opened. Default false. */
  readonly informationOnly?: boolean;
  /** Default false. */
  readonly readOnly?: boolean;
}

export interface AttachOptions {
  /** Default false; a disk that was opened read-only is attached so. */
  readonly readOnly?: boolean;
  /** Whether this host's own drivers see the disk, so that it has a physical path. Default true. */
  readonly localHost?: boolean;
}

/** virtdisk.dll, loaded; its functions are bound when first called. */
export class VirtDisk {
  readonly #exports: NativeExports;
  readonly #closeHandle: NativeFunction;

  /** @throws HcsError NOT_SUPPORTED where the library cannot be loaded */
  constructor(paths: LibraryPaths = {}) {
    const path = paths.virtdisk ?? 'virtdisk.dll';
    try {
      this.#exports = new NativeExports(loadLibrary(path), path);
    } catch (error) {
      const Message = `${path} cannot be loaded: ${(error as Error).message}`;
      throw new HcsError('use virtual disks', 'NOT_SUPPORTED', [{ Message }], { cause: error });
    }
    const kernel32 = loadLibrary(paths.kernel32 ?? 'kernel32.dll');
    this.#closeHandle = kernel32.func('CloseHandle', 'int32_t', [HANDLE]);
  }

  /**
   * Makes a dynamic VHDX, all zeros, and opens it. `path` ends in .vhdx and must not exist; where the call fails no
   * file is left.
   * @throws HcsError E_INVALIDARG naming the field, ERROR_FILE_EXISTS, ERROR_DISK_FULL, E_ACCESSDENIED
   */
  async createVhdx(path: string, disk: NewVhdx): Promise<VirtualDisk> {
    const op = `create virtual disk ${path}`;
    const { sizeBytes, blockBytes = MIB, sectorBytes = 512 } = disk;
    checkNewVhdx(op, path, sizeBytes, blockBytes, sectorBytes);
    const absolute = resolve(path);
    const existed = existsSync(absolute);
    const parameters = createParameters({
      ...{ sizeBytes, blockBytes, sectorBytes, physicalSectorBytes: 4096 },
    });
    const out: [Handle] = [0];
    const error = await this.#call(
      'CreateVirtualDisk',
      storageType('vhdx'),
      absolute,
      ACCESS_NONE,
      null,
      ...[0, 0, parameters, null, out],
    );
    if (error === 0) return new VirtualDisk(this.#calls, absolute, out[0], false);
    // It may have failed when the file was there already, its own.
    const mine = !existed && error !== ERROR_FILE_EXISTS && error !== ERROR_ALREADY_EXISTS;
    if (mine) await rm(absolute, { force: true });
    throw win32Failure(op, 'CreateVirtualDisk', error, absolute);
  }

  /** Opens a VHD or VHDX. @throws HcsError FILE_NOT_FOUND, ERROR_FILE_CORRUPT, ERROR_SHARING_VIOLATION */
  async open(path: string, options: OpenOptions = {}): Promise<VirtualDisk> {
    const op = `open virtual disk ${path}`;
    const absolute = resolve(path);
    const { informationOnly = false, readOnly = false } = options;
    const out: [Handle] = [0];
    const parameters = openParameters({ informationOnly, readOnly });
    const type = storageType('unknown');
    const error = await this.#call('OpenVirtualDisk', type, absolute, 0, 0, parameters, out);
    if (error !== 0) throw win32Failure(op, 'OpenVirtualDisk', error, absolute);
    return new VirtualDisk(this.#calls, absolute, out[0], readOnly);
  }

  readonly #calls: Calls = {
    call: (name, ...args) => this.#call(name, ...args),
    closeHandle: async (handle) => {
      await callOnPool(this.#closeHandle, handle);
    },
  };

  /** @returns the Win32 error */
  async #call(name: ExportName, ...args: unknown[]): Promise<number> {
    const call = this.#function(name);
    try {
      return ((await callOnPool(call, ...args)) as number) >>> 0;
    } finally {
      // The call points into these buffers until here.
      args.length = 0;
    }
  }

  #function(name: ExportName): NativeFunction {
    return this.#exports.get(`call ${name}`, name, () => ({
      result: 'uint32_t',
      parameters: EXPORTS[name].map((type) =>
        type === 'out handle' ? koffi.out(koffi.pointer(HANDLE)) : type,
      ),
    }));
  }
}

interface Calls {
  readonly call: (name: ExportName, ...args: unknown[]) => Promise<number>;
  readonly closeHandle: (handle: Handle) => Promise<void>;
}

/** One open disk. Disposing it closes the handle, and with that detaches the disk. */
export class VirtualDisk implements AsyncDisposable {
  readonly path: string;
  readonly #calls: Calls;
  readonly #handle: Handle;
  readonly #readOnly: boolean;
  readonly #inFlight = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;

  constructor(calls: Calls, path: string, handle: Handle, readOnly: boolean) {
    this.#calls = calls;
    this.path = path;
    this.#handle = handle;
    this.#readOnly = readOnly;
  }

  async information(): Promise<VirtualDiskInformation> {
    const ask = async (version: number): Promise<Buffer> => {
      const answer = informationRequest(version);
      const size = Buffer.alloc(4);
      size.writeUInt32LE(INFORMATION_BYTES);
      await this.#use('read information of', 'GetVirtualDiskInformation', size, answer, null);
      return answer;
    };
    const [size, type, subtype] = await Promise.all([
      ask(INFORMATION.size),
      ask(INFORMATION.storageType),
      ask(INFORMATION.providerSubtype),
    ]);
    return {
      ...decodeSize(size),
      format: decodeStorageDevice(type),
      kind: decodeSubtype(subtype),
    };
  }

  /** Attaches the disk to this host, without a drive letter, until it is detached or closed. */
  async attach(options: AttachOptions = {}): Promise<void> {
    const { readOnly = this.#readOnly, localHost = true } = options;
    const flags =
      ATTACH_NO_DRIVE_LETTER |
      (readOnly || this.#readOnly ? ATTACH_READ_ONLY : 0) |
      (localHost ? 0 : ATTACH_NO_LOCAL_HOST);
    await this.#use('attach', 'AttachVirtualDisk', null, flags, 0, attachParameters(), null);
  }

  async detach(): Promise<void> {
    await this.#use('detach', 'DetachVirtualDisk', 0, 0);
  }

  /** Of an attached disk: `\\.\PhysicalDriveN`. @throws HcsError where it is not attached */
  async physicalPath(): Promise<string> {
    for (let units = PATH_UNITS; ; units *= 4) {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32LE(units * 2);
      const text = Buffer.alloc(units * 2);
      const error = await this.#run('GetVirtualDiskPhysicalPath', bytes, text);
      if (error === ERROR_INSUFFICIENT_BUFFER && units < 32_768) continue;
      if (error !== 0) {
        throw this.#failure('find the physical path of', 'GetVirtualDiskPhysicalPath', error);
      }
      return text.toString('utf16le').split('\0', 1)[0] as string;
    }
  }

  /** Makes the disk larger; its file system stays as it is. @throws HcsError E_INVALIDARG, NOT_SUPPORTED */
  async resize(sizeBytes: number): Promise<void> {
    checkSize(`resize virtual disk ${this.path}`, sizeBytes);
    await this.#use('resize', 'ResizeVirtualDisk', 0, resizeParameters(sizeBytes), null);
  }

  /** Waits for calls in flight, then closes. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= Promise.allSettled(this.#inFlight).then(() =>
      this.#calls.closeHandle(this.#handle),
    );
    return this.#closed;
  }

  async #use(verb: string, name: ExportName, ...args: unknown[]): Promise<void> {
    const error = await this.#run(name, ...args);
    if (error !== 0) throw this.#failure(verb, name, error);
  }

  async #run(name: ExportName, ...args: unknown[]): Promise<number> {
    if (this.#closed !== undefined) {
      const Message = 'this handle is closed';
      throw new HcsError(`call ${name} on ${this.path}`, 'E_INVALIDARG', [{ Message }]);
    }
    const call = this.#calls.call(name, this.#handle, ...args);
    this.#inFlight.add(call);
    try {
      return await call;
    } finally {
      this.#inFlight.delete(call);
    }
  }

  #failure(verb: string, name: ExportName, error: number): HcsError {
    return win32Failure(`${verb} virtual disk ${this.path}`, name, error, this.path);
  }
}

function checkNewVhdx(
  op: string,
  path: string,
  sizeBytes: number,
  blockBytes: number,
  sectorBytes: number,
): void {
  if (!path.toLowerCase().endsWith('.vhdx')) {
    throw invalid(op, 'path', path, 'Windows makes a VHDX only of a file that is called .vhdx');
  }
  checkSize(op, sizeBytes);
  const power = Math.log2(blockBytes);
  if (!Number.isInteger(power) || blockBytes < MIB || blockBytes > 256 * MIB) {
    throw invalid(
      op,
      'blockBytes',
      blockBytes,
      `it must be a power of two from ${MIB} to ${256 * MIB}`,
    );
  }
  if (sectorBytes !== 512 && sectorBytes !== 4096) {
    throw invalid(op, 'sectorBytes', sectorBytes, 'it must be 512 or 4096');
  }
}

function checkSize(op: string, sizeBytes: number): void {
  const whole = Number.isSafeInteger(sizeBytes) && sizeBytes % MIB === 0;
  if (whole && sizeBytes >= 3 * MIB && sizeBytes <= 2 ** 46) return;
  const rule = `it must be a multiple of ${MIB} from ${3 * MIB} to ${2 ** 46}`;
  throw invalid(op, 'sizeBytes', sizeBytes, rule);
}

function invalid(op: string, field: string, value: unknown, rule: string): HcsError {
  const shown = typeof value === 'number' ? String(value) : JSON.stringify(value);
  const Message = `${field} is ${shown}: ${rule}`;
  return new HcsError(op, 'E_INVALIDARG', [{ Message, Source: field }]);
}
