/** Decoders of schema `Chipset` and its parts. What each field means stands with its type. */
import { boolean, integer, object, oneOf, required, string } from './decoder.ts';
import { guid, hostPath, text } from './scalars.ts';
import type { Chipset, LinuxKernelDirect, Uefi, UefiBootEntry } from './chipset.ts';

const linuxKernelDirect = object<LinuxKernelDirect>({
  KernelFilePath: required(hostPath),
  InitRdPath: hostPath,
  KernelCmdLine: string({ pattern: /^[^\r\n]*$/, what: 'one line', empty: true }),
});

const uefi = object<Uefi>({
  EnableDebugger: boolean,
  SecureBootTemplateId: guid,
  ApplySecureBootTemplate: oneOf('Skip', 'Apply'),
  BootThis: object<UefiBootEntry>({
    DeviceType: oneOf('ScsiDrive', 'VmbFs', 'Network', 'File'),
    DevicePath: text,
    DiskNumber: integer({ type: 'uint16' }),
    OptionalData: text,
    VmbFsRootPath: hostPath,
  }),
  Console: oneOf('Default', 'Disabled', 'ComPort1', 'ComPort2'),
  StopOnBootFailure: boolean,
});

export const chipset = object<Chipset>(
  {
    Uefi: uefi,
    LinuxKernelDirect: linuxKernelDirect,
    IsNumLockDisabled: boolean,
    BaseBoardSerialNumber: text,
    ChassisSerialNumber: text,
    ChassisAssetTag: text,
    EnableHibernation: boolean,
    UseUtc: boolean,
  },
  {
    unsupported: ['FirmwareFile'],
    check(value, path, context) {
      if (value.Uefi !== undefined && value.LinuxKernelDirect !== undefined) {
        const message = `${path} has both Uefi and LinuxKernelDirect: a VM boots in one way`;
        context.note('refused', path, message);
      }
    },
  },
);
