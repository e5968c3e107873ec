/**
 * What LinuxKit makes of a container of the configuration: config.json (OCI runtime specification) and runtime.json
 * (what its init does before the container runs). The image's own configuration gives command, environment and folder;
 * its label gives the rest; the YAML has the last word, and with `.add` it adds to the label's.
 */
import { capabilitiesOf } from './capabilities.ts';
import type { SourceImageConfig } from './image-source.ts';
import {
  type ContainerSettings,
  DEFAULT_MOUNTPOINTS,
  type DeviceSection,
  type MountSection,
  type NamespaceFiles,
  type ResourcesSection,
} from './linuxkit-config.ts';
import { idOf } from './read-config.ts';
import { parseRlimit } from './rlimit.ts';

export const LABEL = 'org.mobyproject.config';
/** What every runtime in use takes. */
const OCI_VERSION = '1.0.2';
/** Of namespaces that are shared with the VM. */
const SHARED: ReadonlySet<string> = new Set(['host', 'root']);
const VOLUMES = '/containers/volumes';

export interface OciMount {
  destination: string;
  type?: string;
  source?: string;
  options?: readonly string[];
}

/** A bundle's two documents, as JSON values: fields stand in the order in which Go writes them. */
export interface ContainerDocuments {
  config: Record<string, unknown> & { root: { path: string; readonly?: boolean } };
  runtime: Record<string, unknown> & { mounts: OciMount[] };
}

export interface ContainerInputs {
  /** Of the YAML. */
  readonly settings: ContainerSettings;
  /** Of the image's label. */
  readonly label: ContainerSettings;
  readonly image: SourceImageConfig;
  /** Numbers of containers' names. */
  readonly ids: ReadonlyMap<string, number>;
}

/** Everything in `inputs` was checked when it was read. */
export function containerDocuments(inputs: ContainerInputs): ContainerDocuments {
  const { settings, label, image, ids } = inputs;
  const pick = <K extends keyof ContainerSettings>(name: K): ContainerSettings[K] =>
    settings[name] ?? label[name];
  const word = (name: 'cwd' | 'net' | 'pid' | 'ipc' | 'uts' | 'userns' | 'hostname'): string =>
    settings[name] || label[name] || '';
  const isReadonly = pick('readonly') === true;
  const id = (value: string | number | undefined): number => idOf(value, ids) ?? 0;

  const asked = settings.capabilities ?? added(label.capabilities, settings['capabilities.add']);
  const effective = capabilitiesOf(asked);
  const ambient = capabilitiesOf(pick('ambient') ?? []);
  const bounding = [...new Set([...effective, ...ambient])].sort();
  const additionalGids = (pick('additionalGids') ?? []).map(id);
  const rlimits = (pick('rlimits') ?? []).map((text) => parseRlimit(text));
  const { devices, rules } = devicesOf(pick('devices') ?? []);
  const oomScoreAdj = pick('oomScoreAdj');

  const config = {
    ociVersion: OCI_VERSION,
    process: {
      user: {
        ...{ uid: id(pick('uid')), gid: id(pick('gid')) },
        ...(additionalGids.length === 0 ? {} : { additionalGids }),
      },
      args: pick('command') ?? [...(image.Entrypoint ?? []), ...(image.Cmd ?? [])],
      ...filled('env', pick('env') ?? image.Env ?? []),
      cwd: word('cwd') || image.WorkingDir || '/',
      capabilities: {
        ...filled('bounding', bounding),
        ...filled('effective', effective),
        ...filled('inheritable', bounding),
        ...filled('permitted', bounding),
        ...filled('ambient', ambient),
      },
      ...filled('rlimits', rlimits),
      ...(pick('noNewPrivileges') === true ? { noNewPrivileges: true } : {}),
      ...(oomScoreAdj === undefined ? {} : { oomScoreAdj }),
    },
    root: { path: 'rootfs', ...(isReadonly ? { readonly: true } : {}) },
    ...(word('hostname') === '' ? {} : { hostname: word('hostname') }),
    mounts: mountsOf(inputs, isReadonly),
    ...filledMap('annotations', pick('annotations')),
    linux: {
      ...filled('uidMappings', (pick('uidMappings') ?? []).map(mappingOf)),
      ...filled('gidMappings', (pick('gidMappings') ?? []).map(mappingOf)),
      ...filledMap('sysctl', pick('sysctl')),
      resources: resourcesOf(pick('resources') ?? {}, rules),
      ...(pick('cgroupsPath') ? { cgroupsPath: pick('cgroupsPath') } : {}),
      namespaces: namespacesOf(word),
      ...filled('devices', devices),
      ...(pick('rootfsPropagation') ? { rootfsPropagation: pick('rootfsPropagation') } : {}),
      ...filled('maskedPaths', pick('maskedPaths') ?? []),
      ...filled('readonlyPaths', pick('readonlyPaths') ?? []),
    },
  };
  return { config, runtime: runtimeOf(settings, label) };
}

/** JSON as Go's MarshalIndent writes it here; bigints are numbers. */
export function documentText(value: unknown): string {
  const marked = JSON.stringify(
    value,
    (_, each: unknown) => (typeof each === 'bigint' ? `\u0000${each}` : each),
    4,
  );
  return marked.replace(/"\\u0000([0-9]+)"/g, '$1');
}

function mountsOf({ settings, label }: ContainerInputs, isReadonly: boolean): OciMount[] {
  const ro = isReadonly ? ['ro'] : [];
  const sealed = ['nosuid', 'noexec', 'nodev'];
  const mounts = new Map<string, OciMount>();
  const mount = (
    destination: string,
    type: string,
    source: string,
    options: readonly string[],
  ): void => {
    mounts.set(destination, { destination, type, source, ...filled('options', options) });
  };
  mount('/proc', 'proc', 'proc', ['nosuid', 'nodev', 'noexec', 'relatime']);
  mount('/dev', 'tmpfs', 'tmpfs', ['nosuid', 'strictatime', 'mode=755', 'size=65536k', ...ro]);
  const pts = ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620'];
  mount('/dev/pts', 'devpts', 'devpts', pts);
  mount('/sys', 'sysfs', 'sysfs', [...sealed, ...ro]);
  mount('/sys/fs/cgroup', 'cgroup', 'cgroup', [...sealed, 'relatime', 'ro']);
  for (const text of settings.tmpfs ?? label.tmpfs ?? []) {
    const [destination = '', options] = text.split(':');
    mount(destination, 'tmpfs', 'tmpfs', options?.split(',') ?? []);
  }
  for (const text of settings.binds ?? added(label.binds, settings['binds.add'])) {
    const [source = '', destination = '', options] = text.split(':');
    const how =
      options === undefined ? ['rw', 'rbind', 'rshared'] : [...options.split(','), 'rbind'];
    mount(destination, 'bind', volumePath(source), how);
  }
  for (const each of settings.mounts ?? label.mounts ?? []) {
    const { type, source, destination, options } = completed(each);
    mount(destination, type, type === 'bind' ? volumePath(source) : source, options);
  }
  return [...mounts.values()].sort((a, b) => (a.destination < b.destination ? -1 : 1));
}

function completed(mount: MountSection): Required<MountSection> {
  const { source = '', destination = '', options = [] } = mount;
  const usual = source in DEFAULT_MOUNTPOINTS ? source : 'tmpfs';
  const type = mount.type || usual;
  return {
    type,
    source: source || type,
    destination: destination || (DEFAULT_MOUNTPOINTS[type] ?? ''),
    options,
  };
}

/** A bind's source without a leading slash is a volume. */
function volumePath(source: string): string {
  return source.startsWith('/') ? source : `${VOLUMES}/${source}/merged`;
}

function namespacesOf(
  word: (name: 'net' | 'pid' | 'ipc' | 'uts' | 'userns') => string,
): { type: string; path?: string }[] {
  const namespaces: { type: string; path?: string }[] = [];
  const add = (type: string, asked: string, fresh: readonly string[]): void => {
    if (SHARED.has(asked)) return;
    namespaces.push({ type, ...(fresh.includes(asked) ? {} : { path: asked }) });
  };
  add('network', word('net') || 'root', ['none', 'new']);
  add('ipc', word('ipc') || 'root', ['new']);
  add('uts', word('uts') || 'root', ['new']);
  add('pid', word('pid') || 'new', ['new']);
  add('user', word('userns') || 'root', ['new']);
  return [...namespaces, { type: 'mount' }, { type: 'cgroup' }];
}

function devicesOf(sections: readonly DeviceSection[]): {
  devices: Record<string, unknown>[];
  rules: Record<string, unknown>[];
} {
  const devices: Record<string, unknown>[] = [];
  const rules: Record<string, unknown>[] = [];
  for (const { path, type, major, minor, mode = '' } of sections) {
    if (path === 'all') {
      rules.push({ allow: true, type, access: 'rwm' });
      continue;
    }
    devices.push({ path, type, major, minor, fileMode: Number.parseInt(mode, 8) });
    rules.push({ allow: true, type, major, minor, access: 'rwm' });
  }
  return { devices, rules };
}

function resourcesOf(
  section: ResourcesSection,
  rules: readonly Record<string, unknown>[],
): Record<string, unknown> {
  const { devices = [], memory, cpu, pids, blockio, hugepageLimits, network } = section;
  const ruled = [...devices.map((rule) => ({ allow: false, ...rule })), ...rules];
  return {
    ...filled('devices', ruled),
    ...(memory === undefined ? {} : { memory }),
    ...(cpu === undefined ? {} : { cpu }),
    ...(pids === undefined ? {} : { pids: { limit: 0, ...pids } }),
    ...(blockio === undefined ? {} : { blockIO: blockio }),
    ...(hugepageLimits === undefined
      ? {}
      : {
          hugepageLimits: hugepageLimits.map(({ pageSize = '', limit = 0 }) => ({
            pageSize: typeof pageSize === 'number' ? pageSizeName(pageSize) : pageSize,
            limit,
          })),
        }),
    ...(network === undefined ? {} : { network }),
  };
}

/** The specification names page sizes: 2097152 is 2MB. */
function pageSizeName(bytes: number): string {
  for (const [unit, size] of [
    ['GB', 2 ** 30],
    ['MB', 2 ** 20],
  ] as const) {
    if (bytes % size === 0) return `${bytes / size}${unit}`;
  }
  return `${Math.floor(bytes / 1024)}KB`;
}

function mappingOf(mapping: { hostID?: number; containerID?: number; size?: number }): object {
  const { hostID = 0, containerID = 0, size = 0 } = mapping;
  return { containerID, hostID, size };
}

function runtimeOf(
  settings: ContainerSettings,
  label: ContainerSettings,
): ContainerDocuments['runtime'] {
  const [yaml = {}, image = {}] = [settings.runtime, label.runtime];
  const mounts = (yaml.mounts ?? image.mounts ?? []).map(
    ({ destination = '', type, source, options }): OciMount => ({
      destination,
      ...(type ? { type } : {}),
      ...(source ? { source } : {}),
      ...filled('options', options ?? []),
    }),
  );
  const interfaces = (yaml.interfaces ?? image.interfaces ?? []).map(
    ({ name, add, peer, createInRoot = false }) => ({
      ...(name ? { name } : {}),
      ...(add ? { add } : {}),
      ...(peer ? { peer } : {}),
      createInRoot,
    }),
  );
  const names = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'user', 'uts'] as const;
  const bindNS: NamespaceFiles = {};
  for (const name of names) bindNS[name] = yaml.bindNS?.[name] ?? image.bindNS?.[name] ?? '';
  return {
    cgroups: yaml.cgroups ?? image.cgroups ?? [],
    mounts,
    mkdir: yaml.mkdir ?? image.mkdir ?? [],
    interfaces,
    bindNS,
    namespace: yaml.namespace ?? image.namespace ?? '',
    ...((yaml.noRestart ?? image.noRestart) ? { noRestart: true } : {}),
  };
}

/** The label's, and what is added to them, each once. */
function added(label: readonly string[] = [], add: readonly string[] = []): string[] {
  return [...new Set([...label, ...add])];
}

function filled<K extends string, T>(key: K, list: readonly T[]): { [P in K]?: readonly T[] } {
  return (list.length === 0 ? {} : { [key]: list }) as { [P in K]?: readonly T[] };
}

function filledMap(key: string, map: Record<string, string> | undefined): Record<string, unknown> {
  if (map === undefined || Object.keys(map).length === 0) return {};
  return { [key]: Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1))) };
}
