/** The tree that every container has, with Docker's options, and what of /proc and /sys it may not touch. */
import type { OciMount } from './oci-runtime-spec.ts';

/** Docker's size of /dev/shm: 64 MiB. */
export const DEFAULT_SHM_BYTES = 64 * 1024 * 1024;

export interface StandardMountOptions {
  /** Of /dev/shm. */
  readonly shmSizeBytes?: number;
  /** /sys and the cgroup tree may be written. */
  readonly privileged?: boolean;
}

export function standardMounts({
  shmSizeBytes = DEFAULT_SHM_BYTES,
  privileged = false,
}: StandardMountOptions): OciMount[] {
  const plain = ['nosuid', 'noexec', 'nodev'];
  const access = privileged ? 'rw' : 'ro';
  return [
    { destination: '/proc', type: 'proc', source: 'proc', options: plain },
    {
      destination: '/dev',
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
    },
    {
      destination: '/dev/pts',
      type: 'devpts',
      source: 'devpts',
      options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
    },
    {
      destination: '/dev/shm',
      type: 'tmpfs',
      source: 'shm',
      options: [...plain, 'mode=1777', `size=${shmSizeBytes}`],
    },
    { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: plain },
    { destination: '/sys', type: 'sysfs', source: 'sysfs', options: [...plain, access] },
    {
      destination: '/sys/fs/cgroup',
      type: 'cgroup',
      source: 'cgroup',
      options: [...plain, 'relatime', access],
    },
  ];
}

export const MASKED_PATHS: readonly string[] = [
  '/proc/acpi',
  '/proc/asound',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
];

export const READONLY_PATHS: readonly string[] = [
  '/proc/bus',
  '/proc/fs',
  '/proc/irq',
  '/proc/sys',
  '/proc/sysrq-trigger',
];
