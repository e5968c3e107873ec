/**
 * Which kernel modules the guest has, and when the agent loads them: data only. The agent reads the groups from
 * /etc/lcow/modules (see module-list.ts); what a module needs is found from the module itself.
 */

/** Groups in the order in which they stand in the list. */
export const MODULE_GROUPS = [
  'base',
  'qemu',
  'hyperv',
  'scsi',
  'ext4',
  'overlay',
  '9p',
  'pmem',
  'net',
  'vsock',
  'late',
] as const;

export type ModuleGroup = (typeof MODULE_GROUPS)[number];

/** The modules that each group names; their dependencies come along. */
export const GROUP_MODULES: Record<ModuleGroup, readonly string[]> = {
  /** Before the agent can dial on QEMU: the bus and the serial port. */
  base: ['virtio_pci', 'virtio_console'],
  /** Only on QEMU, once the agent has dialled. */
  qemu: ['virtio_rng'],
  /** Only on Hyper-V, before the agent dials: its bus, sockets, disks, network, time and memory. */
  hyperv: ['hv_vmbus', 'hv_sock', 'hv_utils', 'hv_storvsc', 'hv_netvsc', 'hv_balloon'],
  scsi: ['sd_mod', 'virtio_scsi'],
  ext4: ['crc32c_generic', 'crc32c_intel', 'ext4'],
  overlay: ['overlay'],
  /** Over virtio on QEMU, over a vsock file descriptor on Hyper-V. */
  '9p': ['9p', '9pnet_virtio', '9pnet_fd'],
  pmem: ['nfit', 'virtio_pmem', 'nd_pmem'],
  net: ['virtio_net'],
  /** The dial home where there is no serial port. */
  vsock: ['vmw_vsock_virtio_transport'],
  /** Nothing on the way to the first container waits for these. */
  late: ['virtio_balloon', 'button', 'evdev', 'veth', 'tun', 'fuse'],
};

/**
 * What modules ask the kernel's crypto interface for by algorithm, not by module: with no modprobe in the guest
 * the right module must be loaded before. Names that are absent here and are no module's name are ignored.
 */
export const SOFT_DEPENDENCIES: Readonly<Record<string, readonly string[]>> = {
  'crypto-crc32c': ['crc32c_generic'],
  crc32c: ['crc32c_generic'],
  crct10dif: ['crct10dif_generic'],
  'crc64-rocksoft': ['crc64_rocksoft_generic'],
};
