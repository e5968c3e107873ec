/** A container as `docker inspect` shows it, with what is lcow's own beside: `Pod`, `Vm`. Pure; absent is null or empty. */
import type { PublishedPort } from '../container/container-record.ts';
import type { StoredContainer } from '../container/container-store.ts';
import { signalName } from '../container/signal.ts';
import { cellText } from './safe-json.ts';

export interface InspectedFiles {
  readonly folder: string;
  readonly config: string;
  readonly log: string;
}

/** Docker's words for "never". */
const NEVER = '0001-01-01T00:00:00Z';

/** @param bundle the container's OCI configuration, as read; fields of another shape are left out */
export function inspectContainer(
  container: StoredContainer,
  ports: readonly PublishedPort[],
  files: InspectedFiles,
  bundle: unknown,
): Record<string, unknown> {
  const { record, name, state } = container;
  const [path = '', ...args] = record.args;
  const process = member(bundle, 'process');
  const limits = state.limits ?? record.limits;
  const restart = state.restart ?? record.restart;
  const runs = state.status === 'running' || state.status === 'paused';
  const network = record.vm?.network ?? (record.pod === undefined ? 'none' : `pod:${record.pod}`);
  return {
    Id: record.id,
    Created: record.createdAt,
    Path: path,
    Args: args,
    State: {
      Status: state.status,
      Running: runs,
      Paused: state.status === 'paused',
      Restarting: state.status === 'restarting',
      OOMKilled: state.oomKilled ?? false,
      Dead: false,
      Pid: runs ? (state.pid ?? 0) : 0,
      ExitCode: state.exitCode ?? 0,
      Error: state.error ?? '',
      StartedAt: state.startedAt ?? NEVER,
      FinishedAt: state.finishedAt ?? NEVER,
    },
    Image: record.image.id,
    ResolvConfPath: '',
    LogPath: record.logDriver === 'none' ? '' : files.log,
    Name: `/${name}`,
    RestartCount: state.restartCount,
    Driver: 'overlay',
    Platform: 'linux',
    HostConfig: {
      Binds: record.mounts
        .filter(({ type }) => type === 'bind')
        .map(({ source, target, readOnly }) => `${source}:${target}${readOnly ? ':ro' : ''}`),
      LogConfig: { Type: record.logDriver, Config: {} },
      NetworkMode: network,
      PortBindings: portMap(record.vm?.ports ?? []),
      RestartPolicy: { Name: restart.name, MaximumRetryCount: restart.maximum },
      AutoRemove: record.autoRemove,
      ExtraHosts: record.hosts,
      ReadonlyRootfs: member(member(bundle, 'root'), 'readonly') === true,
      CapAdd: list(member(member(process, 'capabilities'), 'bounding')),
      Sysctls: member(member(bundle, 'linux'), 'sysctl') ?? {},
      Memory: limits.memoryBytes ?? 0,
      NanoCpus: Math.round((limits.cpus ?? 0) * 1e9),
      PidsLimit: limits.pids ?? null,
    },
    Mounts: record.mounts.map(({ type, source, target, readOnly }) => ({
      Type: type,
      Source: source ?? '',
      Destination: target,
      Mode: readOnly ? 'ro' : '',
      RW: !readOnly,
    })),
    Config: {
      Hostname: record.hostname,
      User: userOf(member(process, 'user')),
      AttachStdin: record.stdinOnce,
      Tty: record.terminal,
      OpenStdin: record.openStdin,
      StdinOnce: record.stdinOnce,
      Env: list(member(process, 'env')),
      Cmd: record.args,
      Image: record.image.name,
      WorkingDir: text(member(process, 'cwd')),
      Entrypoint: null,
      Labels: record.labels,
      StopSignal: signalName(record.stopSignal),
      StopTimeout: record.stopTimeoutSeconds,
    },
    NetworkSettings: { Ports: portMap(runs ? ports : []) },
    Pod: record.pod ?? null,
    Vm:
      record.vm === undefined
        ? null
        : {
            MemoryMiB: record.vm.memoryMiB ?? null,
            ProcessorCount: record.vm.processorCount ?? null,
            KernelArguments: record.vm.kernelArguments ?? '',
            Network: record.vm.network,
          },
    Bundle: files.folder,
  };
}

/** `{"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}]}` */
function portMap(ports: readonly PublishedPort[]): Record<string, unknown> {
  const map: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const { guestPort, protocol, hostAddress, hostPort } of ports) {
    const key = `${guestPort}/${protocol}`;
    map[key] = [
      ...(map[key] ?? []),
      { HostIp: hostAddress, HostPort: hostPort ? String(hostPort) : '' },
    ];
  }
  return map;
}

function userOf(user: unknown): string {
  const named = text(member(user, 'username'));
  if (named !== '') return named;
  const [uid, gid] = [member(user, 'uid'), member(user, 'gid')];
  return uid === undefined || (uid === 0 && gid === 0) ? '' : `${cellText(uid)}:${cellText(gid)}`;
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function list(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
