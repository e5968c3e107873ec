/**
 * The rate of this host's time-stamp counter. An emulated guest reads that counter, and on a busy host its kernel measures
 * the rate wrong: against the PIT, whose loop is cut short when QEMU is descheduled (seen: 366 MHz for 2445, a clock
 * 6.7 times too fast, in 2 of 12 boots). So the guest is told instead.
 */
import { closeSync, openSync, readSync } from 'node:fs';

/** The first processor's entry fits well. */
const ENTRY_BYTES = 8 * 1024;

/** In kHz; undefined where the host does not tell: then the guest measures. */
export function hostTscKHz(): number | undefined {
  const buffer = Buffer.alloc(ENTRY_BYTES);
  try {
    const file = openSync('/proc/cpuinfo', 'r');
    try {
      return tscKHzOf(buffer.toString('latin1', 0, readSync(file, buffer, 0, ENTRY_BYTES, 0)));
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}

/**
 * Of /proc/cpuinfo's first entry. `cpu MHz` is the counter's rate on a host that is a virtual machine itself (it has no
 * frequency scaling to look at); on bare metal it is the core's frequency of the moment, which says nothing.
 */
export function tscKHzOf(cpuinfo: string): number | undefined {
  const [entry = ''] = cpuinfo.split('\n\n');
  const flags = /^flags\s*:(.*)$/m.exec(entry)?.[1]?.split(' ') ?? [];
  if (!flags.includes('hypervisor') || !flags.includes('constant_tsc')) return undefined;
  const kHz = Math.round(Number(/^cpu MHz\s*:\s*([\d.]+)$/m.exec(entry)?.[1]) * 1000);
  return kHz >= 100_000 && kHz <= 20_000_000 ? kHz : undefined;
}
