/**
 * The decoders of LinuxKit's configuration: the JSON schema of linuxkit, and the rules that its code adds to it, so that
 * every mistake is told with its place before anything is built.
 */
import { CAPABILITIES } from './capabilities.ts';
import {
  type Decode,
  flag,
  integer,
  list,
  mapOf,
  object,
  oneOf,
  refine,
  type Sourced,
  text,
  textOrInteger,
  within,
} from './decode.ts';
import {
  type ContainerSection,
  type ContainerSettings,
  DEFAULT_MOUNTPOINTS,
  type DeviceSection,
  type FileSection,
  type IdMapping,
  type KernelSection,
  type LinuxKitConfig,
  type MountSection,
  type NamespaceFiles,
  type ResourcesSection,
  type RuntimeSection,
  type ThrottleDevice,
  type VolumeSection,
} from './linuxkit-config.ts';
import { parseRlimit } from './rlimit.ts';

const UINT32_MAX = 0xffff_ffff;
const strings = list(text);
const wholeNumber = within(0, Number.MAX_SAFE_INTEGER);
const octal = refine(text, (mode) =>
  /^[0-7]{1,5}$/.test(mode) ? undefined : `must be an octal mode, is ${JSON.stringify(mode)}`,
);
const image = refine(text, (reference) => {
  if (reference === '') return 'must name an image, is empty';
  if (!reference.startsWith('@pkg:')) return undefined;
  return 'a template (@pkg:) is resolved by `linuxkit pkg show-tag`: put what it says in its place';
});
/** A folder is named for it. */
const containerName = refine(text, (name) =>
  /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(name)
    ? undefined
    : `must be letters, digits, "_", "-" and ".", is ${JSON.stringify(name)}`,
);
const volumeName = refine(text, (name) =>
  /^[a-z0-9_-]{1,128}$/.test(name)
    ? undefined
    : `must be small letters, digits, "_" and "-", is ${JSON.stringify(name)}`,
);
const id = refine(textOrInteger, (value) =>
  typeof value === 'string' || (value >= 0 && value <= UINT32_MAX)
    ? undefined
    : `must be 0 to ${UINT32_MAX}, is ${value}`,
);
const capability = refine(text, (name) => {
  if (CAPABILITIES.includes(name) || /^(?:all|none)$/i.test(name)) return undefined;
  const full = `CAP_${name.toUpperCase().replace(/^CAP_/, '')}`;
  const meant = CAPABILITIES.includes(full) ? `; did you mean ${full}?` : '';
  return `there is no capability ${JSON.stringify(name)}${meant}`;
});
const capabilities = refine(list(capability), (names) =>
  names.length > 1 && names.some((name) => /^(?:all|none)$/i.test(name))
    ? '"all" and "none" stand alone'
    : undefined,
);
const bind = refine(text, (value) => {
  const parts = value.split(':');
  if (parts.length < 2 || parts.length > 3 || parts.some((part) => part === '')) {
    return `must be SOURCE:DESTINATION[:OPTIONS], is ${JSON.stringify(value)}`;
  }
  return parts[1]?.startsWith('/') === true
    ? undefined
    : `its destination must begin with "/", is ${JSON.stringify(parts[1])}`;
});
const tmpfs = refine(text, (value) => {
  const parts = value.split(':');
  return parts.length <= 2 && value.startsWith('/')
    ? undefined
    : `must be /DESTINATION[:OPTIONS], is ${JSON.stringify(value)}`;
});
const rlimit = refine(text, (value) => {
  const parsed = parseRlimit(value);
  return typeof parsed === 'string' ? parsed : undefined;
});

const mount = object<MountSection>({
  destination: text,
  type: text,
  source: text,
  options: strings,
});

/** One of a container, which needs a type and, where the type has no usual one, a destination. */
const containerMount: typeof mount = (value, mistakes) => {
  const decoded = mount(value, mistakes);
  if (decoded === undefined) return undefined;
  const { type = '', source = '', destination = '' } = decoded;
  const usual = type || (source in DEFAULT_MOUNTPOINTS ? source : '');
  if (usual === '' && destination !== '/dev') return mistakes.add(value.place, 'type is missing');
  if (destination === '' && !(usual in DEFAULT_MOUNTPOINTS)) {
    return mistakes.add(value.place, `destination is missing: ${type} has no usual one`);
  }
  if (destination !== '' && !destination.startsWith('/')) {
    return mistakes.add(
      value.place,
      `destination must begin with "/", is ${JSON.stringify(destination)}`,
    );
  }
  return decoded;
};

const device: Decode<DeviceSection & Sourced> = (value, mistakes) => {
  const decoded = object<DeviceSection>(
    {
      path: text,
      type: oneOf('a', 'b', 'c', 'u', 'p'),
      major: integer,
      minor: integer,
      mode: octal,
    },
    ['path', 'type'],
  )(value, mistakes);
  if (decoded === undefined || decoded.path === 'all') return decoded;
  for (const name of ['major', 'minor', 'mode'] as const) {
    if (decoded[name] === undefined) return mistakes.add(value.place, `${name} is missing`);
  }
  return decoded.path.startsWith('/')
    ? decoded
    : mistakes.add(value.place, `path must be "all" or begin with "/": ${decoded.path}`);
};

const throttleDevices = list(
  object<ThrottleDevice>({ major: integer, minor: integer, rate: wholeNumber }),
);
const idMappings = list(
  object<IdMapping>({
    hostID: within(0, UINT32_MAX),
    containerID: within(0, UINT32_MAX),
    size: within(0, UINT32_MAX),
  }),
);

const resources = object<ResourcesSection>({
  devices: list(
    object<NonNullable<ResourcesSection['devices']>[number]>({
      allow: flag,
      type: text,
      major: integer,
      minor: integer,
      access: text,
    }),
  ),
  memory: object<Record<string, number | boolean>>({
    limit: integer,
    reservation: integer,
    swap: integer,
    kernel: integer,
    kernelTCP: integer,
    swappiness: within(0, 100),
    disableOOMKiller: flag,
  }),
  cpu: object<Record<string, number | string>>({
    shares: wholeNumber,
    quota: integer,
    period: wholeNumber,
    realtimeRuntime: integer,
    realtimePeriod: wholeNumber,
    cpus: text,
    mems: text,
  }),
  pids: object<{ limit?: number }>({ limit: integer }),
  blockio: object<NonNullable<ResourcesSection['blockio']>>({
    weight: within(0, 65535),
    leafWeight: within(0, 65535),
    weightDevice: list(
      object<{ major?: number; minor?: number; weight?: number; leafWeight?: number }>({
        major: integer,
        minor: integer,
        weight: within(0, 65535),
        leafWeight: within(0, 65535),
      }),
    ),
    throttleReadBpsDevice: throttleDevices,
    throttleWriteBpsDevice: throttleDevices,
    throttleReadIOPSDevice: throttleDevices,
    throttleWriteIOPSDevice: throttleDevices,
  }),
  hugepageLimits: list(
    object<{ pageSize?: string | number; limit?: number }>(
      { pageSize: textOrInteger, limit: wholeNumber },
      ['pageSize', 'limit'],
    ),
  ),
  network: object<NonNullable<ResourcesSection['network']>>({
    classID: within(0, UINT32_MAX),
    priorities: list(
      object<{ name?: string; priority?: number }>({
        name: text,
        priority: within(0, UINT32_MAX),
      }),
    ),
  }),
});

const runtime = object<RuntimeSection>({
  cgroups: strings,
  mounts: list(mount),
  mkdir: strings,
  interfaces: list(
    object<NonNullable<RuntimeSection['interfaces']>[number]>({
      name: text,
      add: text,
      peer: text,
      createInRoot: flag,
    }),
  ),
  bindNS: object<NamespaceFiles>({
    cgroup: text,
    ipc: text,
    mnt: text,
    net: text,
    pid: text,
    user: text,
    uts: text,
  }),
  namespace: text,
  noRestart: flag,
});

const SETTINGS = {
  capabilities,
  'capabilities.add': capabilities,
  ambient: capabilities,
  mounts: list(containerMount),
  binds: list(bind),
  'binds.add': list(bind),
  devices: list(device),
  tmpfs: list(tmpfs),
  command: strings,
  env: strings,
  cwd: text,
  net: text,
  pid: text,
  ipc: text,
  uts: text,
  userns: text,
  hostname: text,
  readonly: flag,
  maskedPaths: strings,
  readonlyPaths: strings,
  uid: id,
  gid: id,
  additionalGids: list(id),
  noNewPrivileges: flag,
  oomScoreAdj: within(-1000, 1000),
  rootfsPropagation: oneOf(
    'private',
    'slave',
    'shared',
    'unbindable',
    'rprivate',
    'rslave',
    'rshared',
  ),
  cgroupsPath: text,
  resources,
  sysctl: mapOf(text),
  rlimits: list(rlimit),
  uidMappings: idMappings,
  gidMappings: idMappings,
  annotations: mapOf(text),
  runtime,
} as const;

const containers = list(
  object<ContainerSection>({ name: containerName, image, ...SETTINGS }, ['name', 'image']),
);

/** Of an image's label: no name and no image. */
export const decodeLabel: Decode<ContainerSettings & Sourced> = object<ContainerSettings>(SETTINGS);

const filePath = refine(text, (path) => {
  const steps = path.split('/').filter((step) => step !== '' && step !== '.');
  if (steps.length === 0) return 'must name a file, is empty';
  if (path.includes('\0')) return 'must not have a NUL';
  return steps.includes('..') ? `must not leave the root: ${JSON.stringify(path)}` : undefined;
});

const file: Decode<FileSection & Sourced> = (value, mistakes) => {
  const decoded = object<FileSection>(
    {
      path: filePath,
      directory: flag,
      symlink: text,
      contents: text,
      source: text,
      metadata: oneOf('yaml', 'json'),
      optional: flag,
      mode: octal,
      uid: id,
      gid: id,
    },
    ['path'],
  )(value, mistakes);
  if (decoded === undefined) return undefined;
  const given = [
    decoded.directory === true ? 'directory' : undefined,
    ...(['symlink', 'contents', 'source', 'metadata'] as const).filter(
      (name) => decoded[name] !== undefined && (name === 'contents' || decoded[name] !== ''),
    ),
  ].filter((name) => name !== undefined);
  if (given.length === 1) return decoded;
  const what = given.length === 0 ? 'none is there' : `there are ${given.join(' and ')}`;
  return mistakes.add(
    value.place,
    `one of directory, symlink, contents, source and metadata is needed: ${what}`,
  );
};

/** The whole document. */
export const decodeConfig: Decode<LinuxKitConfig & Sourced> = object<LinuxKitConfig>({
  kernel: object<KernelSection>({ image, cmdline: text, binary: text, tar: text, ucode: text }),
  init: list(image),
  onboot: containers,
  onshutdown: containers,
  services: containers,
  files: list(file),
  volumes: list(
    object<VolumeSection>(
      {
        name: volumeName,
        image,
        readonly: flag,
        format: oneOf('filesystem', 'oci'),
        platforms: strings,
      },
      ['name'],
    ),
  ),
  trust: object<{ image?: string[]; org?: string[] }>({ image: strings, org: strings }),
});
