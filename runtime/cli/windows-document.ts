/**
 * `lcow uvm boot --document-only --windows-build N`: the document for a Windows host, printed on any host. Files
 * are named, not looked at, and nothing is asked of the host that this runs on.
 */
import { HcsError } from '../../hcs/hcs-error.ts';
import { hostOfBuild } from '../../hcs/document/host-version.ts';
import { type LcowVm, type LcowVmOptions, lcowVm } from '../../hcs/document/lcow-vm.ts';
import type { NumaNode, NumaOptions } from '../../hcs/document/numa-topology.ts';
import { isGuid } from '../../hcs/document/scalars.ts';
import { RuntimeError } from '../errors.ts';
import type { OptionValues } from './command.ts';
import { parseCount, parseSize } from './size.ts';
import { BOOT_MODES, DOCUMENT_OPTIONS, MEMORY_OPTIONS } from './table/document-options.ts';

const MIB = 1024 * 1024;
/** Where hcsshim looks, in the end. */
const BOOT_FOLDER = 'C:\\Program Files\\Linux Containers';
const CONSOLE_PIPE = '\\\\.\\pipe\\lcow-uvm-console';
const BUILD_MOST = 99_999;
const MEMORY_MOST_MIB = 240 * 1024 * 1024;

/** True when a document for a Windows host is asked for. @throws RuntimeError when only its options are */
export function asksForWindowsDocument(options: OptionValues): boolean {
  const needs = (what: string, option: string): never =>
    refuse(option, `--${option} needs ${what}`);
  if (options.given('windows-build')) {
    return options.flag('document-only') || needs('--document-only', 'windows-build');
  }
  // With --rootfs it is a VM of this host that boots a disk.
  const own = options.given('rootfs') ? ROOT_OPTIONS : [];
  const stray = DOCUMENT_OPTIONS.filter(({ name }) => !own.includes(name)).find(
    ({ name, multiple }) =>
      multiple === true ? options.list(name).length > 0 : options.given(name),
  );
  return stray === undefined ? false : needs('--document-only and --windows-build', stray.name);
}

/** What goes without --document-only too. */
const ROOT_OPTIONS: readonly string[] = ['rootfs', 'boot-mode', 'dm-verity'];

/** The document as JSON on stdout; the kernel line and what the host decided, for reading, on stderr. */
export function printWindowsDocument(options: OptionValues): number {
  const { document, kernelCommandLine, notes } = windowsDocument(options);
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  process.stderr.write(`kernel line: ${kernelCommandLine}\n`);
  for (const note of notes) process.stderr.write(`note: ${note}\n`);
  return 0;
}

/** What the builder's refusals call an option, and what people typed. */
const TYPED: Readonly<Record<string, string>> = {
  loader: '--boot-mode',
  rootDisk: '--boot-mode',
  initRdPath: '--initrd',
  kernelFilePath: '--kernel',
  memoryMiB: '--memory',
  allowOvercommit: '--memory-option no-overcommit: overcommit',
  enableDeferredCommit: '--memory-option deferred-commit',
  enableColdDiscardHint: '--memory-option cold-discard-hint',
  largePages: '--memory-option large-pages',
  cpuGroupId: '--cpu-group',
  numa: '--numa',
  virtualPMemCount: '--pmem',
};

/** @throws RuntimeError invalid-argument or unsupported, naming the option */
export function windowsDocument(options: OptionValues): LcowVm {
  try {
    return describeVm(options);
  } catch (error) {
    if (!(error instanceof HcsError)) throw error;
    const names = new RegExp(`\\b(?:${Object.keys(TYPED).join('|')})\\b`, 'g');
    const message = error.events.map(({ Message }) => Message).join('; ');
    throw new RuntimeError(
      error.code === 'NOT_SUPPORTED' ? 'unsupported' : 'invalid-argument',
      'describe the VM',
      message.replaceAll(names, (name) => TYPED[name] ?? name),
      { cause: error },
    );
  }
}

function describeVm(options: OptionValues): LcowVm {
  const build = parseCount('--windows-build', options.text('windows-build') ?? '', 1, BUILD_MOST);
  const arch = oneOf('arch', options.text('arch') ?? 'amd64', ['amd64', 'arm64'] as const);
  const host = hostOfBuild(build, arch);
  const group = options.text('cpu-group');
  if (group !== undefined && !isGuid(group)) refuse('cpu-group', `"${group}" is not a GUID`);
  const consoleWanted = options.flag('console');
  return lcowVm(
    {
      ...bootFiles(options),
      ...boot(options, arch === 'arm64'),
      ...memoryOptions(options),
      ...number(options, 'cpus', 'processorCount', 1, 2048),
      ...number(options, 'cpu-limit', 'processorLimit', 1, 100_000),
      ...number(options, 'cpu-weight', 'processorWeight', 1, 10_000),
      ...number(options, 'pmem', 'virtualPMemCount', 0, 128),
      ...number(options, 'scsi-controllers', 'scsiControllerCount', 1, 4),
      ...text(options, 'cpu-group', 'cpuGroupId'),
      ...text(options, 'kernel-args', 'userArguments'),
      ...text(options, 'log-pipe', 'logPipe'),
      ...numa(options),
      ...(consoleWanted ? { consolePipe: CONSOLE_PIPE } : {}),
    },
    host,
  );
}

function bootFiles(
  options: OptionValues,
): Pick<LcowVmOptions, 'kernelFilePath' | 'vmlinuxFilePath'> {
  const kernel = options.text('kernel');
  if (kernel !== undefined) return { kernelFilePath: kernel };
  return {
    kernelFilePath: `${BOOT_FOLDER}\\kernel`,
    vmlinuxFilePath: `${BOOT_FOLDER}\\vmlinux`,
  };
}

/** The mode; where only a root VHD is given, hcsshim's: PMem where there is some, else SCSI. */
function boot(
  options: OptionValues,
  arm64: boolean,
): Pick<LcowVmOptions, 'loader' | 'initRdPath' | 'rootDisk' | 'virtualPMemCount'> {
  const rootfs = options.text('rootfs');
  const pmem = !arm64 && options.text('pmem') !== '0';
  const usual = rootfs === undefined ? 'initrd' : pmem ? 'vhd-pmem' : 'vhd-scsi';
  const mode = oneOf('boot-mode', options.text('boot-mode') ?? usual, BOOT_MODES);
  const loader = mode.startsWith('uefi') ? ({ loader: 'uefi' } as const) : {};
  const root = mode === 'uefi' ? 'initrd' : mode.replace('uefi-', '');
  const verity = options.text('dm-verity');
  if ((verity !== undefined) !== (root === 'vhd-verity')) {
    refuse('dm-verity', '--dm-verity goes with --boot-mode vhd-verity, and only with it');
  }
  if (root === 'initrd') {
    if (rootfs !== undefined) refuse('rootfs', `--rootfs is not used by --boot-mode ${mode}`);
    const folder = options.text('kernel')?.replace(/[^\\/]*$/, '') ?? `${BOOT_FOLDER}\\`;
    return { ...loader, initRdPath: options.text('initrd') ?? `${folder}initrd.img` };
  }
  if (options.given('initrd')) refuse('initrd', `--initrd is not used by --boot-mode ${mode}`);
  return {
    ...loader,
    // hcsshim's root is on SCSI where there is no PMem; --pmem given counts after this.
    ...(root === 'vhd-pmem' ? {} : { virtualPMemCount: 0 }),
    rootDisk: {
      kind: root === 'vhd-pmem' ? 'pmem' : 'scsi',
      path: rootfs ?? `${BOOT_FOLDER}\\rootfs.vhd`,
      ...(verity === undefined ? {} : { verity }),
    },
  };
}

function memoryOptions(options: OptionValues): Partial<LcowVmOptions> {
  const names = options.list('memory-option').map((name) => {
    return oneOf('memory-option', name, MEMORY_OPTIONS);
  });
  const memory = options.text('memory');
  const given = new Set(names);
  return {
    ...(memory === undefined ? {} : { memoryMiB: mebibytes('--memory', memory) }),
    ...(given.has('no-overcommit') ? { allowOvercommit: false } : {}),
    ...(given.has('deferred-commit') ? { enableDeferredCommit: true } : {}),
    ...(given.has('hot-hint') ? { enableHotHint: true } : {}),
    ...(given.has('cold-hint') ? { enableColdHint: true } : {}),
    ...(given.has('cold-discard-hint') ? { enableColdDiscardHint: true } : {}),
    ...(given.has('large-pages') ? { largePages: 'preferred' } : {}),
    ...(given.has('large-pages-only') ? { largePages: 'required' } : {}),
  };
}

function numa(options: OptionValues): { numa?: NumaOptions } {
  const spec = options.text('numa');
  if (spec === undefined) return {};
  const unreadable = (part: string): never =>
    refuse('numa', `"${part.slice(0, 64)}" is neither NODE:CPUS:SIZE nor max=CPUS:SIZE`);
  const [, cpus, size] = /^max=(\d+):([^:,]+)$/.exec(spec) ?? [];
  if (cpus !== undefined && size !== undefined) {
    const maxProcessorsPerNode = parseCount('--numa', cpus, 1, 2048);
    const maxMemoryPerNodeMiB = mebibytes('--numa', size);
    return { numa: { kind: 'implicit', maxProcessorsPerNode, maxMemoryPerNodeMiB } };
  }
  const nodes = spec.split(',').map((part): NumaNode => {
    const [, node, processors, memory] = /^(\d+|any):(\d+):([^:]+)$/.exec(part) ?? unreadable(part);
    return {
      physicalNode: node === 'any' ? 'any' : parseCount('--numa', node ?? '', 0, 63),
      processorCount: parseCount('--numa', processors ?? '', 0, 2048),
      memoryMiB: mebibytes('--numa', memory ?? ''),
    };
  });
  return { numa: { kind: 'explicit', nodes } };
}

function mebibytes(option: string, size: string): number {
  const count = Math.ceil(parseSize(option, size) / MIB);
  if (count > MEMORY_MOST_MIB) refuse(option.slice(2), `"${size}" is more than 240t`);
  return count;
}

function number<Key extends string>(
  options: OptionValues,
  name: string,
  key: Key,
  least: number,
  most: number,
): { [K in Key]?: number } {
  const given = options.text(name);
  if (given === undefined) return {};
  return { [key]: parseCount(`--${name}`, given, least, most) } as { [K in Key]?: number };
}

function text<Key extends string>(
  options: OptionValues,
  name: string,
  key: Key,
): { [K in Key]?: string } {
  const given = options.text(name);
  if (given === undefined) return {};
  if (given === '') refuse(name, `--${name} is empty`);
  return { [key]: given } as { [K in Key]?: string };
}

function oneOf<Word extends string>(name: string, given: string, words: readonly Word[]): Word {
  const word = words.find((each) => each === given);
  return word ?? refuse(name, `"${given.slice(0, 64)}" is none of ${words.join(', ')}`);
}

function refuse(option: string, message: string): never {
  throw new RuntimeError('invalid-argument', `read --${option}`, message);
}
