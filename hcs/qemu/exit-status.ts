/** What an exit of QEMU means: HCS's SystemExitStatus from what is known of it. Pure. */
import { HRESULT } from '../hresult.ts';
import type { SystemExitStatus } from '../document/system-exit-status.ts';

/**
 * @param forced we ended it
 * @param reason of QMP's last SHUTDOWN event: the guest powered off, was reset, or somebody quit QEMU
 * @param said QEMU's last words, or the signal that ended it
 */
export function exitStatus(
  forced: boolean,
  reason: string | undefined,
  said: string | undefined,
): SystemExitStatus {
  if (forced || reason === 'host-qmp-quit') {
    return { Status: HRESULT.HCS_E_TERMINATED | 0, ExitType: 'ForcedExit' };
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
