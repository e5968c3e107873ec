/**
 * How an LCOW VM boots on a host: hcsshim's boot modes a to e (facts §1.8), as the document's chipset and the
 * first arguments of the kernel line.
 *
 *   a  kernel-direct, initrd                 d  kernel-direct, VHD on SCSI 0:0 under dm-verity
 *   b  kernel-direct, VHD on PMem device 0   e  UEFI from VmbFs, with the root of any of a to d
 *   c  kernel-direct, VHD on SCSI 0:0
 */
import { HcsError } from '../hcs-error.ts';
import type { Chipset } from './chipset.ts';
import { show } from './decoder.ts';
import { KERNEL_DIRECT_BUILD } from './host-features.ts';
import type { HostVersion } from './host-version.ts';
import { ROOT_ARGUMENTS } from './kernel-command-line.ts';
import type { LcowDocumentOptions, Loader } from './lcow-options.ts';

/** The parts of the options that decide the boot. */
export type BootOptions = Pick<
  LcowDocumentOptions,
  'kernelFilePath' | 'vmlinuxFilePath' | 'loader' | 'initRdPath' | 'rootDisk'
>;

/** Who loads the kernel, and why not the host itself where it is not so by request. */
export function chooseLoader(
  wished: Loader | undefined,
  host: HostVersion,
): { loader: Loader; reason?: string } {
  if (wished !== undefined) return { loader: wished };
  if (host.arch === 'arm64') {
    return { loader: 'uefi', reason: 'arm64 hosts do not load a kernel themselves' };
  }
  if (host.build >= KERNEL_DIRECT_BUILD) return { loader: 'kernel-direct' };
  const reason = `a host loads the kernel itself from Windows build ${KERNEL_DIRECT_BUILD}; this one has ${host.build}`;
  return { loader: 'uefi', reason };
}

/** Whether a host boots bzImage by UEFI, where nobody wished otherwise. */
export function bootsByUefi(host: HostVersion): boolean {
  return chooseLoader(undefined, host).loader === 'uefi';
}

/**
 * The first part of the kernel line: where the root is and, with UEFI, the initrd. May be empty.
 * @throws HcsError E_INVALIDARG when UEFI cannot reach the initrd, or dm-verity is asked of PMem
 */
export function rootArguments(options: BootOptions, host: HostVersion): string {
  const { initRdPath, rootDisk } = options;
  const { loader } = chooseLoader(options.loader, host);
  const initrd =
    loader === 'uefi' && initRdPath !== undefined ? [`initrd=/${initrdName(options)}`] : [];
  return [...initrd, ...diskArguments(rootDisk)].join(' ');
}

function diskArguments(disk: BootOptions['rootDisk']): string[] {
  if (disk === undefined) return [];
  if (disk.verity === undefined) return [ROOT_ARGUMENTS[disk.kind]];
  if (disk.kind !== 'scsi') refuse(`rootDisk with verity must be "scsi": it is "${disk.kind}"`);
  if (disk.verity === '' || /["\r\n\0]/.test(disk.verity)) {
    refuse(`rootDisk verity ${show(disk.verity)} is not one line without quotes`);
  }
  return [`root=/dev/dm-0 dm-mod.create="${disk.verity}" init=/init`];
}

/**
 * The chipset of the document.
 * @throws HcsError E_INVALIDARG when UEFI cannot boot the files
 */
export function bootChipset(
  options: BootOptions & Pick<LcowDocumentOptions, 'kernelCommandLine'>,
  host: HostVersion,
): Chipset {
  const { initRdPath, kernelCommandLine, kernelFilePath, vmlinuxFilePath } = options;
  switch (chooseLoader(options.loader, host).loader) {
    case 'kernel-direct':
      return {
        LinuxKernelDirect: {
          KernelFilePath: vmlinuxFilePath ?? kernelFilePath,
          ...(initRdPath === undefined ? {} : { InitRdPath: initRdPath }),
          KernelCmdLine: kernelCommandLine,
        },
      };
    case 'uefi': {
      const kernel = splitPath(kernelFilePath);
      if (kernel.name === 'vmlinux') {
        refuse(`kernelFilePath ${show(kernelFilePath)}: UEFI boots a bzImage, not a vmlinux`);
      }
      if (kernel.folder === '' || kernel.name === '') {
        refuse(`kernelFilePath ${show(kernelFilePath)}: UEFI needs a file in a folder`);
      }
      if (initRdPath !== undefined) initrdName(options);
      return {
        Uefi: {
          BootThis: {
            DeviceType: 'VmbFs',
            DevicePath: `\\${kernel.name}`,
            VmbFsRootPath: kernel.folder,
            OptionalData: kernelCommandLine,
          },
        },
      };
    }
  }
}

/** The initrd as UEFI names it: VmbFs shows one folder, the kernel's. */
function initrdName({ initRdPath = '', kernelFilePath }: BootOptions): string {
  const initrd = splitPath(initRdPath);
  if (initrd.folder !== splitPath(kernelFilePath).folder) {
    refuse(
      `initRdPath ${show(initRdPath)}: UEFI needs it in the folder of kernelFilePath ${show(kernelFilePath)}`,
    );
  }
  if (!/^[^\s"]+$/.test(initrd.name)) {
    refuse(`initRdPath ${show(initRdPath)}: its name cannot stand in a kernel line`);
  }
  return initrd.name;
}

/** A Windows or POSIX path; the folder of a root keeps its separator. */
function splitPath(path: string): { folder: string; name: string } {
  const at = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  const folder = path.slice(0, Math.max(at, 0));
  const root = at === 0 || /^[A-Za-z]:$/.test(folder);
  return { folder: root ? path.slice(0, at + 1) : folder, name: path.slice(at + 1) };
}

function refuse(message: string): never {
  throw new HcsError('build LCOW document', 'E_INVALIDARG', [
    { Message: message, Source: 'VirtualMachine/Chipset' },
  ]);
}
