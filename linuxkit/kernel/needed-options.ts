/**
 * What lcow's guests cannot do without, as options of the kernel's configuration: a kernel that lacks one boots, and
 * then is silent or refuses containers. So it is said before, with what the option is for.
 */

/** Option to what it is for. */
export const NEEDED_OPTIONS: Readonly<Record<string, string>> = {
  CONFIG_BLK_DEV_INITRD: 'the initrd',
  CONFIG_DEVTMPFS: '/dev',
  CONFIG_PROC_FS: '/proc',
  CONFIG_SYSFS: '/sys',
  CONFIG_TMPFS: '/run',
  CONFIG_UNIX: 'sockets of the agent',
  CONFIG_EPOLL: 'the agent',
  CONFIG_SIGNALFD: 'the agent',
  CONFIG_EVENTFD: 'the agent',
  CONFIG_INET: "the VM's loopback",
  CONFIG_VIRTIO_PCI: "QEMU's devices",
  CONFIG_VIRTIO_CONSOLE: 'the link to the host',
  CONFIG_SCSI_VIRTIO: 'disks',
  CONFIG_BLK_DEV_SD: 'disks',
  CONFIG_EXT4_FS: 'layers and scratch disks',
  CONFIG_OVERLAY_FS: "containers' roots",
  CONFIG_NET_9P_VIRTIO: 'shares of the host',
  CONFIG_9P_FS: 'shares of the host',
  CONFIG_CGROUPS: 'containers',
  CONFIG_MEMCG: 'limits of memory',
  CONFIG_CGROUP_PIDS: 'limits of processes',
  CONFIG_CGROUP_BPF: 'limits of devices',
  CONFIG_NAMESPACES: 'containers',
  CONFIG_PID_NS: 'containers',
  CONFIG_NET_NS: 'containers',
  CONFIG_USER_NS: 'containers with users of their own',
  CONFIG_SECCOMP_FILTER: "containers' system calls",
};

/**
 * Those that a finished .config has not built in.
 * @returns "CONFIG_X (what it is for)", in the order above
 */
export function missingOptions(config: string): string[] {
  const lines = new Set(config.split('\n'));
  return Object.entries(NEEDED_OPTIONS)
    .filter(([name]) => !lines.has(`${name}=y`))
    .map(([name, use]) => `${name} (${use})`);
}
