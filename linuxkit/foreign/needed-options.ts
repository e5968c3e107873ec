/**
 * What of a kernel's configuration a utility VM needs, and for what: to refuse a kernel that could never answer before
 * it is booted, and to name what one that answered cannot do. Data, but for the two questions asked of it.
 */

/** Without one of these, built in, the agent cannot say a word on QEMU: the boot would end in silence. */
const FOR_THE_LINK: Readonly<Record<string, string>> = {
  CONFIG_BLK_DEV_INITRD: 'unpacks an initrd',
  CONFIG_BINFMT_ELF: 'runs programs',
  CONFIG_DEVTMPFS: 'shows devices',
  CONFIG_PROC_FS: 'shows processes',
  CONFIG_SYSFS: 'shows devices',
  CONFIG_TMPFS: 'holds /run',
  CONFIG_UNIX: "has the agent's sockets",
  CONFIG_EPOLL: 'waits for events',
  CONFIG_SIGNALFD: 'waits for signals',
  CONFIG_FUTEX: 'runs threads',
};
/** The same, but a module that comes along is as good. */
const LINK_DRIVERS: Readonly<Record<string, string>> = {
  CONFIG_VIRTIO_PCI: "finds QEMU's devices",
  CONFIG_VIRTIO_CONSOLE: 'is the link to the host',
};

/** What the agent tells as missing, in words; `containers` where no container starts without it. */
export const FEATURES: Readonly<Record<string, { what: string; containers: boolean }>> = {
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

/**
 * What keeps a kernel from ever answering, one sentence each; empty where nothing does.
 * @param modules names of modules that come along, without `.ko`
 */
export function neverAnswers(
  configuration: ReadonlyMap<string, string>,
  modules: ReadonlySet<string>,
): string[] {
  const drivers = Object.entries(LINK_DRIVERS).filter(([option]) => {
    const module = option.slice('CONFIG_'.length).toLowerCase();
    return !(configuration.get(option) === 'm' && modules.has(module));
  });
  return [...Object.entries(FOR_THE_LINK), ...drivers].flatMap(([option, what]) => {
    const value = configuration.get(option);
    if (value === 'y') return [];
    return [
      `${option}, which ${what}, is ${value === 'm' ? 'a module that is not there' : 'not set'}`,
    ];
  });
}

/** A missing feature in words: "CONFIG_OVERLAY_FS (layers of an image cannot be stacked)". */
export function describeMissing(option: string): string {
  const feature = FEATURES[option];
  return feature === undefined ? option : `${option} (${feature.what})`;
}

/** Of what is missing, what no container starts without. */
export function containersNeed(missing: readonly string[]): string[] {
  return missing.filter((option) => FEATURES[option]?.containers === true);
}
