/** SCSI controllers and what is attached to them (schema `Scsi`, `Attachment`). Types and limits. */

/** Controllers a VM may have. */
export const SCSI_CONTROLLERS_MAX = 4;
/** Attachments (LUNs 0..63) a controller may have. */
export const SCSI_LUNS_PER_CONTROLLER = 64;

/** Schema `Scsi`: one controller. */
export interface ScsiController {
  /** Keys are LUNs, decimal, 0..63. */
  Attachments?: Record<string, Attachment>;
  DisableInterruptBatching?: boolean;
}

/** Schema `Attachment`: one disk. */
export interface Attachment {
  /** VirtualDisk: VHD or VHDX (on QEMU a raw image too). PassThru: a block device of the host. */
  Type: AttachmentType;
  /** Host path. */
  Path: string;
  IgnoreFlushes?: boolean;
  CachingMode?: 'Uncached' | 'Cached' | 'ReadOnlyCached';
  NoWriteHardening?: boolean;
  DisableExpansionOptimization?: boolean;
  IgnoreRelativeLocator?: boolean;
  CaptureIoAttributionContext?: boolean;
  ReadOnly?: boolean;
  SupportCompressedVolumes?: boolean;
  AlwaysAllowSparseFiles?: boolean;
  SupportEncryptedFiles?: boolean;
  /** With Type ExtensibleVirtualDisk: the `<type>` of `evd://<type>/<path>`. */
  ExtensibleVirtualDiskType?: string;
}

/** Schema `AttachmentType`; ExtensibleVirtualDisk is hcsshim's addition. */
export type AttachmentType = 'VirtualDisk' | 'Iso' | 'PassThru' | 'ExtensibleVirtualDisk';
