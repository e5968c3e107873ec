/**
 * The features document (OCI runtime spec, features.md): what of the specification is recognised here. "Recognised"
 * says no more than that a value is not refused for being unknown. Pure; what the guest can do was seen in its VM
 * (test/agent/oci-spec.vm.test.ts), not asked for.
 */
import { ALL_CAPABILITIES } from './capability-options.ts';
import { HOST_HOOKS } from './host-hooks.ts';
import { NAMESPACE_TYPES } from './namespace-paths.ts';

/** Of config.json: what is written by the newest of them is read. */
const OCI_VERSION_MIN = '1.0.0';
const OCI_VERSION_MAX = '1.2.1';

/** Of every mount. The `r` ones hold for what is mounted below, too; idmap and ridmap are refused. */
export const MOUNT_OPTIONS = [
  ...['async', 'atime', 'bind', 'defaults', 'dev', 'diratime', 'dirsync', 'exec', 'noatime'],
  ...[
    'nodev',
    'nodiratime',
    'noexec',
    'norelatime',
    'nostrictatime',
    'nosuid',
    'private',
    'ratime',
  ],
  ...['rbind', 'rdev', 'rdiratime', 'relatime', 'rexec', 'rnoatime', 'rnodev', 'rnodiratime'],
  ...['rnoexec', 'rnosuid', 'ro', 'rprivate', 'rrelatime', 'rro', 'rrw', 'rslave', 'rstrictatime'],
  ...['rsuid', 'rw', 'slave', 'strictatime', 'suid', 'sync'],
] as const;

const SECCOMP_ACTIONS = [
  ...['SCMP_ACT_ALLOW', 'SCMP_ACT_ERRNO', 'SCMP_ACT_KILL', 'SCMP_ACT_KILL_PROCESS'],
  ...['SCMP_ACT_KILL_THREAD', 'SCMP_ACT_LOG', 'SCMP_ACT_TRACE', 'SCMP_ACT_TRAP'],
] as const;
const SECCOMP_OPERATORS = ['EQ', 'GE', 'GT', 'LE', 'LT', 'MASKED_EQ', 'NE'] as const;
const SECCOMP_ARCHITECTURES = ['AARCH64', 'ARM', 'X32', 'X86', 'X86_64'] as const;
const SECCOMP_FLAGS = [
  ...['SECCOMP_FILTER_FLAG_LOG', 'SECCOMP_FILTER_FLAG_SPEC_ALLOW', 'SECCOMP_FILTER_FLAG_TSYNC'],
] as const;

export type OciFeatures = ReturnType<typeof ociFeatures>;

/** @returns plain data, the same at every call */
export function ociFeatures() {
  return {
    ociVersionMin: OCI_VERSION_MIN,
    ociVersionMax: OCI_VERSION_MAX,
    hooks: [...HOST_HOOKS, 'startContainer'],
    mountOptions: [...MOUNT_OPTIONS],
    linux: {
      namespaces: [...NAMESPACE_TYPES].sort(),
      capabilities: ALL_CAPABILITIES.map((name) => `CAP_${name}`),
      cgroup: { v1: false, v2: true, systemd: false, systemdUser: false, rdma: false },
      seccomp: {
        enabled: true,
        actions: [...SECCOMP_ACTIONS],
        operators: SECCOMP_OPERATORS.map((name) => `SCMP_CMP_${name}`),
        archs: SECCOMP_ARCHITECTURES.map((name) => `SCMP_ARCH_${name}`),
        knownFlags: [...SECCOMP_FLAGS],
        supportedFlags: [...SECCOMP_FLAGS],
      },
      apparmor: { enabled: false },
      selinux: { enabled: false },
      intelRdt: { enabled: false },
      mountExtensions: { idmap: { enabled: false } },
      netDevices: { enabled: false },
    },
    annotations: {
      // The container's kernel is the VM's: a profile of the host's would guard nothing.
      'io.lcow.isolation': 'vm',
    },
    potentiallyUnsafeConfigAnnotations: ['io.lcow.'],
  };
}
