/**
 * The OCI runtime spec of a container that a person runs: the image's configuration under the caller's
 * choices, with Docker's defaults for capabilities, mounts and masked paths.
 *
 * The VM is the boundary, so no seccomp filter is set by default (docs/decisions/0004). The network
 * namespace is the VM's own: a pod's containers share it, as in Kubernetes.
 */
import { RuntimeError } from '../errors.ts';
import type { OciProcess, OciSpec, OciUser } from './oci-runtime-spec.ts';

/** What of an image's configuration makes a process (OCI image spec, config). */
export interface ImageProcess {
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  readonly env?: readonly string[];
  readonly workingDirectory?: string;
  /** "user", "uid", "user:group" and so on. */
  readonly user?: string;
}

export interface ContainerSpecOptions {
  readonly id: string;
  readonly image: ImageProcess;
  /** Arguments after the image: they replace the image's Cmd. */
  readonly command?: readonly string[];
  /** Replaces the image's Entrypoint and, as in Docker, drops its Cmd. */
  readonly entrypoint?: string;
  /** "K=V" entries over the image's, later ones win. */
  readonly env?: readonly string[];
  readonly workingDirectory?: string;
  readonly user?: string;
  /** Default: the first 12 characters of the id. */
  readonly hostname?: string;
  readonly readOnly?: boolean;
  readonly terminal?: { readonly width: number; readonly height: number } | true;
  /** cgroup memory.max, bytes. */
  readonly memoryBytes?: number;
  /** cgroup cpu.max as a number of processors, for example 1.5. */
  readonly cpus?: number;
}

const DEFAULT_PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const CPU_PERIOD_US = 100_000;

/** Docker's default capabilities. */
export const DEFAULT_CAPABILITIES: readonly string[] = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FSETID',
  'CAP_FOWNER',
  'CAP_MKNOD',
  'CAP_NET_RAW',
  'CAP_SETGID',
  'CAP_SETUID',
  'CAP_SETFCAP',
  'CAP_SETPCAP',
  'CAP_NET_BIND_SERVICE',
  'CAP_SYS_CHROOT',
  'CAP_KILL',
  'CAP_AUDIT_WRITE',
];

const MOUNTS = [
  { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
  {
    destination: '/dev',
    type: 'tmpfs',
    source: 'tmpfs',
    options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
  },
  {
    destination: '/dev/pts',
    type: 'devpts',
    source: 'devpts',
    options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
  },
  {
    destination: '/dev/shm',
    type: 'tmpfs',
    source: 'shm',
    options: ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=67108864'],
  },
  {
    destination: '/dev/mqueue',
    type: 'mqueue',
    source: 'mqueue',
    options: ['nosuid', 'noexec', 'nodev'],
  },
  {
    destination: '/sys',
    type: 'sysfs',
    source: 'sysfs',
    options: ['nosuid', 'noexec', 'nodev', 'ro'],
  },
  {
    destination: '/sys/fs/cgroup',
    type: 'cgroup',
    source: 'cgroup',
    options: ['nosuid', 'noexec', 'nodev', 'relatime', 'ro'],
  },
] as const;

const MASKED_PATHS = [
  '/proc/acpi',
  '/proc/asound',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
];

const READONLY_PATHS = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

/** @throws RuntimeError invalid-argument, naming the option and its value */
export function containerSpec(options: ContainerSpecOptions): OciSpec {
  const { id, readOnly } = options;
  return {
    ociVersion: '1.2.0',
    hostname: checkHostname(options.hostname ?? id.slice(0, 12)),
    root: { path: 'rootfs', ...(readOnly ? { readonly: true } : {}) },
    process: containerProcess(options),
    mounts: MOUNTS,
    linux: {
      namespaces: ['pid', 'ipc', 'uts', 'mount', 'cgroup'].map((type) => ({ type })),
      cgroupsPath: `/lcow/${id}`,
      maskedPaths: MASKED_PATHS,
      readonlyPaths: READONLY_PATHS,
      resources: resources(options),
    },
  };
}

/** The process of the container's init. */
export function containerProcess(options: ContainerSpecOptions): OciProcess {
  const { image, terminal } = options;
  return {
    ...(terminal === undefined ? {} : { terminal: true }),
    ...(typeof terminal === 'object' ? { consoleSize: terminal } : {}),
    user: parseUser(options.user ?? image.user ?? ''),
    args: processArguments(options),
    env: mergeEnv(image.env ?? [], options.env ?? [], terminal !== undefined),
    cwd: checkWorkingDirectory(options.workingDirectory ?? (image.workingDirectory || '/')),
    capabilities: capabilities(DEFAULT_CAPABILITIES),
    rlimits: [{ type: 'RLIMIT_NOFILE', hard: 1_048_576, soft: 1_048_576 }],
  };
}

/** A set of capabilities for every set that a process without ambient ones has. */
export function capabilities(names: readonly string[]) {
  return { bounding: names, effective: names, permitted: names };
}

function processArguments({ image, command, entrypoint }: ContainerSpecOptions): string[] {
  const first =
    entrypoint === undefined ? (image.entrypoint ?? []) : entrypoint === '' ? [] : [entrypoint];
  const given = command !== undefined && command.length > 0;
  const rest = given ? command : entrypoint === undefined ? (image.cmd ?? []) : [];
  const args = [...first, ...rest];
  if (args.length === 0) {
    throw new RuntimeError(
      'invalid-argument',
      'run the image',
      'it has no command and none was given',
    );
  }
  return args;
}

function mergeEnv(image: readonly string[], given: readonly string[], terminal: boolean): string[] {
  const merged = new Map<string, string>();
  for (const entry of [DEFAULT_PATH, ...(terminal ? ['TERM=xterm'] : []), ...image, ...given]) {
    const equals = entry.indexOf('=');
    if (equals <= 0 || entry.includes('\0')) {
      throw new RuntimeError(
        'invalid-argument',
        'set the environment',
        `"${entry}" is not NAME=VALUE`,
      );
    }
    merged.set(entry.slice(0, equals), entry);
  }
  return [...merged.values()];
}

/** "", "uid", "uid:gid" are numbers here; anything with a name goes to the agent, which sees the image. */
export function parseUser(user: string): OciUser {
  if (user === '') return { uid: 0, gid: 0, username: '0' };
  if (
    user.length > 256 ||
    /[\0\n/]/.test(user) ||
    user.split(':').length > 2 ||
    user.startsWith(':')
  ) {
    throw new RuntimeError('invalid-argument', 'set the user', `"${user}" is not USER[:GROUP]`);
  }
  return { uid: 0, gid: 0, username: user };
}

function checkWorkingDirectory(directory: string): string {
  if (!directory.startsWith('/') || directory.includes('\0') || directory.length > 4096) {
    throw new RuntimeError(
      'invalid-argument',
      'set the working directory',
      `"${directory}" is not an absolute path of at most 4096 bytes`,
    );
  }
  return directory;
}

function checkHostname(hostname: string): string {
  if (!/^[A-Za-z0-9]([A-Za-z0-9.-]{0,62}[A-Za-z0-9])?$/.test(hostname)) {
    throw new RuntimeError(
      'invalid-argument',
      'set the hostname',
      `"${hostname}" is not 1 to 64 letters, digits, dots and hyphens`,
    );
  }
  return hostname;
}

function resources({ memoryBytes, cpus }: ContainerSpecOptions) {
  return {
    devices: [{ allow: false, access: 'rwm' }],
    ...(memoryBytes === undefined ? {} : { memory: { limit: memoryBytes } }),
    ...(cpus === undefined
      ? {}
      : { cpu: { quota: Math.round(cpus * CPU_PERIOD_US), period: CPU_PERIOD_US } }),
  };
}
