/** Options of `lcow uvm boot` that describe a document for a Windows host. Data only. */
import type { CommandOption } from '../command.ts';

/** What `--boot-mode` takes; `uefi-` before a root means that UEFI loads the kernel also where the host could. */
export const BOOT_MODES = [
  'initrd',
  'vhd-pmem',
  'vhd-scsi',
  'vhd-verity',
  'uefi',
  'uefi-vhd-pmem',
  'uefi-vhd-scsi',
  'uefi-vhd-verity',
] as const;

/** What `--memory-option` takes. */
export const MEMORY_OPTIONS = [
  'no-overcommit',
  'deferred-commit',
  'hot-hint',
  'cold-hint',
  'cold-discard-hint',
  'large-pages',
  'large-pages-only',
] as const;

/** They need --document-only and --windows-build, the first; --rootfs, its --boot-mode and --dm-verity go without. */
export const DOCUMENT_OPTIONS: readonly CommandOption[] = [
  {
    name: 'windows-build',
    value: 'N',
    help: 'with --document-only: the document for a Windows host of build N, 17763 to 26100 and later',
  },
  {
    name: 'arch',
    value: 'amd64|arm64',
    help: "that host's architecture (default amd64)",
    completes: ['amd64', 'arm64'],
  },
  {
    name: 'boot-mode',
    value: 'MODE',
    help: 'initrd (default), vhd-pmem, vhd-scsi, vhd-verity; uefi, uefi-vhd-...: by UEFI though the host could',
    completes: BOOT_MODES,
  },
  {
    name: 'rootfs',
    value: 'FILE',
    help: 'the VHD that a vhd mode boots, here too',
    completes: 'file',
  },
  {
    name: 'dm-verity',
    value: 'ARGS',
    help: 'with vhd-verity: what dm-mod.create makes /dev/dm-0 of (default, here: the .verity file beside FILE)',
  },
  { name: 'pmem', value: 'N', help: 'persistent memory devices (default 64; none on arm64)' },
  { name: 'scsi-controllers', value: 'N', help: 'controllers (default 1, and 4 without --pmem)' },
  { name: 'cpu-limit', value: 'N', help: 'hundred thousandths of the processors, 1 to 100000' },
  { name: 'cpu-weight', value: 'N', help: 'weight among VMs, 1 to 10000 (default 100)' },
  { name: 'cpu-group', value: 'GUID', help: 'CPU group to run in; from build 19043' },
  {
    name: 'numa',
    value: 'SPEC',
    help: 'NODE:CPUS:SIZE,... (NODE a number or any), or max=CPUS:SIZE a node; from build 26100',
  },
  {
    name: 'memory-option',
    value: 'NAME',
    multiple: true,
    help: `memory option, may be repeated: ${MEMORY_OPTIONS.join(', ')}`,
    completes: MEMORY_OPTIONS,
  },
  {
    name: 'log-pipe',
    value: 'PIPE',
    help: 'second serial port, for kernel messages, on this pipe',
  },
];
