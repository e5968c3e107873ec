/**
 * What is kept of a container on disk (docs/decisions/0012): what was asked for, which never changes, and its state,
 * which its supervisor writes. Types only; container-store.ts reads and writes them.
 */

export const CONTAINER_RECORD_VERSION = 1;

/** container.json */
export interface ContainerRecord {
  readonly version: typeof CONTAINER_RECORD_VERSION;
  /** 64 hexadecimal digits, as docker's; commands take any unambiguous beginning of 3 or more. */
  readonly id: string;
  /** ISO 8601 with milliseconds, UTC; so are all times of a record. */
  readonly createdAt: string;
  readonly image: {
    readonly name: string;
    readonly id: string;
    readonly layers: readonly string[];
  };
  /** The pod that it joins; absent: one of its own, named by the container's id. */
  readonly pod?: string;
  /** Entry point and command together, for people. */
  readonly args: readonly string[];
  readonly terminal: boolean;
  /** stdin is open (-i). */
  readonly openStdin: boolean;
  /** stdin ends when the first client that sends it leaves: a foreground run. */
  readonly stdinOnce: boolean;
  readonly autoRemove: boolean;
  readonly restart: RestartPolicy;
  readonly logDriver: 'json-file' | 'none';
  /** A Linux signal number. Default 15. */
  readonly stopSignal: number;
  /** Default 10. */
  readonly stopTimeoutSeconds: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly hostname: string;
  /** Extra lines of /etc/hosts, "name:address". */
  readonly hosts: readonly string[];
  readonly mounts: readonly {
    readonly type: string;
    readonly source?: string;
    readonly target: string;
    readonly readOnly: boolean;
  }[];
  /** Of a pod of its own; absent for one that joins a pod. */
  readonly vm?: PodShape;
  /** What the container itself is limited to, for inspect. */
  readonly limits: {
    readonly memoryBytes?: number;
    readonly cpus?: number;
    readonly pids?: number;
  };
}

/** How the pod's VM is made: pod.json, and `vm` of a container that has its own. */
export interface PodShape {
  readonly memoryMiB?: number;
  readonly processorCount?: number;
  readonly kernelArguments?: string;
  readonly network: 'user' | 'none';
  readonly ports: readonly PublishedPort[];
  /** What executes it. Default: as this host is set. */
  readonly accelerator?: 'auto' | 'kvm' | 'tcg';
  /** QEMU's machine; microvm has no network adapters. Default: as this host is set. */
  readonly machine?: 'q35' | 'microvm';
  /** See TemplateUse. Default: as this host is set. */
  readonly template?: 'auto' | 'make' | 'none';
  /** The folder of its guest image. Default: as this host is set. */
  readonly bootFiles?: string;
  /** Folders of the host below which bind mounts may be; absent: any, empty: none. */
  readonly shares?: readonly string[];
}

/** As parsed from `-p` (runtime/network/port-mapping.ts). */
export interface PublishedPort {
  readonly protocol: 'tcp' | 'udp';
  readonly hostAddress: string;
  /** 0: any free one. */
  readonly hostPort: number;
  readonly guestPort: number;
}

export interface RestartPolicy {
  readonly name: 'no' | 'on-failure' | 'always';
  /** Of on-failure; 0: no maximum. */
  readonly maximum: number;
}

export type ContainerStatus = 'created' | 'running' | 'paused' | 'restarting' | 'exited';

/** state.json */
export interface ContainerState {
  readonly status: ContainerStatus;
  /** The boot of the host in which this was written: after another boot nothing runs. */
  readonly hostBootId: string;
  /** The pod that runs it, while it is not created or exited. */
  readonly pod?: string;
  /** In the guest. */
  readonly pid?: number;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly exitCode?: number;
  readonly oomKilled?: boolean;
  /** Why it ended or did not start, where that was not its own doing. */
  readonly error?: string;
  readonly restartCount: number;
  /** What `update` changed. */
  readonly limits?: ContainerRecord['limits'];
  readonly restart?: RestartPolicy;
}

/** pod.json */
export interface PodRecord {
  readonly version: typeof CONTAINER_RECORD_VERSION;
  /** The folder's name: a container's id, or the name that `pod create` was given. */
  readonly id: string;
  readonly createdAt: string;
  /** Ends with its only container. */
  readonly lone: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly shape: PodShape;
  /** It was made by containerd's shim (runtime/shim), and ends with its Shutdown. */
  readonly containerd?: ContainerdPod;
}

/** Whose pod it is, of those that containerd's shim makes. */
export interface ContainerdPod {
  readonly namespace: string;
  /** What its containers share: a pod sandbox's id, else the only container's. */
  readonly groupId: string;
  /** What containerd dials: the path of a Unix socket, or of a named pipe on Windows. */
  readonly address: string;
  /** Of containerd's services, as its `-address` says. */
  readonly grpcAddress: string;
  /** Where events are forwarded to: containerd's ttrpc socket or pipe. */
  readonly ttrpcAddress: string;
  /** The bundle of the pod's first container; its `log` is read by containerd. */
  readonly bundle: string;
  /** containerd was told to log debugging messages. Default false. */
  readonly debug?: boolean;
  /** How long a broken named pipe of output is dialled again. Default 0: for ever. */
  readonly ioRetryMs?: number;
}
