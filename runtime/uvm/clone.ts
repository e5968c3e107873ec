/**
 * A VM that is a clone of a template: what its maker knew of the template's guest, and the first call that makes the
 * clone somebody else (Vm.Resume): a secret of its own, entropy that the kernel's generator must use from there on, the
 * time, a host name, a machine id. No user's code has run before it.
 */
import { randomBytes } from 'node:crypto';
import type { AgentChannel } from '../guest/agent-channel.ts';
import { METHODS } from '../guest/methods.ts';
import type { ScsiDrive } from './scsi-slots.ts';
import type { GuestInformation } from './utility-vm.ts';

/** What is cloned. */
export interface VmTemplate {
  /** RestoreState.TemplateSystemId. */
  readonly systemId: string;
  /** What its agent was given; a clone's agent has it until Resume. */
  readonly secret: Buffer;
  /** What its agent said; its bootId is empty. */
  readonly guest: GuestInformation;
  /** The guest's clock when the template was saved, or later. */
  readonly guestNowNs: number;
  /** Its disks, which are empty in clones. Absent: none. */
  readonly drives?: readonly ScsiDrive[];
}

interface CallLimits {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

export interface CloneIdentity {
  readonly secret: Buffer;
  readonly hostname: string;
}

/** @returns what is so of the clone, and its clock */
export async function resumeClone(
  channel: AgentChannel,
  { guest }: VmTemplate,
  identity: CloneIdentity,
  options: CallLimits,
): Promise<{ guest: GuestInformation; nowNs: number }> {
  const { bootId, nowNs } = await renewGuest(channel, identity, options);
  return { guest: { ...guest, bootId }, nowNs };
}

/** Makes a guest in which nobody's code has run somebody else: also one that was parked, when it is claimed. */
export async function renewGuest(
  channel: AgentChannel,
  { secret, hostname }: CloneIdentity,
  options: CallLimits,
): Promise<{ bootId: string; nowNs: number }> {
  return channel.call(
    'resume the clone',
    METHODS.resumeVm,
    {
      secret,
      entropy: randomBytes(256),
      wallClockNs: Date.now() * 1e6,
      hostname,
      machineId: randomBytes(16).toString('hex'),
    },
    options,
  );
}
