/**
 * What the agent says that somebody else's kernel lacks (Hello's `missing`), as an error or a warning for people. The names
 * are those of linuxkit/agent/src/kernel_features.rs.
 */
import { RuntimeError } from '../errors.ts';

/** What the agent tells as missing, in words; `containers` where no container starts without it. */
const FEATURES: Readonly<Record<string, { what: string; containers: boolean }>> = {
  CONFIG_OVERLAY_FS: { what: 'layers of an image cannot be stacked', containers: true },
  CONFIG_EXT4_FS: { what: 'layers and scratch disks cannot be mounted', containers: true },
  CONFIG_BLK_DEV_SD: { what: 'disks are not seen', containers: true },
  CONFIG_SCSI_VIRTIO: { what: 'disks cannot be attached', containers: true },
  CONFIG_HYPERV_STORAGE: { what: 'disks cannot be attached', containers: true },
  CONFIG_CGROUPS: { what: 'containers cannot be kept apart', containers: true },
  CONFIG_CGROUP_BPF: { what: 'devices cannot be kept from containers', containers: true },
  CONFIG_PID_NS: { what: 'containers have no processes of their own', containers: true },
  CONFIG_IPC_NS: { what: 'containers have no queues of their own', containers: true },
  CONFIG_UTS_NS: { what: 'containers have no names of their own', containers: true },
  CONFIG_POSIX_MQUEUE: { what: 'containers have no /dev/mqueue', containers: true },
  CONFIG_NET_NS: { what: 'containers have no networks of their own', containers: false },
  CONFIG_USER_NS: { what: 'user namespaces are refused', containers: false },
  CONFIG_9P_FS: { what: 'host folders cannot be shared', containers: false },
  CONFIG_NET_9P_VIRTIO: { what: 'host folders cannot be shared', containers: false },
  CONFIG_VIRTIO_NET: { what: 'there is no network', containers: false },
  CONFIG_HYPERV_NET: { what: 'there is no network', containers: false },
  CONFIG_HOTPLUG_PCI_PCIE: {
    what: 'adapters are seen only when they come before the boot',
    containers: false,
  },
  CONFIG_FAIR_GROUP_SCHED: { what: 'processors cannot be limited', containers: false },
  CONFIG_CPUSETS: { what: 'processors cannot be chosen', containers: false },
  CONFIG_BLK_CGROUP: { what: 'disk traffic is not counted', containers: false },
  CONFIG_MEMCG: { what: 'memory cannot be limited', containers: false },
  CONFIG_CGROUP_PIDS: { what: 'processes cannot be limited', containers: false },
  CONFIG_SECCOMP_FILTER: { what: 'system calls cannot be filtered', containers: false },
};

/** A missing feature in words: "CONFIG_OVERLAY_FS (layers of an image cannot be stacked)". */
export function describeMissing(option: string): string {
  const feature = FEATURES[option];
  return feature === undefined ? option : `${option} (${feature.what})`;
}

/** Of what is missing, what no container starts without. */
export function containersNeed(missing: readonly string[]): string[] {
  return missing.filter((option) => FEATURES[option]?.containers === true);
}

/** @throws RuntimeError unsupported when no container would start on that kernel, naming what it lacks */
export function refuseContainers(kernelRelease: string, missing: readonly string[]): void {
  const needed = containersNeed(missing);
  if (needed.length === 0) return;
  const what = `its kernel ${kernelRelease} lacks ${needed.map(describeMissing).join(', ')}`;
  throw new RuntimeError('unsupported', 'run containers in the VM', what);
}

/** One line a feature. */
export function missingLines(kernelRelease: string, missing: readonly string[]): string[] {
  return missing.map((option) => `kernel ${kernelRelease} lacks ${describeMissing(option)}`);
}
