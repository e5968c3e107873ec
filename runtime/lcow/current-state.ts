/** A container as it is now: what its records say, put right first where its supervisor is gone. */
import { existsSync } from 'node:fs';
import type { ContainerState, ContainerStatus } from '../container/container-record.ts';
import type { StoredContainer } from '../container/container-store.ts';
import { hostBootId } from '../ownership.ts';
import { podFolder } from '../supervisor/pod-folder.ts';
import { heldPodLocks } from '../supervisor/pod-lock.ts';
import type { Host } from './host.ts';

/**
 * @param isHeld heldPodLocks(), where many are looked at
 * @throws RuntimeError not-found, data-loss
 */
export async function currentContainer(
  host: Host,
  id: string,
  isHeld?: (folder: string) => boolean,
): Promise<StoredContainer> {
  const stored = host.store.read(id);
  const { state } = stored;
  if (!isLive(state.status)) return stored;
  const folder = podFolder(host.where, state.pod ?? id);
  if (isOfThisBoot(state) && existsSync(folder) && (isHeld ?? heldPodLocks())(folder))
    return stored;
  const { settleContainer } = await import('../supervisor/reconcile.ts');
  await settleContainer(host.where, id);
  return host.store.read(id);
}

/** Whether a supervisor has it: it runs, or will again. */
export function isLive(status: ContainerStatus): boolean {
  return status === 'running' || status === 'paused' || status === 'restarting';
}

function isOfThisBoot({ hostBootId: boot }: ContainerState): boolean {
  return boot === hostBootId();
}
