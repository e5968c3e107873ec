/**
 * Every field of the OCI runtime spec for Linux (config.json 1.0.2 to 1.3), and who honours it: the guest's agent, the
 * host, or nobody, and then a spec that sets it is refused by that field's name. Nothing is dropped in silence; a field
 * that the spec does not know is left alone, as it demands. Values are the agent's to judge.
 *
 * "Set" is anything but what means nothing: absent, null, false, 0, an empty text, list or object.
 */
import { RuntimeError } from '../errors.ts';

/** A reason to refuse a value; undefined: it can be had. */
type Rule = (value: unknown) => string | undefined;

export type FieldRule =
  /** Goes to the agent, which honours or refuses it. */
  | 'guest'
  /** Honoured here, or by who runs hooks and names networks. */
  | 'host'
  | Rule;

function never(why: string): Rule {
  return (value) => (isSet(value) ? why : undefined);
}

const NO_IDMAP = never('owners are not remapped by mounts in a VM');
const HOST_DEVICE = never('it names a device of the host by its numbers, which the VM has not');
const V1_ONLY = never('cgroup v1 alone has it, and the VM has cgroup v2');
const NO_RDT = never('the VM has no cache and bandwidth allocation');
const NO_SCHEDULING = never('scheduling classes are not set in a VM');

const hook = (name: string, rule: FieldRule): Record<string, FieldRule> => ({
  [`hooks.${name}[].path`]: rule,
  [`hooks.${name}[].args[]`]: rule,
  [`hooks.${name}[].env[]`]: rule,
  [`hooks.${name}[].timeout`]: rule,
});
const mapping = (list: string, rule: FieldRule): Record<string, FieldRule> => ({
  [`${list}[].containerID`]: rule,
  [`${list}[].hostID`]: rule,
  [`${list}[].size`]: rule,
});
const throttle = (name: string): Record<string, FieldRule> => ({
  [`blockIO.${name}`]: HOST_DEVICE,
});

/** Of a process object: a container's, and an exec's. */
export const PROCESS_FIELDS: Readonly<Record<string, FieldRule>> = {
  'args[]': 'guest',
  commandLine: never('it is for Windows; a Linux command is process.args'),
  'consoleSize.height': 'host',
  'consoleSize.width': 'host',
  cwd: 'guest',
  'env[]': 'guest',
  terminal: 'host',
  'user.uid': 'guest',
  'user.gid': 'guest',
  'user.umask': 'guest',
  'user.additionalGids[]': 'guest',
  'user.username': 'guest',
  'capabilities.bounding[]': 'guest',
  'capabilities.permitted[]': 'guest',
  'capabilities.effective[]': 'guest',
  'capabilities.inheritable[]': 'guest',
  'capabilities.ambient[]': 'guest',
  apparmorProfile: (profile) =>
    isSet(profile) && !isEngineProfile(profile)
      ? 'the VM has no AppArmor; "unconfined" and the engines\' default profiles are taken for none'
      : undefined,
  oomScoreAdj: 'guest',
  selinuxLabel: never('the VM has no SELinux'),
  ioPriority: NO_SCHEDULING,
  noNewPrivileges: 'guest',
  scheduler: NO_SCHEDULING,
  'rlimits[].hard': 'guest',
  'rlimits[].soft': 'guest',
  'rlimits[].type': 'guest',
  execCPUAffinity: NO_SCHEDULING,
};

/** Of LinuxResources: a container's, and an update's. */
export const RESOURCE_FIELDS: Readonly<Record<string, FieldRule>> = {
  unified: (files) =>
    Object.keys((files ?? {}) as object).every((name) => /^[a-z0-9]+(?:\.[\w-]+)+$/i.test(name))
      ? undefined
      : 'a key is no name of a file of a cgroup',
  'devices[].allow': 'guest',
  'devices[].type': 'guest',
  'devices[].major': 'guest',
  'devices[].minor': 'guest',
  'devices[].access': 'guest',
  'pids.limit': 'guest',
  'blockIO.weight': 'guest',
  'blockIO.leafWeight': V1_ONLY,
  ...throttle('throttleReadBpsDevice'),
  ...throttle('throttleWriteBpsDevice'),
  ...throttle('throttleReadIOPSDevice'),
  ...throttle('throttleWriteIOPSDevice'),
  ...throttle('weightDevice'),
  'cpu.cpus': 'guest',
  'cpu.mems': 'guest',
  'cpu.period': 'guest',
  'cpu.quota': 'guest',
  'cpu.burst': 'guest',
  'cpu.realtimePeriod': V1_ONLY,
  'cpu.realtimeRuntime': V1_ONLY,
  'cpu.shares': 'guest',
  'cpu.idle': 'guest',
  // A limit of none where there are none says nothing: it is taken out.
  'hugepageLimits[].pageSize': 'host',
  'hugepageLimits[].limit': never('the VM has no huge pages to hand out'),
  'memory.kernel': V1_ONLY,
  'memory.kernelTCP': V1_ONLY,
  'memory.limit': 'guest',
  'memory.reservation': 'guest',
  'memory.swap': 'guest',
  'memory.swappiness': V1_ONLY,
  'memory.disableOOMKiller': V1_ONLY,
  // cgroup v2 has no other way: asking for it asks for nothing.
  'memory.useHierarchy': 'host',
  'memory.checkBeforeUpdate': never('it is not checked in the VM before a limit is lowered'),
  network: V1_ONLY,
  rdma: never('the VM has no RDMA'),
};

const prefixed = (
  prefix: string,
  fields: Readonly<Record<string, FieldRule>>,
): Record<string, FieldRule> =>
  Object.fromEntries(Object.entries(fields).map(([name, rule]) => [`${prefix}.${name}`, rule]));

const OUTWARD = 'mounts do not propagate out of a container in a VM';
const UNBINDABLE = 'a mount in a VM is always bindable';
/** Of options of mounts, why one is not taken. */
const MOUNT_REFUSALS: Readonly<Record<string, string>> = {
  idmap: 'owners are not remapped by mounts in a VM',
  ridmap: 'owners are not remapped by mounts in a VM',
  shared: OUTWARD,
  rshared: OUTWARD,
  unbindable: UNBINDABLE,
  runbindable: UNBINDABLE,
  mand: 'Linux has no mandatory locks any more',
  remount: 'a mount of a new container is made, not changed',
};

/** Of config.json. */
export const SPEC_FIELDS: Readonly<Record<string, FieldRule>> = {
  ociVersion: 'host',
  ...hook('prestart', 'host'),
  ...hook('createRuntime', 'host'),
  'hooks.createContainer': never(
    'its program is of the host and would run in the VM, which has not got it',
  ),
  ...hook('startContainer', 'guest'),
  ...hook('poststart', 'host'),
  ...hook('poststop', 'host'),
  annotations: 'guest',
  hostname: 'guest',
  domainname: 'guest',
  'mounts[].source': 'host',
  'mounts[].destination': 'guest',
  'mounts[].options[]': (option) => MOUNT_REFUSALS[String(option)],
  'mounts[].type': 'host',
  'mounts[].uidMappings': NO_IDMAP,
  'mounts[].gidMappings': NO_IDMAP,
  'root.path': 'host',
  'root.readonly': 'guest',
  ...prefixed('process', PROCESS_FIELDS),
  'linux.devices[].type': 'host',
  'linux.devices[].path': 'guest',
  'linux.devices[].fileMode': 'guest',
  'linux.devices[].major': 'host',
  'linux.devices[].minor': 'host',
  'linux.devices[].uid': 'guest',
  'linux.devices[].gid': 'guest',
  'linux.netDevices': never('a network device of the host cannot be moved into a VM'),
  ...mapping('linux.uidMappings', 'guest'),
  ...mapping('linux.gidMappings', 'guest'),
  'linux.namespaces[].type': 'host',
  'linux.namespaces[].path': 'host',
  ...prefixed('linux.resources', RESOURCE_FIELDS),
  // Any is taken: the container's group in the VM is the agent's to name.
  'linux.cgroupsPath': 'host',
  'linux.rootfsPropagation': 'guest',
  'linux.seccomp.defaultAction': 'guest',
  'linux.seccomp.defaultErrnoRet': 'guest',
  'linux.seccomp.flags[]': 'guest',
  'linux.seccomp.listenerPath': never(
    'a listener of the host cannot answer for system calls in a VM',
  ),
  'linux.seccomp.listenerMetadata': never(
    'a listener of the host cannot answer for system calls in a VM',
  ),
  'linux.seccomp.architectures[]': 'guest',
  'linux.seccomp.syscalls[].names[]': 'guest',
  'linux.seccomp.syscalls[].action': 'guest',
  'linux.seccomp.syscalls[].errnoRet': 'guest',
  'linux.seccomp.syscalls[].args[].index': 'guest',
  'linux.seccomp.syscalls[].args[].value': 'guest',
  'linux.seccomp.syscalls[].args[].valueTwo': 'guest',
  'linux.seccomp.syscalls[].args[].op': 'guest',
  'linux.sysctl': 'guest',
  'linux.maskedPaths[]': 'guest',
  'linux.readonlyPaths[]': 'guest',
  'linux.mountLabel': never('the VM has no SELinux'),
  'linux.intelRdt': NO_RDT,
  'linux.memoryPolicy': never('the VM has one memory node'),
  'linux.personality.domain': 'guest',
  'linux.personality.flags[]': () => 'personality flags are not supported',
  'linux.timeOffsets': 'guest',
  windows: never('it is not of a Linux container'),
  solaris: never('it is not of a Linux container'),
  zos: never('it is not of a Linux container'),
  freebsd: never('it is not of a Linux container'),
  vm: never(
    "the VM is the runtime's: its kernel and parameters are chosen by annotations io.lcow.*",
  ),
};

/**
 * What engines send by themselves where their host has AppArmor: it guards the host's kernel, which the container does
 * not reach. The agent drops it and says so in the kernel's log.
 */
export function isEngineProfile(profile: unknown): boolean {
  return (
    typeof profile === 'string' &&
    /^(?:unconfined|docker-default|cri-containerd\.apparmor\.d|containers-default-[\w.-]+|nerdctl-default|buildkit-default)$/.test(
      profile,
    )
  );
}

/**
 * @param prefix of the fields' names in errors: "process." for an exec's process, "" for config.json
 * @throws RuntimeError unsupported, naming the field
 */
export function checkFields(
  op: string,
  prefix: string,
  fields: Readonly<Record<string, FieldRule>>,
  document: unknown,
): void {
  for (const [path, rule] of Object.entries(fields)) {
    if (typeof rule !== 'function') continue;
    for (const [at, value] of valuesAt(document, path.split('.'), '')) {
      const why = rule(value);
      if (why === undefined) continue;
      throw new RuntimeError('unsupported', op, `${prefix}${at}: ${why}`);
    }
  }
}

function* valuesAt(
  value: unknown,
  [name, ...rest]: readonly string[],
  at: string,
): Generator<[string, unknown]> {
  if (name === undefined) {
    yield [at, value];
    return;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  const list = name.endsWith('[]');
  const key = list ? name.slice(0, -2) : name;
  const found = (value as Readonly<Record<string, unknown>>)[key];
  const place = at === '' ? key : `${at}.${key}`;
  if (!list) yield* valuesAt(found, rest, place);
  else if (Array.isArray(found)) {
    for (const [index, entry] of (found as unknown[]).entries()) {
      yield* valuesAt(entry, rest, `${place}[${index}]`);
    }
  }
}

function isSet(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === 0 || value === '') {
    return false;
  }
  if (Array.isArray(value)) return value.length > 0;
  return typeof value !== 'object' || Object.values(value).some(isSet);
}
