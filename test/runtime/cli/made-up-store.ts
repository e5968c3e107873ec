/** Containers that never were: records on disk as the container store writes them, so that views need no VM. */
import type {
  ContainerRecord,
  ContainerState,
} from '../../../runtime/container/container-record.ts';
import { ContainerStore } from '../../../runtime/container/container-store.ts';
import { hostBootId } from '../../../runtime/ownership.ts';
import { containerRecordOf } from '../container/container-record-of.ts';

export interface MadeUp {
  readonly name: string;
  readonly record?: Partial<ContainerRecord>;
  readonly state?: Partial<ContainerState>;
  /** config.json of the bundle. */
  readonly bundle?: unknown;
}

/** @returns the ids, in order */
export async function makeUp(data: string, containers: readonly MadeUp[]): Promise<string[]> {
  const store = new ContainerStore(data);
  const ids: string[] = [];
  for (const { name, record, state, bundle } of containers) {
    const reservation = await store.reserve(name);
    const { writeFile } = await import('node:fs/promises');
    await store.create(reservation, madeUpRecord(reservation.id, record), async ({ config }) => {
      await writeFile(config, JSON.stringify(bundle ?? {}));
    });
    await store.writeState(reservation.id, madeUpState(state));
    ids.push(reservation.id);
  }
  return ids;
}

export function madeUpRecord(id: string, record: Partial<ContainerRecord> = {}): ContainerRecord {
  return containerRecordOf(id, {
    createdAt: new Date(Date.now() - 3 * 3_600_000).toISOString(),
    image: { name: 'busybox:latest', id: `sha256:${'ab'.repeat(32)}`, layers: [] },
    args: ['sh', '-c', 'sleep 1000'],
    vm: { network: 'user', ports: [] },
    ...record,
  });
}

export function madeUpState(state: Partial<ContainerState> = {}): ContainerState {
  return { status: 'created', hostBootId: hostBootId(), restartCount: 0, ...state };
}
