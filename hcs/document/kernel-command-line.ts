/**
 * The kernel command line of an LCOW VM, in hcsshim's order (internal/uvm/create_lcow.go) with our init.
 *
 * Arguments that only make sense on Hyper-V are left out elsewhere: QEMU's devices are on PCI and its
 * vsock is virtio's. hcsshim's line begins with a space where the root part is empty; ours does not.
 */
import { HcsError } from '../hcs-error.ts';
import { show } from './decoder.ts';
import type { HostArchitecture } from './host-version.ts';

/** What the VM runs on. It decides arguments of the kernel, not the document's form. */
export type TargetPlatform = 'hyperv' | 'qemu';

/** Longest line that x86 Linux takes whole (COMMAND_LINE_SIZE less its NUL). */
export const KERNEL_COMMAND_LINE_MAX = 2047;

const SOURCE = 'VirtualMachine/Chipset/LinuxKernelDirect/KernelCmdLine';

/** `rootArguments` of hcsshim's boot modes b and c: an ext4 VHD as PMem device 0, or as SCSI 0:0. */
export const ROOT_ARGUMENTS = {
  pmem: 'root=/dev/pmem0 ro rootwait init=/init',
  scsi: 'root=/dev/sda ro rootwait init=/init',
} as const;

export interface KernelCommandLineOptions {
  /** Default: what this host's compute service is, hyperv on Windows and qemu elsewhere. */
  platform?: TargetPlatform;
  /** Becomes nr_cpus=. */
  processorCount: number;
  /** Where the root is, for example "root=/dev/sda ro rootwait init=/init". Default none: an initramfs. */
  rootArguments?: string;
  /** Default amd64. */
  arch?: HostArchitecture;
  /** True where the document has ComPorts["0"]: kernel messages go there. Default false: quiet. */
  console?: boolean;
  /** True where the document has ComPorts["1"]: kernel messages go there too. Default false. */
  logPort?: boolean;
  /** True where the document has a video monitor. Default false. */
  graphicsConsole?: boolean;
  /** What the caller found to boot this platform faster; before `userArguments`, which thus win. */
  platformArguments?: readonly string[];
  /** The user's own arguments, as one string. */
  userArguments?: string;
  /** True where the document has VirtualPci: keeps PCI on with Hyper-V. Default false. */
  virtualPci?: boolean;
  /** Arguments of /init, after " -- ". */
  initArguments?: readonly string[];
}

/**
 * Composes the line.
 * @throws HcsError E_INVALIDARG when it has a line break, a NUL or a "--" of the user's, or is too long
 */
export function kernelCommandLine(options: KernelCommandLineOptions): string {
  const hyperv = (options.platform ?? hostPlatform()) === 'hyperv';
  const userArguments = options.userArguments?.trim() ?? '';
  if (/(?:^|\s)--(?:\s|$)/.test(userArguments)) {
    refuse(
      `kernel arguments ${show(userArguments)} contain "--", which ends the kernel's arguments`,
    );
  }
  const parts = [
    options.rootArguments ?? '',
    // Without virtio's vsock, AF_VSOCK is hv_sock's.
    hyperv ? 'initcall_blacklist=virtio_vsock_init' : '',
    ...consoleArguments(options),
    ...platformArguments(options),
    rootIsScannedFor(options) ? 'scsi_mod.scan=sync' : '',
    userArguments,
    hyperv && options.virtualPci !== true ? 'pci=off' : '',
    `nr_cpus=${options.processorCount}`,
    'brd.rd_nr=0',
    hyperv ? 'pmtmr=0' : '',
    ...(options.initArguments?.length ? ['--', ...options.initArguments] : []),
  ];
  const line = parts.filter((part) => part !== '').join(' ');
  const bytes = Buffer.byteLength(line);
  if (bytes > KERNEL_COMMAND_LINE_MAX) {
    refuse(`the kernel command line has ${bytes} bytes: at most ${KERNEL_COMMAND_LINE_MAX}`);
  }
  if (/[\0\r\n]/.test(line)) refuse(`the kernel command line ${show(line)} is not one line`);
  return line;
}

/**
 * Without the port of the kernel's errors where a console shows everything: it would show them twice. With several
 * processors each has its own timer: one for all is dear when they are idle.
 */
function platformArguments(options: KernelCommandLineOptions): readonly string[] {
  const { console = false, logPort = false, graphicsConsole = false, processorCount } = options;
  const shown = console || logPort || graphicsConsole;
  return (options.platformArguments ?? []).filter(
    (word) =>
      !(shown && word.startsWith('earlyprintk=')) &&
      !(processorCount > 1 && word === 'nolapic_timer'),
  );
}

/** A root on SCSI, by itself or below dm-verity, must be found by the kernel: the agent, which asks for disks, is on it. */
function rootIsScannedFor({ rootArguments, platformArguments }: KernelCommandLineOptions): boolean {
  const isScsi = /^root=\/dev\/(?:sd|dm-)/.test(rootArguments ?? '');
  return isScsi && (platformArguments ?? []).includes('scsi_mod.scan=manual');
}

/** The last console= is /dev/console; a VM whose end nobody watches reboots at a panic, which ends it. */
function consoleArguments(options: KernelCommandLineOptions): string[] {
  const { arch = 'amd64', console = false, graphicsConsole = false, logPort = false } = options;
  const ports = [...(logPort ? [1] : []), ...(console ? [0] : [])];
  const uarts = Math.max(-1, ...ports) + 1;
  const serial =
    arch === 'arm64'
      ? ports.map((port) => `console=ttyAMA${port},115200`)
      : [
          `8250_core.nr_uarts=${uarts}`,
          ...(uarts > 0 ? ['8250_core.skip_txen_test=1'] : []),
          ...ports.map((port) => `console=ttyS${port},115200`),
        ];
  const unwatched = console || graphicsConsole ? [] : logPort ? ['panic=-1'] : ['panic=-1 quiet'];
  return [...serial, ...(graphicsConsole ? ['console=tty'] : []), ...unwatched];
}

function hostPlatform(): TargetPlatform {
  return process.platform === 'win32' ? 'hyperv' : 'qemu';
}

function refuse(message: string): never {
  throw new HcsError('compose kernel command line', 'E_INVALIDARG', [
    { Message: message, Source: SOURCE },
  ]);
}
