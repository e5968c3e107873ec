/** Whether KVM runs guests here: `/dev/kvm` existing proves nothing. */
import { access, constants } from 'node:fs/promises';

export interface KvmProbe {
  works: boolean;
  /** For people. */
  reason: string;
}

/** @param qemu the binary to probe with */
export async function probeKvm(_qemu: string): Promise<KvmProbe> {
  try {
    await access('/dev/kvm', constants.R_OK | constants.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return {
      works: false,
      reason: code === 'ENOENT' ? 'no /dev/kvm' : '/dev/kvm cannot be opened',
    };
  }
  return { works: false, reason: 'KVM was not probed' };
}
