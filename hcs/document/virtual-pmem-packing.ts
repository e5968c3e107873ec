/**
 * Where read-only images stand in a VM's persistent memory: one a device, or packed, several a device.
 *
 * Packing is hcsshim's (internal/memory/pool.go, internal/uvm/vpmem_mapped.go): a region of one class, 1 MiB x
 * 4^k, is divided into four of the next lower, and an image takes a whole region of the smallest class that
 * holds it. So the regions of a device never overlap, and any that are freed can hold an image of their class.
 */
import { HcsError } from '../hcs-error.ts';
import { VPMEM_MAPPINGS_MAX, VPMEM_PAGE_BYTES, type VirtualPMemDevice } from './virtual-pmem.ts';

const MIB = 1024 * 1024;
/** 1 MiB to 4 GiB. */
const CLASSES = Array.from({ length: 7 }, (_, exponent) => MIB * 4 ** exponent);

/** A fixed VHD, whole: an appended verity tree and the footer count. */
export interface PMemImage {
  /** Host path. */
  path: string;
  sizeBytes: number;
}

/** Where an image stands. The guest maps `sizeBytes` at `offset` of /dev/pmem<device>. */
export interface PMemPlace {
  device: number;
  /** Bytes, a multiple of 4096. */
  offset: number;
  /** The image's size, rounded up to whole pages. */
  sizeBytes: number;
}

export interface PMemPackingOptions {
  /** Device numbers are below this. */
  deviceCount: number;
  deviceSizeBytes: number;
  /** False: one image a device, as before build 18362. */
  packed: boolean;
  /** Devices that are taken, a root disk's; default none. */
  reserved?: readonly number[];
}

/** The places of one VM's images. */
export class PMemPacking {
  readonly #options: PMemPackingOptions;
  /** Free regions of a device: class to offsets. Absent until the device has its first image. */
  readonly #free = new Map<number, Map<number, number[]>>();
  /** Mappings a device. */
  readonly #taken = new Map<number, Map<number, number>>();

  constructor(options: PMemPackingOptions) {
    this.#options = options;
  }

  /** Takes a place, in the first device that has one; undefined: none has, or the image is too large. */
  reserve(sizeBytes: number): PMemPlace | undefined {
    const rounded = Math.ceil(sizeBytes / VPMEM_PAGE_BYTES) * VPMEM_PAGE_BYTES;
    const size = CLASSES.find((each) => each >= rounded);
    const { deviceCount, deviceSizeBytes, packed, reserved } = this.#options;
    if (!(rounded > 0) || rounded > deviceSizeBytes) return undefined;
    if (packed && size === undefined) return undefined;
    for (let device = 0; device < deviceCount; device += 1) {
      if (reserved?.includes(device) === true) continue;
      const taken = this.#taken.get(device) ?? new Map<number, number>();
      if (taken.size >= (packed ? VPMEM_MAPPINGS_MAX : 1)) continue;
      const offset = packed ? this.#carve(device, size ?? 0) : 0;
      if (offset === undefined || taken.has(offset)) continue;
      taken.set(offset, size ?? rounded);
      this.#taken.set(device, taken);
      return { device, offset, sizeBytes: rounded };
    }
    return undefined;
  }

  /** Gives a place back. @throws RangeError where nothing stands */
  release({ device, offset }: Pick<PMemPlace, 'device' | 'offset'>): void {
    const size = this.#taken.get(device)?.get(offset);
    if (size === undefined) {
      throw new RangeError(`PMem device ${device} has nothing at offset ${offset}`);
    }
    this.#taken.get(device)?.delete(offset);
    if (this.#options.packed) this.#merge(device, size, offset);
  }

  #regions(device: number): Map<number, number[]> {
    const known = this.#free.get(device);
    if (known !== undefined) return known;
    const free = new Map<number, number[]>(CLASSES.map((size) => [size, []]));
    // The device, in the largest regions that fit one after another.
    let offset = 0;
    for (const size of [...CLASSES].reverse()) {
      while (offset + size <= this.#options.deviceSizeBytes) {
        free.get(size)?.push(offset);
        offset += size;
      }
    }
    this.#free.set(device, free);
    return free;
  }

  /** The lowest free region of a class, divided off a larger one where needed. */
  #carve(device: number, size: number): number | undefined {
    const free = this.#regions(device);
    const source = CLASSES.find((each) => each >= size && (free.get(each)?.length ?? 0) > 0);
    if (source === undefined) return undefined;
    const offset = lowest(free.get(source) ?? []);
    for (let part = source / 4; part >= size; part /= 4) {
      free.get(part)?.push(offset + part, offset + 2 * part, offset + 3 * part);
    }
    return offset;
  }

  /** Frees a region, and joins four that were one. */
  #merge(device: number, size: number, offset: number): void {
    const free = this.#regions(device);
    const list = free.get(size);
    if (list === undefined) return;
    const parent = offset - (offset % (size * 4));
    const siblings = [0, 1, 2, 3].map((part) => parent + part * size);
    const whole =
      free.has(size * 4) &&
      parent + size * 4 <= this.#options.deviceSizeBytes &&
      siblings.every((at) => at === offset || list.includes(at));
    if (!whole) {
      list.push(offset);
      return;
    }
    free.set(
      size,
      list.filter((at) => !siblings.includes(at)),
    );
    this.#merge(device, size * 4, parent);
  }
}

/** Takes the lowest number out of a list that is not empty. */
function lowest(offsets: number[]): number {
  const offset = Math.min(...offsets);
  offsets.splice(offsets.indexOf(offset), 1);
  return offset;
}

/**
 * The devices of a create document that hold these images.
 * @throws HcsError E_INVALIDARG naming the image that has no place
 */
export function pmemDevices(
  images: readonly PMemImage[],
  options: PMemPackingOptions,
): Record<string, VirtualPMemDevice> {
  const packing = new PMemPacking(options);
  const devices: Record<string, VirtualPMemDevice> = {};
  images.forEach(({ path, sizeBytes }, index) => {
    const place = packing.reserve(sizeBytes);
    if (place === undefined) {
      const room = `${options.deviceCount} devices of ${options.deviceSizeBytes} bytes`;
      throw new HcsError('build LCOW document', 'E_INVALIDARG', [
        {
          Message: `virtualPMemImages[${index}] of ${sizeBytes} bytes has no place in ${room}`,
          Source: 'VirtualMachine/Devices/VirtualPMem/Devices',
        },
      ]);
    }
    const image = { HostPath: path, ImageFormat: 'Vhd1' as const };
    if (!options.packed) {
      devices[place.device] = { ...image, ReadOnly: true };
      return;
    }
    devices[place.device] ??= { ReadOnly: true, SizeBytes: options.deviceSizeBytes };
    const device = devices[place.device];
    if (device !== undefined) device.Mappings = { ...device.Mappings, [place.offset]: image };
  });
  return devices;
}
