/**
 * What `run` and `create` were asked for, from docker's flags: each group of flags has its parser where its meaning is
 * (runtime/task, runtime/network); here they become one ContainerRequest.
 */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { PodShape } from '../container/container-record.ts';
import { parseSignal } from '../container/signal.ts';
import { RuntimeError } from '../errors.ts';
import type { ContainerRequest } from '../lcow/container-request.ts';
import { parsePortMappings } from '../network/port-mapping.ts';
import { chooseCapabilities } from '../task/capability-options.ts';
import { parseDevice } from '../task/device-options.ts';
import { type ContainerMount, parseMount, parseTmpfs, parseVolume } from '../task/mount-options.ts';
import { parseSecurityOptions, type SecurityOptions } from '../task/security-options.ts';
import { parseSysctl } from '../task/sysctl-options.ts';
import { parseUlimit } from '../task/ulimit-options.ts';
import { bootFilesOf } from './boot-files-option.ts';
import type { OptionValues } from './command.ts';
import { readEnvironment, readLabels } from './environment-options.ts';
import { parseRestartPolicy } from './restart-policy-option.ts';
import { parseCpus, parseInteger, parseSize } from './size.ts';

/** @throws RuntimeError invalid-argument, not-found: naming the option and its value */
export async function readContainerRequest(
  options: OptionValues,
  [image = '', ...command]: readonly string[],
): Promise<ContainerRequest> {
  checkPull(options);
  const pod = options.text('pod');
  return {
    image,
    command,
    ...present('name', options.text('name')),
    ...present('pod', pod),
    terminal: options.flag('tty'),
    openStdin: options.flag('interactive'),
    autoRemove: options.flag('rm'),
    ...mapped(options, 'restart', 'restart', parseRestartPolicy),
    ...mapped(options, 'log-driver', 'logDriver', parseLogDriver),
    ...mapped(options, 'stop-signal', 'stopSignal', (text) =>
      parseSignal('read --stop-signal', text),
    ),
    ...mapped(options, 'stop-timeout', 'stopTimeoutSeconds', (text) =>
      parseInteger('--stop-timeout', text, -1, 2 ** 31),
    ),
    labels: readLabels(options),
    hosts: options.list('add-host').map(parseAddHost),
    ...processOptions(options),
    ...resourceOptions(options),
    ...(await securityOptions(options)),
    extraMounts: readMounts(options),
    devices: options.list('device').map(parseDevice),
    sysctls: Object.fromEntries(options.list('sysctl').map(parseSysctl)),
    ...mapped(options, 'shm-size', 'shmSizeBytes', (text) => parseSize('--shm-size', text)),
    readOnly: options.flag('read-only'),
    ...(pod === undefined
      ? { vm: { ...readShape(options), ...(await bootFilesOf(options)) } }
      : refuseShape(options)),
  };
}

/** What of a VM's shape is said beside its memory and processors. */
export function readShape(
  options: OptionValues,
): Pick<PodShape, 'network' | 'ports'> & Partial<PodShape> {
  const network = options.text('network') ?? 'user';
  if (network !== 'user' && network !== 'none') {
    const what = `"${network.slice(0, 64)}" is not user or none`;
    throw new RuntimeError('invalid-argument', 'read --network', what);
  }
  const ports = parsePortMappings(options.list('publish')).map((port) => ({
    protocol: port.protocol,
    hostAddress: port.hostAddress ?? '0.0.0.0',
    hostPort: port.hostPort ?? 0,
    guestPort: port.guestPort,
  }));
  if (network === 'none' && ports.length > 0) {
    const what = 'without a network no port can be published';
    throw new RuntimeError('invalid-argument', 'read --publish', what);
  }
  const machine = readMachine(options);
  if (machine === 'microvm' && network !== 'none') {
    const what = 'microvm has no network adapters: it goes with --network none';
    throw new RuntimeError('invalid-argument', 'read --machine', what);
  }
  return {
    ...{ network, ports },
    ...present('machine', machine),
    ...present('kernelArguments', options.text('kernel-args')),
  };
}

function readMachine(options: OptionValues): PodShape['machine'] {
  const machine = options.text('machine');
  if (machine === undefined || machine === 'q35' || machine === 'microvm') return machine;
  const what = `"${machine.slice(0, 64)}" is not q35 or microvm`;
  throw new RuntimeError('invalid-argument', 'read --machine', what);
}

/** The VM of a pod is as the pod was made. */
function refuseShape(options: OptionValues): object {
  for (const name of ['network', 'publish', 'kernel-args', 'kernel', 'initrd', 'machine']) {
    if (!options.given(name)) continue;
    const what = "with --pod the VM is the pod's: give it to `lcow pod create`";
    throw new RuntimeError('invalid-argument', `read --${name}`, what);
  }
  return {};
}

function processOptions(options: OptionValues): Partial<ContainerRequest> {
  return {
    env: readEnvironment(options),
    ...present('workingDirectory', options.text('workdir')),
    ...present('user', options.text('user')),
    ...present('entrypoint', options.text('entrypoint')),
    ...present('hostname', options.text('hostname')),
    groupAdd: options.list('group-add'),
    init: options.flag('init'),
    ulimits: options.list('ulimit').map(parseUlimit),
    ...mapped(options, 'oom-score-adj', 'oomScoreAdj', (text) =>
      parseInteger('--oom-score-adj', text, -1000, 1000),
    ),
  };
}

function resourceOptions(options: OptionValues): Partial<ContainerRequest> {
  return {
    ...mapped(options, 'memory', 'memoryBytes', (text) => parseSize('--memory', text)),
    ...mapped(options, 'cpus', 'cpus', (text) => parseCpus('--cpus', text)),
    ...mapped(options, 'cpu-shares', 'cpuShares', (text) =>
      parseInteger('--cpu-shares', text, 2, 262_144),
    ),
    ...mapped(options, 'pids-limit', 'pidsLimit', (text) =>
      parseInteger('--pids-limit', text, -1, 2 ** 22),
    ),
  };
}

async function securityOptions(options: OptionValues): Promise<Partial<ContainerRequest>> {
  const chosen = {
    capAdd: options.list('cap-add'),
    capDrop: options.list('cap-drop'),
    privileged: options.flag('privileged'),
  };
  const capabilities = chooseCapabilities(chosen);
  const { seccomp, ...security } = parseSecurityOptions(options.list('security-opt'));
  const filter: SecurityOptions =
    typeof seccomp === 'object' ? await readSeccomp(seccomp.file, capabilities) : {};
  return { ...chosen, security: { ...security, ...filter } };
}

async function readSeccomp(
  file: string,
  capabilities: readonly string[],
): Promise<Pick<SecurityOptions, 'seccomp'>> {
  const op = 'read --security-opt seccomp';
  let profile: unknown;
  try {
    profile = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const what = `"${file}" is not a JSON file: ${(cause as Error).message}`;
    throw new RuntimeError('invalid-argument', op, what, { cause });
  }
  const { ociSeccomp } = await import('../task/seccomp-profile.ts');
  return { seccomp: ociSeccomp(profile, { capabilities }) };
}

function readMounts(options: OptionValues): ContainerMount[] {
  return [
    ...options.list('volume').map((text) => parseVolume(text)),
    ...options.list('mount').map((text) => parseMount(text)),
    ...options.list('tmpfs').map((text) => parseTmpfs(text)),
  ];
}

/** "name:address"; host-gateway is the user network's gateway. */
function parseAddHost(text: string): string {
  const [, name = '', address = ''] = /^([^:=]+)[:=](.+)$/.exec(text) ?? [];
  const plain = /^\[.*\]$/.test(address) ? address.slice(1, -1) : address;
  if (/^[A-Za-z0-9]([A-Za-z0-9_.-]{0,252})$/.test(name)) {
    if (plain === 'host-gateway') return `${name}:${USER_NETWORK_GATEWAY}`;
    if (isIP(plain) !== 0) return `${name}:${plain}`;
  }
  const what = `"${text.slice(0, 64)}" is not NAME:ADDRESS`;
  throw new RuntimeError('invalid-argument', 'read --add-host', what);
}

/** QEMU's user-mode network's: the host as the guest sees it. */
const USER_NETWORK_GATEWAY = '10.0.2.2';

function parseLogDriver(text: string): 'json-file' | 'none' {
  if (text === 'json-file' || text === 'none') return text;
  const what = `"${text.slice(0, 64)}" is not json-file or none`;
  throw new RuntimeError('invalid-argument', 'read --log-driver', what);
}

/** Images come from the local store or from files, so `missing` finds what `never` does; `always` cannot be done. */
function checkPull(options: OptionValues): void {
  const pull = options.text('pull') ?? 'never';
  if (pull === 'never' || pull === 'missing') return;
  const what = `"${pull.slice(0, 64)}" is not never or missing: there are no registries yet`;
  throw new RuntimeError(
    pull === 'always' ? 'unsupported' : 'invalid-argument',
    'read --pull',
    what,
  );
}

function mapped<K extends string, V>(
  options: OptionValues,
  name: string,
  key: K,
  parse: (text: string) => V,
): { [P in K]?: V } {
  const text = options.text(name);
  return present(key, text === undefined ? undefined : parse(text));
}

function present<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}
