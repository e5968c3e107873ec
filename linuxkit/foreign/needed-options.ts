/**
 * What of a kernel's configuration the agent needs before it can say a word, and for what: to refuse a kernel that could
 * never answer before it is booted. What one that answers cannot do the agent tells (runtime/uvm/kernel-features.ts).
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
