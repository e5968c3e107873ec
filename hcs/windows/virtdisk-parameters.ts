/**
 * The structures of virtdisk.dll as bytes, as the Windows SDK lays them out for 64-bit Windows (x64 and arm64 alike).
 * The SDK, not mingw's header, whose CREATE_VIRTUAL_DISK_PARAMETERS lacks a field. Reserved and unused fields are zero.
 */

/** VIRTUAL_STORAGE_TYPE_DEVICE. */
export const STORAGE_DEVICE = { unknown: 0, vhd: 2, vhdx: 3 } as const;
/** VIRTUAL_STORAGE_TYPE_VENDOR_MICROSOFT ec984aec-a0f9-47e9-901f-71415a66345b, as Windows stores a GUID. */
const VENDOR_MICROSOFT = Buffer.from('ec4a98ecf9a0e947901f71415a66345b', 'hex');
const UNKNOWN_VENDOR = Buffer.alloc(16);

/** CREATE_VIRTUAL_DISK_PARAMETERS with its largest version. */
const CREATE_BYTES = 184;
const OPEN_BYTES = 28;
const ATTACH_BYTES = 24;
const RESIZE_BYTES = 16;
/** GET_VIRTUAL_DISK_INFO with the members that are asked for here. */
export const INFORMATION_BYTES = 32;

/** GET_VIRTUAL_DISK_INFO_VERSION. */
export const INFORMATION = { size: 1, identifier: 2, storageType: 6, providerSubtype: 7 } as const;

/** VIRTUAL_STORAGE_TYPE, 20 bytes. Unknown device and vendor: Windows looks at the file. */
export function storageType(device: keyof typeof STORAGE_DEVICE): Buffer {
  const b = Buffer.alloc(20);
  b.writeUInt32LE(STORAGE_DEVICE[device], 0);
  (device === 'unknown' ? UNKNOWN_VENDOR : VENDOR_MICROSOFT).copy(b, 4);
  return b;
}

/** Version 2, which takes access VIRTUAL_DISK_ACCESS_NONE. */
export function createParameters(disk: {
  sizeBytes: number;
  blockBytes: number;
  sectorBytes: number;
  physicalSectorBytes: number;
}): Buffer {
  const b = Buffer.alloc(CREATE_BYTES);
  b.writeUInt32LE(2, 0);
  // 8: UniqueId, zero for one that Windows makes.
  b.writeBigUInt64LE(BigInt(disk.sizeBytes), 24);
  b.writeUInt32LE(disk.blockBytes, 32);
  b.writeUInt32LE(disk.sectorBytes, 36);
  b.writeUInt32LE(disk.physicalSectorBytes, 40);
  return b;
}

/** Version 2. */
export function openParameters(how: { informationOnly: boolean; readOnly: boolean }): Buffer {
  const b = Buffer.alloc(OPEN_BYTES);
  b.writeUInt32LE(2, 0);
  b.writeInt32LE(how.informationOnly ? 1 : 0, 4);
  b.writeInt32LE(how.readOnly ? 1 : 0, 8);
  return b;
}

/** Version 1, which has nothing in it. */
export function attachParameters(): Buffer {
  const b = Buffer.alloc(ATTACH_BYTES);
  b.writeUInt32LE(1, 0);
  return b;
}

/** Version 1. */
export function resizeParameters(sizeBytes: number): Buffer {
  const b = Buffer.alloc(RESIZE_BYTES);
  b.writeUInt32LE(1, 0);
  b.writeBigUInt64LE(BigInt(sizeBytes), 8);
  return b;
}

/** Room for an answer, with the version that is asked for. */
export function informationRequest(version: number): Buffer {
  const b = Buffer.alloc(INFORMATION_BYTES);
  b.writeUInt32LE(version, 0);
  return b;
}

/** GET_VIRTUAL_DISK_INFO_SIZE. */
export function decodeSize(b: Buffer): {
  sizeBytes: number;
  fileBytes: number;
  blockBytes: number;
  sectorBytes: number;
} {
  return {
    sizeBytes: Number(b.readBigUInt64LE(8)),
    fileBytes: Number(b.readBigUInt64LE(16)),
    blockBytes: b.readUInt32LE(24),
    sectorBytes: b.readUInt32LE(28),
  };
}

/** VIRTUAL_STORAGE_TYPE's device within an answer. */
export function decodeStorageDevice(b: Buffer): 'vhd' | 'vhdx' | 'unknown' {
  const device = b.readUInt32LE(8);
  if (device === STORAGE_DEVICE.vhd) return 'vhd';
  return device === STORAGE_DEVICE.vhdx ? 'vhdx' : 'unknown';
}

/** The provider's subtype within an answer. */
export function decodeSubtype(b: Buffer): 'fixed' | 'dynamic' | 'differencing' | 'unknown' {
  return (['fixed', 'dynamic', 'differencing'] as const)[b.readUInt32LE(8) - 2] ?? 'unknown';
}
