/** Checks of a Linux host. Pure: from the facts that linux-facts.ts gathers to checks. */
import type { ExecutionProperties } from '../../hcs/document/properties.ts';
import { type Check, check } from './check.ts';

/** A program on PATH. */
export interface ProgramFact {
  path: string;
  /** First line of its --version. */
  version: string;
}

export interface LinuxFacts {
  /** Effective user. */
  uid: number;
  /** Undefined: not on PATH. */
  qemu: ProgramFact | undefined;
  /** Devices that QEMU says it has. */
  qemuDevices: ReadonlySet<string>;
  /** What the compute service says, or why it could not. */
  execution: ExecutionProperties | { error: string };
  /** /dev/kvm: absent, or whether it can be opened. */
  kvmDevice: 'absent' | 'denied' | 'open';
  /** How cgroups are mounted. */
  cgroup: 'v2' | 'v1' | 'none';
  /** Names of util-linux programs that are missing. */
  missingTools: readonly string[];
  /** Whether /dev/vhost-vsock can be opened. */
  vhostVsock: boolean;
  /** Path of the user-space vsock back end. */
  vhostDeviceVsock: string | undefined;
  /** Directory to the reason why it cannot be written; undefined where it can. */
  directories: readonly { path: string; problem: string | undefined }[];
}

/** The oldest QEMU whose devices and QMP are used; Debian 12 has 7.2. */
const OLDEST_QEMU: readonly [number, number] = [7, 2];
/** Without these a VM that the documents ask for cannot be built. */
export const NEEDED_DEVICES = [
  'virtio-scsi-pci',
  'scsi-hd',
  'virtio-serial-pci',
  'virtserialport',
  'virtio-9p-pci',
  'virtio-net-pci',
  'virtio-rng-pci',
  'pcie-root-port',
] as const;
/** util-linux: the engine wraps QEMU in them. */
export const NEEDED_TOOLS = ['mount', 'nsenter', 'setpriv', 'umount', 'unshare'] as const;

/** Every check of a Linux host but those that all hosts share. */
export function linuxChecks(facts: LinuxFacts): Check[] {
  return [
    checkQemu(facts),
    checkQemuDevices(facts),
    checkAccelerator(facts),
    checkPermissions(facts),
    ...facts.directories.map(checkDirectory),
    checkTools(facts),
    checkCgroup(facts),
    checkVsock(facts),
  ];
}

function checkQemu({ qemu }: LinuxFacts): Check {
  const install = 'apt-get install qemu-system-x86';
  if (qemu === undefined) {
    return check('qemu', 'QEMU', 'missing', 'no qemu-system-x86_64 on PATH', install);
  }
  const [, major, minor] = /version (\d+)\.(\d+)/.exec(qemu.version)?.map(Number) ?? [];
  const found = `${qemu.path}, ${qemu.version}`;
  if (major === undefined || minor === undefined) {
    return check('qemu', 'QEMU', 'wrong', `${qemu.path} does not run: ${qemu.version}`, install);
  }
  const good = major > OLDEST_QEMU[0] || (major === OLDEST_QEMU[0] && minor >= OLDEST_QEMU[1]);
  return check(
    'qemu',
    'QEMU',
    good ? 'ok' : 'wrong',
    found,
    good ? '' : `install QEMU ${OLDEST_QEMU.join('.')} or newer`,
  );
}

function checkQemuDevices({ qemu, qemuDevices }: LinuxFacts): Check {
  const title = 'QEMU devices';
  if (qemu === undefined) return check('qemu-devices', title, 'skipped', 'no QEMU', '');
  const missing = NEEDED_DEVICES.filter((name) => !qemuDevices.has(name));
  return missing.length === 0
    ? check('qemu-devices', title, 'ok', `all ${NEEDED_DEVICES.length} that are used`, '')
    : check(
        'qemu-devices',
        title,
        'wrong',
        `this QEMU has no ${missing.join(', ')}`,
        'install a QEMU that is built with them, as distributions build it',
      );
}

function checkAccelerator({ execution, kvmDevice }: LinuxFacts): Check {
  const title = 'Accelerator';
  if ('error' in execution) {
    return check('accelerator', title, 'wrong', execution.error, 'see what is said of QEMU above');
  }
  const found = `${execution.Accelerator}: ${execution.Reason}`;
  if (execution.Accelerator !== 'tcg') return check('accelerator', title, 'ok', found, '');
  const advice = {
    absent:
      'VMs run, several times slower; enable virtualisation in the firmware or the outer hypervisor',
    denied: 'VMs run, several times slower; run as root or join the group kvm',
    open: 'VMs run, several times slower; /dev/kvm is here but no guest ran on it (a nested host?)',
  }[kvmDevice];
  return check('accelerator', title, 'warning', found, advice);
}

function checkPermissions({ uid }: LinuxFacts): Check {
  return uid === 0
    ? check('permissions', 'Permissions', 'ok', 'root', '')
    : check(
        'permissions',
        'Permissions',
        'wrong',
        `user ${uid}, and VMs need mounts and namespaces`,
        'run as root',
      );
}

function checkDirectory(directory: LinuxFacts['directories'][number]): Check {
  const { path, problem } = directory;
  const id = `directory:${path}`;
  return problem === undefined
    ? check(id, 'Directory', 'ok', `${path} can be written`, '')
    : check(
        id,
        'Directory',
        'wrong',
        `${path}: ${problem}`,
        'set LCOW_RUN or LCOW_DATA to one that can',
      );
}

function checkTools({ missingTools }: LinuxFacts): Check {
  return missingTools.length === 0
    ? check('tools', 'Tools', 'ok', NEEDED_TOOLS.join(' '), '')
    : check(
        'tools',
        'Tools',
        'missing',
        `no ${missingTools.join(' ')}`,
        'apt-get install util-linux',
      );
}

function checkCgroup({ cgroup }: LinuxFacts): Check {
  const inside = 'containers have cgroup v2 inside their VM all the same';
  return cgroup === 'v2'
    ? check('cgroup', 'cgroup', 'ok', 'version 2', '')
    : check(
        'cgroup',
        'cgroup',
        'warning',
        cgroup === 'v1' ? 'version 1 or hybrid on this host' : 'no cgroups on this host',
        `only limits on whole VMs need version 2; ${inside}`,
      );
}

function checkVsock({ vhostVsock, vhostDeviceVsock }: LinuxFacts): Check {
  const device = vhostVsock ? '/dev/vhost-vsock is here and not used yet' : 'no /dev/vhost-vsock';
  if (vhostDeviceVsock !== undefined) {
    return check('vsock', 'vsock', 'ok', `back end ${vhostDeviceVsock}; ${device}`, '');
  }
  return check(
    'vsock',
    'vsock',
    'warning',
    `no vhost-device-vsock; ${device}`,
    'none is needed: the link runs over a virtio-serial port; for LCOW_LINK=vsock: ' +
      'cargo install vhost-device-vsock',
  );
}
