/**
 * An LCOW VM for a host, whole: the document with the kernel line that belongs to it, and what the host made
 * of it that was not asked for. A wish that the host cannot serve is refused (host-features.ts); what hcsshim
 * quietly does another way on an older host is done so here and told in `notes`.
 */
import type { ComputeSystemDocument } from './compute-system.ts';
import { PMEM_MAPPINGS_BUILD } from './host-features.ts';
import { checkHostVersion, type HostVersion, MODERN_HOST } from './host-version.ts';
import { kernelCommandLine, type KernelCommandLineOptions } from './kernel-command-line.ts';
import { chooseLoader, rootArguments } from './lcow-boot.ts';
import { packsPMem } from './lcow-devices.ts';
import { lcowDocument } from './lcow-document.ts';
import { DEFAULT_PROCESSOR_COUNT, type LcowDocumentOptions, type Loader } from './lcow-options.ts';

export interface LcowVmOptions
  extends Omit<LcowDocumentOptions, 'kernelCommandLine'>,
    Pick<
      KernelCommandLineOptions,
      'platform' | 'platformArguments' | 'userArguments' | 'virtualPci' | 'initArguments'
    > {}

export interface LcowVm {
  readonly document: ComputeSystemDocument;
  readonly kernelCommandLine: string;
  readonly loader: Loader;
  /** Whether images that are hot-added share PMem devices. */
  readonly packsPMem: boolean;
  /** What is otherwise than on a newer host, one sentence each. */
  readonly notes: readonly string[];
}

/**
 * Describes the VM.
 * @throws HcsError as lcowDocument and kernelCommandLine
 */
export function lcowVm(options: LcowVmOptions, host: HostVersion = MODERN_HOST): LcowVm {
  const {
    initArguments,
    platform = 'hyperv',
    platformArguments,
    userArguments,
    virtualPci,
    ...described
  } = options;
  checkHostVersion(host);
  const root = rootArguments(described, host);
  const line = kernelCommandLine({
    platform,
    arch: host.arch,
    processorCount: options.processorCount ?? DEFAULT_PROCESSOR_COUNT,
    rootArguments: root,
    console: options.console === true || options.consolePipe !== undefined,
    logPort: options.logPipe !== undefined,
    graphicsConsole: options.graphicsConsole ?? false,
    ...(platformArguments === undefined ? {} : { platformArguments }),
    ...(userArguments === undefined ? {} : { userArguments }),
    ...(virtualPci === undefined ? {} : { virtualPci }),
    ...(initArguments === undefined ? {} : { initArguments }),
  });
  return {
    document: lcowDocument({ ...described, kernelCommandLine: line }, host),
    kernelCommandLine: line,
    loader: chooseLoader(options.loader, host).loader,
    packsPMem: packsPMem(host),
    notes: notes(options, host),
  };
}

function notes(options: LcowVmOptions, host: HostVersion): string[] {
  const { reason } = chooseLoader(options.loader, host);
  const images = options.virtualPMemImages?.length ?? 0;
  return [
    ...(reason === undefined ? [] : [`boots by UEFI from VmbFs: ${reason}`]),
    ...(host.arch === 'arm64' && options.virtualPMemCount === undefined
      ? ['has no persistent memory: arm64 hosts have none; SCSI takes its place']
      : []),
    ...(images > 1 && !packsPMem(host)
      ? [
          `gives each of ${images} images a PMem device: several share one from Windows build ${PMEM_MAPPINGS_BUILD} with schema 2.2; this host has ${host.build}`,
        ]
      : []),
  ];
}
