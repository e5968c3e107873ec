/** Persistent memory devices (schema `VirtualPMemController`). Types and limits. */

/** Devices a VM may have at most. */
export const VPMEM_COUNT_MAX = 128;
/** hcsshim's device count. */
export const VPMEM_DEFAULT_COUNT = 64;
/** hcsshim's device size, 4 GiB. */
export const VPMEM_DEFAULT_SIZE_BYTES = 4 * 1024 ** 3;
/** Sizes and offsets are multiples of this. */
export const VPMEM_PAGE_BYTES = 4096;
/** Mappings that one device may hold. */
export const VPMEM_MAPPINGS_MAX = 1024;

/** Schema `VirtualPMemController`. */
export interface VirtualPMemController {
  /** Keys are device numbers, decimal, below MaximumCount. */
  Devices?: Record<string, VirtualPMemDevice>;
  /** 1..128. */
  MaximumCount?: number;
  /** The largest device, bytes; a multiple of 4096. */
  MaximumSizeBytes?: number;
  Backing?: 'Virtual' | 'Physical';
}

/** Schema `VirtualPMemDevice`; the guest sees device n as /dev/pmem<n>. */
export interface VirtualPMemDevice {
  /** Absent only where Mappings carry the content. */
  HostPath?: string;
  ReadOnly?: boolean;
  ImageFormat?: VirtualPMemImageFormat;
  SizeBytes?: number;
  /** Keys are byte offsets, decimal, multiples of 4096. */
  Mappings?: Record<string, VirtualPMemMapping>;
}

/** Schema `VirtualPMemMapping`. */
export interface VirtualPMemMapping {
  HostPath: string;
  ImageFormat?: VirtualPMemImageFormat;
}

/** Schema `VirtualPMemImageFormat`. */
export type VirtualPMemImageFormat = 'Vhdx' | 'Vhd1';
