/**
 * The VM options of pods that others than `lcow` ask for, containerd's shim and `lcow-oci`: the table `[shim]` of a
 * configuration file. The same names, without `shim.`, are keys of a runtime's options and annotations `io.lcow.<name>`
 * (runtime/shim/options).
 */
import type { Setting } from './settings.ts';

const MIB = 2 ** 20;

export const SHIM_TABLE = 'shim';

export const SHIM_SETTINGS: readonly Setting[] = [
  {
    name: 'shim.memory',
    kind: { type: 'size', least: 4 * MIB, most: 2 ** 44 },
    summary: "memory of a pod's VM, all of it",
    default: undefined,
    otherwise: "its containers' limit and what the VM needs beside it; without a limit 1024 MiB",
    environment: 'LCOW_SHIM_MEMORY',
  },
  {
    name: 'shim.processors',
    kind: { type: 'whole', least: 1, most: 240 },
    summary: "processors of a pod's VM",
    default: undefined,
    otherwise: "its containers' limit; without one 2, 1 where guests are emulated",
    environment: 'LCOW_SHIM_PROCESSORS',
  },
  {
    name: 'shim.kernel-args',
    kind: { type: 'text' },
    summary: "further arguments for the VM's kernel",
    default: undefined,
    otherwise: 'none',
    environment: 'LCOW_SHIM_KERNEL_ARGS',
  },
  {
    name: 'shim.accelerator',
    kind: { type: 'choice', choices: ['auto', 'kvm', 'tcg'] },
    summary: 'what executes a pod',
    default: undefined,
    otherwise: 'as the setting accelerator',
    environment: 'LCOW_SHIM_ACCELERATOR',
  },
  {
    name: 'shim.network',
    kind: { type: 'choice', choices: ['user', 'none'] },
    summary: "a pod's network",
    default: undefined,
    otherwise: "none where a container has a network namespace, user where it is in the host's",
    environment: 'LCOW_SHIM_NETWORK',
  },
  {
    name: 'shim.boot-files',
    kind: { type: 'folder' },
    summary: 'the folder of the guest image of pods',
    default: undefined,
    otherwise: 'as the setting boot-files',
    environment: 'LCOW_SHIM_BOOT_FILES',
  },
  {
    name: 'shim.template',
    kind: { type: 'choice', choices: ['auto', 'make', 'none'] },
    summary: 'whether VMs of pods are cloned from templates',
    default: undefined,
    otherwise: 'as the setting template',
    environment: 'LCOW_SHIM_TEMPLATE',
  },
  {
    name: 'shim.shares',
    kind: { type: 'shares' },
    summary: 'which paths of the host bind mounts may share with a VM',
    default: 'any',
    otherwise: "as with other runtimes; a container's root is always shared",
    environment: 'LCOW_SHIM_SHARES',
  },
  {
    name: 'shim.io-retry-timeout',
    kind: { type: 'whole', least: 0, most: 86_400 },
    summary: 'on Windows: seconds that a broken pipe of output is dialled again, 0: for ever',
    default: '0',
    otherwise: "as Windows' own shim: a client that comes back later goes on reading",
    environment: 'LCOW_SHIM_IO_RETRY_TIMEOUT',
  },
  {
    name: 'shim.debug',
    kind: { type: 'flag' },
    summary: "say more in a pod's log, and pass it on to containerd",
    default: 'false',
    otherwise: "also where containerd's own level is debug",
    environment: 'LCOW_SHIM_DEBUG',
  },
];

/** Whether a setting is one of these. */
export function isShimSetting(name: string): boolean {
  return name.startsWith(`${SHIM_TABLE}.`);
}
