/**
 * Every setting of lcow as data: its key in configuration files, its environment variable, the option that it is the
 * default of, its range, its default and why. What reads them: load-configuration.ts; what shows them: `lcow config show`.
 */

import { SHIM_SETTINGS } from './shim-settings.ts';

export type SettingKind =
  | { readonly type: 'folder' }
  | { readonly type: 'text' }
  | { readonly type: 'flag' }
  | { readonly type: 'choice'; readonly choices: readonly string[] }
  /** Folders below which paths of the host may be shared with a VM. */
  | { readonly type: 'shares' }
  | { readonly type: 'whole'; readonly least: number; readonly most: number }
  | { readonly type: 'cpus' }
  | { readonly type: 'size'; readonly least: number; readonly most: number };

export interface Setting {
  /** Key in a configuration file, and argument of `lcow config show`. */
  readonly name: string;
  readonly kind: SettingKind;
  readonly summary: string;
  /** As text; undefined: there is none, and `otherwise` says what happens. */
  readonly default: string | undefined;
  /** Why the default is what it is, or what happens without one. */
  readonly otherwise: string;
  readonly environment: string;
  /**
   * The option that overrides it, and the commands that have it. A setting without one is handed on in the
   * environment, to the supervisors that this process starts too.
   */
  readonly option?: {
    readonly name: string;
    readonly commands: readonly string[];
    /** An option beside which this one has no meaning, so that the setting is not used. */
    readonly notWith?: string;
  };
}

const MIB = 2 ** 20;
const MAKES_CONTAINER = ['run', 'create'];
const MAKES_VM = ['run', 'create', 'pod create', 'uvm boot'];

/** In the order that `lcow config show` has. @param windows whether the host is Windows */
export function settingsOf(windows: boolean, programData: string): readonly Setting[] {
  return [
    {
      name: 'data',
      kind: { type: 'folder' },
      summary: 'what lasts: images, layers, containers and their logs',
      default: windows ? `${programData}\\lcow` : '/var/lib/lcow',
      otherwise: 'where state of programs stands',
      environment: 'LCOW_DATA',
    },
    {
      name: 'run',
      kind: { type: 'folder' },
      summary: "what goes with the host's boot: sockets and records of what runs",
      default: windows ? `${programData}\\lcow\\run` : '/run/lcow',
      otherwise: 'emptied by the boot',
      environment: 'LCOW_RUN',
    },
    {
      name: 'boot-files',
      kind: { type: 'folder' },
      summary: 'the folder of the guest image',
      default: undefined,
      otherwise: 'build/guest of the checkout, then <data>/boot',
      environment: 'LCOW_BOOT_FILES',
    },
    {
      name: 'qemu',
      kind: { type: 'text' },
      summary: 'the QEMU to use: a name or a path',
      default: undefined,
      otherwise: 'qemu-system-x86_64 as PATH finds it',
      environment: 'LCOW_QEMU',
    },
    {
      name: 'accelerator',
      kind: { type: 'choice', choices: ['auto', 'kvm', 'tcg'] },
      summary: 'what guests are executed with',
      default: 'auto',
      otherwise: 'KVM where a few instructions in it succeed, else emulation',
      environment: 'LCOW_ACCELERATOR',
    },
    {
      name: 'template',
      kind: { type: 'choice', choices: ['auto', 'make', 'none'] },
      summary: 'whether VMs are cloned from templates',
      default: 'auto',
      otherwise:
        'a VM is cloned where there is a template of its shape, else it boots; with make one is then made in the background',
      environment: 'LCOW_TEMPLATE',
    },
    {
      name: 'link',
      kind: { type: 'choice', choices: ['serial', 'vsock'] },
      summary: 'what carries the link to the guest',
      default: 'serial',
      otherwise: 'vsock needs vhost-device-vsock',
      environment: 'LCOW_LINK',
    },
    {
      name: 'machine',
      kind: { type: 'choice', choices: ['q35', 'microvm'] },
      summary: "QEMU's machine: microvm boots sooner and has no network adapters",
      default: 'q35',
      otherwise: 'everything that a VM can have comes and goes on it',
      environment: 'LCOW_MACHINE',
    },
    {
      name: 'debug',
      kind: { type: 'flag' },
      summary: 'say more on stderr, with stacks of errors',
      default: 'false',
      otherwise: 'one line an error is what people read',
      environment: 'LCOW_DEBUG',
    },
    {
      name: 'event-log',
      kind: { type: 'choice', choices: ['information', 'warning', 'error', 'off'] },
      summary: "the least that a supervisor says to Windows' Event Log",
      default: 'warning',
      otherwise: "an administrator's log is not the place for each pod's comings and goings",
      environment: 'LCOW_EVENT_LOG',
    },
    {
      name: 'otlp-endpoint',
      kind: { type: 'text' },
      summary: 'where traces of starts are sent, by OTLP over HTTP: http://127.0.0.1:4318',
      default: undefined,
      otherwise: 'where OTEL_EXPORTER_OTLP_ENDPOINT says; starts are not traced',
      environment: 'LCOW_OTLP_ENDPOINT',
    },
    {
      name: 'metrics-listen',
      kind: { type: 'text' },
      summary: 'where `lcow metrics serve` is asked by Prometheus: ADDRESS:PORT or unix:PATH',
      default: '127.0.0.1:9464',
      otherwise: "this host alone, at the port of OpenTelemetry's own exporters",
      environment: 'LCOW_METRICS_LISTEN',
      option: { name: 'listen', commands: ['metrics serve'] },
    },
    {
      name: 'memory',
      kind: { type: 'size', least: 4 * MIB, most: 2 ** 44 },
      summary: "a container's memory limit, and the size of its VM with it",
      default: undefined,
      otherwise: 'no limit in a VM of 1024 MiB',
      environment: 'LCOW_MEMORY',
      option: { name: 'memory', commands: MAKES_VM, notWith: 'pod' },
    },
    {
      name: 'cpus',
      kind: { type: 'cpus' },
      summary: 'processors of a container, and of its VM with it',
      default: undefined,
      otherwise: 'no limit in a VM of 2 processors, 1 where guests are emulated',
      environment: 'LCOW_CPUS',
      option: { name: 'cpus', commands: MAKES_VM, notWith: 'pod' },
    },
    {
      name: 'pids-limit',
      kind: { type: 'whole', least: -1, most: 4_194_304 },
      summary: 'the most processes of a container; -1: no limit',
      default: undefined,
      otherwise: "no limit but the VM's",
      environment: 'LCOW_PIDS_LIMIT',
      option: { name: 'pids-limit', commands: MAKES_CONTAINER },
    },
    {
      name: 'kernel-args',
      kind: { type: 'text' },
      summary: "further arguments for the VM's kernel",
      default: undefined,
      otherwise: 'none',
      environment: 'LCOW_KERNEL_ARGS',
      option: { name: 'kernel-args', commands: MAKES_VM, notWith: 'pod' },
    },
    {
      name: 'network',
      kind: { type: 'choice', choices: ['user', 'none'] },
      summary: "the VM's network",
      default: 'user',
      otherwise: 'reaches out without privileges',
      environment: 'LCOW_NETWORK',
      option: { name: 'network', commands: ['run', 'create', 'pod create'], notWith: 'pod' },
    },
    {
      name: 'log-driver',
      kind: { type: 'choice', choices: ['json-file', 'none'] },
      summary: "where a container's output is kept",
      default: 'json-file',
      otherwise: '`lcow logs` reads it',
      environment: 'LCOW_LOG_DRIVER',
      option: { name: 'log-driver', commands: MAKES_CONTAINER },
    },
    {
      name: 'stop-timeout',
      kind: { type: 'whole', least: -1, most: 2_147_483 },
      summary: 'seconds until `lcow stop` kills a container; -1: never',
      default: '10',
      otherwise: "docker's",
      environment: 'LCOW_STOP_TIMEOUT',
      option: { name: 'stop-timeout', commands: MAKES_CONTAINER },
    },
    {
      name: 'detach-keys',
      kind: { type: 'text' },
      summary: 'keys that leave a container running',
      default: 'ctrl-p,ctrl-q',
      otherwise: "docker's",
      environment: 'LCOW_DETACH_KEYS',
      option: { name: 'detach-keys', commands: ['run', 'start', 'exec', 'attach'] },
    },
    ...SHIM_SETTINGS,
  ];
}
