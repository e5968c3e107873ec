/**
 * LinuxKit's configuration, typed: kernel, init, onboot, onshutdown, services, files, volumes, trust. Names are
 * LinuxKit's own; what may stand where is in linuxkit-schema.ts.
 */
import type { Sourced } from './decode.ts';

export interface KernelSection {
  image?: string;
  cmdline?: string;
  /** The kernel's file in its image. Default: kernel. */
  binary?: string;
  /** The tar in its image that is unpacked into the root. Default: kernel.tar; `none` or '': none. */
  tar?: string;
  /** A cpio of microcode in its image. Default: none. */
  ucode?: string;
}

export interface FileSection {
  path: string;
  directory?: boolean;
  symlink?: string;
  contents?: string;
  /** A file of the host, relative to the current folder; `~/` is the home folder. */
  source?: string;
  metadata?: 'yaml' | 'json';
  /** A source that cannot be read is left out. */
  optional?: boolean;
  /** Octal. Default: 0600, folders 0700. */
  mode?: string;
  /** A number, or the name of a container. */
  uid?: string | number;
  gid?: string | number;
}

export interface VolumeSection {
  name: string;
  image?: string;
  readonly?: boolean;
  format?: 'filesystem' | 'oci';
  platforms?: string[];
}

export interface MountSection {
  destination?: string;
  type?: string;
  source?: string;
  options?: string[];
}

export interface DeviceSection {
  /** `all`: a rule for a type of devices, and no node. */
  path: string;
  type: string;
  major?: number;
  minor?: number;
  mode?: string;
}

export interface IdMapping {
  hostID?: number;
  containerID?: number;
  size?: number;
}

export interface ResourcesSection {
  devices?: {
    allow?: boolean;
    type?: string;
    major?: number;
    minor?: number;
    access?: string;
  }[];
  memory?: Record<string, number | boolean>;
  cpu?: Record<string, number | string>;
  pids?: { limit?: number };
  blockio?: {
    weight?: number;
    leafWeight?: number;
    weightDevice?: { major?: number; minor?: number; weight?: number; leafWeight?: number }[];
    throttleReadBpsDevice?: ThrottleDevice[];
    throttleWriteBpsDevice?: ThrottleDevice[];
    throttleReadIOPSDevice?: ThrottleDevice[];
    throttleWriteIOPSDevice?: ThrottleDevice[];
  };
  hugepageLimits?: { pageSize?: string | number; limit?: number }[];
  network?: { classID?: number; priorities?: { name?: string; priority?: number }[] };
}

export interface ThrottleDevice {
  major?: number;
  minor?: number;
  rate?: number;
}

export interface NamespaceFiles {
  cgroup?: string;
  ipc?: string;
  mnt?: string;
  net?: string;
  pid?: string;
  user?: string;
  uts?: string;
}

export interface RuntimeSection {
  cgroups?: string[];
  mounts?: MountSection[];
  mkdir?: string[];
  interfaces?: { name?: string; add?: string; peer?: string; createInRoot?: boolean }[];
  bindNS?: NamespaceFiles;
  namespace?: string;
  noRestart?: boolean;
}

/** What an image's label `org.mobyproject.config` may say too. */
export interface ContainerSettings {
  capabilities?: string[];
  'capabilities.add'?: string[];
  ambient?: string[];
  mounts?: MountSection[];
  binds?: string[];
  'binds.add'?: string[];
  devices?: DeviceSection[];
  tmpfs?: string[];
  command?: string[];
  env?: string[];
  cwd?: string;
  net?: string;
  pid?: string;
  ipc?: string;
  uts?: string;
  userns?: string;
  hostname?: string;
  readonly?: boolean;
  maskedPaths?: string[];
  readonlyPaths?: string[];
  uid?: string | number;
  gid?: string | number;
  additionalGids?: (string | number)[];
  noNewPrivileges?: boolean;
  oomScoreAdj?: number;
  rootfsPropagation?: string;
  cgroupsPath?: string;
  resources?: ResourcesSection;
  sysctl?: Record<string, string>;
  rlimits?: string[];
  uidMappings?: IdMapping[];
  gidMappings?: IdMapping[];
  annotations?: Record<string, string>;
  runtime?: RuntimeSection;
}

export interface ContainerSection extends ContainerSettings {
  name: string;
  image: string;
}

export interface LinuxKitConfig {
  kernel?: KernelSection & Sourced;
  init?: string[];
  onboot?: (ContainerSection & Sourced)[];
  onshutdown?: (ContainerSection & Sourced)[];
  services?: (ContainerSection & Sourced)[];
  files?: (FileSection & Sourced)[];
  volumes?: (VolumeSection & Sourced)[];
  /** Content trust at build time, which no longer exists: taken and not used. */
  trust?: { image?: string[]; org?: string[] };
}

/** Where file systems are mounted that name no place. */
export const DEFAULT_MOUNTPOINTS: Readonly<Record<string, string>> = {
  proc: '/proc',
  devpts: '/dev/pts',
  sysfs: '/sys',
  cgroup: '/sys/fs/cgroup',
  mqueue: '/dev/mqueue',
};
