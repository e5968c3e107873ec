/** Options that several commands have, so that they read the same everywhere. Data only. */
import type { CommandOption } from '../command.ts';

export const TIMELINE: readonly CommandOption[] = [
  { name: 'timeline', help: "print the start's phases in ms on stderr" },
  {
    name: 'timeline-json',
    value: 'FILE',
    help: 'write the timeline as JSON',
    completes: 'file',
  },
];

export const DETACH_KEYS: CommandOption = {
  name: 'detach-keys',
  value: 'KEYS',
  help: 'keys that leave the container running (default ctrl-p,ctrl-q)',
};

export const FORMAT: CommandOption = {
  name: 'format',
  value: 'FORMAT',
  help: 'table, json, names of fields with commas between, or a simple {{.Field}} template',
  completes: ['table', 'json'],
};

export const QUIET: CommandOption = { name: 'quiet', short: 'q', help: 'ids only' };

export const NO_TRUNC: CommandOption = {
  name: 'no-trunc',
  help: 'whole ids, commands and names',
};

export const ENV: readonly CommandOption[] = [
  {
    name: 'env',
    short: 'e',
    value: 'K=V',
    multiple: true,
    help: 'set an environment variable; K alone takes ours',
  },
  {
    name: 'env-file',
    value: 'FILE',
    multiple: true,
    help: 'set environment variables from a file of K=V lines',
    completes: 'file',
  },
];

export const USER: CommandOption = {
  name: 'user',
  short: 'u',
  value: 'USER[:GROUP]',
  help: 'user, by name or number',
};

export const WORKDIR: CommandOption = {
  name: 'workdir',
  short: 'w',
  value: 'DIR',
  help: 'working directory',
};

export const LABEL: CommandOption = {
  name: 'label',
  short: 'l',
  value: 'K=V',
  multiple: true,
  help: 'set a label',
};

export const PUBLISH: CommandOption = {
  name: 'publish',
  short: 'p',
  value: '[IP:][HOST:]PORT[/udp]',
  multiple: true,
  help: 'reach a port of the container at a port of the host',
};

export const NETWORK: CommandOption = {
  name: 'network',
  aliases: ['net'],
  value: 'user|none',
  help: "the VM's network: user-mode, or loopback only (default user)",
  completes: ['user', 'none'],
};

export const KERNEL_ARGS: CommandOption = {
  name: 'kernel-args',
  value: 'ARGS',
  help: "further arguments for the VM's kernel",
};

export const MACHINE: CommandOption = {
  name: 'machine',
  value: 'q35|microvm',
  help: "QEMU's machine (default q35); microvm boots sooner and has no adapters; it needs a kernel of `lcow kernel build`",
  completes: ['q35', 'microvm'],
};

export const BOOT_FILES: readonly CommandOption[] = [
  {
    name: 'kernel',
    value: 'FILE',
    help: 'kernel to boot, bzImage or vmlinux (default: the guest image)',
    completes: 'file',
  },
  {
    name: 'initrd',
    value: 'FILE',
    help: "initrd to boot, anybody's: our agent is added (default: the guest image)",
    completes: 'file',
  },
];

export const RESTART: CommandOption = {
  name: 'restart',
  value: 'POLICY',
  help: 'when to start it again: no, on-failure[:n], always (default no)',
  completes: ['no', 'on-failure', 'always'],
};

export const STOP_TIMEOUT: CommandOption = {
  name: 'timeout',
  short: 't',
  aliases: ['time'],
  value: 'SECONDS',
  help: 'seconds until it is killed; -1 waits for ever',
};

export const SIGNALS = ['TERM', 'INT', 'HUP', 'QUIT', 'KILL', 'USR1', 'USR2', 'STOP', 'CONT'];

export const SIGNAL: CommandOption = {
  name: 'signal',
  short: 's',
  value: 'SIGNAL',
  help: 'by name or number',
  completes: SIGNALS,
};

export const FILTER: CommandOption = {
  name: 'filter',
  short: 'f',
  value: 'KEY=VALUE',
  multiple: true,
  help: 'only those of which this is so',
};
