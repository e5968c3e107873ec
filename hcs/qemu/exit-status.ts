/** What an exit of QEMU means: HCS's SystemExitStatus from what is known of it. Pure. */
import { HRESULT } from '../hresult.ts';
import type { SystemExitStatus } from '../document/system-exit-status.ts';

/** What a kernel with address randomization writes to its early port whatever its log's level is. */
const OF_EVERY_BOOT = /^\w+ KASLR using /;
const PANIC = /Kernel panic - not syncing/;

/**
 * @param forced we ended it
 * @param reason of QMP's last SHUTDOWN event: the guest powered off, was reset, or somebody quit QEMU
 * @param said QEMU's last words, or the signal that ended it
 * @param kernelSaid the end of what the guest's kernel wrote to its log's port: errors, a panic's text
 */
export function exitStatus(
  forced: boolean,
  reason: string | undefined,
  said: string | undefined,
  kernelSaid = '',
): SystemExitStatus {
  const words = kernelSaid
    .split('\n')
    .filter((line) => !OF_EVERY_BOOT.test(line))
    .join('\n')
    .trim();
  const guest = words === '' ? {} : { Detail: words };
  if (forced || reason === 'host-qmp-quit') {
    return {
      Status: HRESULT.HCS_E_TERMINATED | 0,
      ExitType: 'ForcedExit',
      ...('Detail' in guest
        ? { Attribution: [{ WorkerExit: { ...guest, Initiator: 'GuestOS' } }] }
        : {}),
    };
  }
  if (reason === 'guest-reset' && PANIC.test(kernelSaid)) {
    return {
      Status: HRESULT.HCS_E_UNEXPECTED_EXIT | 0,
      ExitType: 'UnexpectedExit',
      Attribution: [
        { GuestCrash: {} },
        { WorkerExit: { Type: 'Reset', ...guest, Initiator: 'GuestOS' } },
      ],
    };
  }
  if (reason === 'guest-shutdown' || reason === 'guest-reset') {
    const Type = reason === 'guest-reset' ? 'Reset' : 'PowerOff';
    return {
      Status: 0,
      ExitType: 'GracefulExit',
      Attribution: [{ WorkerExit: { Type, Initiator: 'GuestOS' } }],
    };
  }
  const Detail = said ?? reason ?? 'QEMU ended';
  return {
    Status: HRESULT.HCS_E_UNEXPECTED_EXIT | 0,
    ExitType: 'UnexpectedExit',
    Attribution: [{ WorkerExit: { Detail, Initiator: 'Unknown' } }],
  };
}
