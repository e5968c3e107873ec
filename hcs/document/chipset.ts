/** How a VM boots (schema `Chipset`). Types only. */

/** Schema `Chipset`: either LinuxKernelDirect or Uefi. */
export interface Chipset {
  Uefi?: Uefi;
  LinuxKernelDirect?: LinuxKernelDirect;
  IsNumLockDisabled?: boolean;
  BaseBoardSerialNumber?: string;
  ChassisSerialNumber?: string;
  ChassisAssetTag?: string;
  EnableHibernation?: boolean;
  UseUtc?: boolean;
}

/** Schema `LinuxKernelDirect`: the host loads the kernel. */
export interface LinuxKernelDirect {
  /** Host path of the kernel: bzImage, or better an uncompressed ELF `vmlinux`. */
  KernelFilePath: string;
  /** Host path of the initramfs; absent when the root is a disk. */
  InitRdPath?: string;
  /** At most 2047 bytes: x86 Linux cuts the rest off. */
  KernelCmdLine?: string;
}

/** Schema `Uefi`. */
export interface Uefi {
  EnableDebugger?: boolean;
  /** GUID. */
  SecureBootTemplateId?: string;
  ApplySecureBootTemplate?: 'Skip' | 'Apply';
  BootThis?: UefiBootEntry;
  Console?: 'Default' | 'Disabled' | 'ComPort1' | 'ComPort2';
  StopOnBootFailure?: boolean;
}

/** Schema `UefiBootEntry`. */
export interface UefiBootEntry {
  DeviceType?: 'ScsiDrive' | 'VmbFs' | 'Network' | 'File';
  DevicePath?: string;
  DiskNumber?: number;
  /** With VmbFs: the kernel's arguments. */
  OptionalData?: string;
  /** With VmbFs: the host folder that DevicePath is in. */
  VmbFsRootPath?: string;
}
