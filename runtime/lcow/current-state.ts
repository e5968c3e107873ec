/** A container as it is now: what its records say, put right first where its supervisor and its VM are both gone. */
import type { ContainerState } from '../container/container-record.ts';
import type { StoredContainer } from '../container/container-store.ts';
import { hostBootId } from '../ownership.ts';
import type { Host } from './host.ts';

/** @throws RuntimeError not-found, data-loss */
export async function currentContainer(host: Host, id: string): Promise<StoredContainer> {
  const stored = host.store.read(id);
  if (!mayBeStale(stored.state)) return stored;
  const { settleContainer } = await import('../supervisor/reconcile.ts');
  await settleContainer(host.where, id);
  return host.store.read(id);
}

/** Whether it says that it runs: only then can that be untrue. */
function mayBeStale({ status, hostBootId: boot }: ContainerState): boolean {
  if (status === 'created' || status === 'exited') return false;
  return boot !== hostBootId() || status !== undefined;
}
