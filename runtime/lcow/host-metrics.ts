/**
 * The numbers of a host: of the pods that are over from its file, of those that live from their supervisors, each asked
 * over its socket. None is started or adopted for it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { ContainerStatus } from '../container/container-record.ts';
import { hostCountersStamp, readHostCounters } from '../supervisor/counter-file.ts';
import { listPodIds, podFolder, taskSocket } from '../supervisor/pod-folder.ts';
import { heldPodLocks } from '../supervisor/pod-lock.ts';
import { dialSupervisor } from '../supervisor/supervisor-client-ttrpc.ts';
import { addCounters, type Counters } from '../telemetry/counters.ts';
import type { PodMetrics } from '../telemetry/pod-metrics.ts';
import type { Host } from './host.ts';

/** Pods that are asked at once. */
const ASKED_AT_ONCE = 16;
/** A pod that ends while it is asked is in neither place for a moment. */
const ATTEMPTS = 4;
const AGAIN_MS = 100;

export interface HostMetrics {
  /** Sums over all pods, those that are over too. */
  readonly counters: Counters;
  /** That live, by their ids. */
  readonly pods: ReadonlyMap<string, PodMetrics>;
  /** Pods whose supervisor did not answer. */
  readonly unreachable: number;
  readonly containers: Readonly<Record<ContainerStatus, number>>;
}

export async function readHostMetrics(host: Host): Promise<HostMetrics> {
  const { where } = host;
  for (let attempt = 1; ; attempt += 1) {
    const stamp = hostCountersStamp(where);
    const counters = readHostCounters(where);
    const isLocked = heldPodLocks();
    const living = listPodIds(where).filter((pod) => isLocked(podFolder(where, pod)));
    const pods = await askAll(host, living);
    const unreachable = living.length - pods.size;
    // One has ended meanwhile, or is about to: its numbers are told once when that is over.
    const isMoving = unreachable > 0 || hostCountersStamp(where) !== stamp;
    if (isMoving && attempt < ATTEMPTS) {
      await delay(AGAIN_MS);
      continue;
    }
    for (const pod of pods.values()) addCounters(counters, pod.counters);
    return { counters, pods, unreachable, containers: containersOf(host, pods) };
  }
}

async function askAll({ where }: Host, ids: readonly string[]): Promise<Map<string, PodMetrics>> {
  const answers = new Map<string, PodMetrics>();
  const waiting = [...ids];
  const askNext = async (): Promise<void> => {
    for (let pod = waiting.shift(); pod !== undefined; pod = waiting.shift()) {
      try {
        await using client = await dialSupervisor({ pod, path: taskSocket(podFolder(where, pod)) });
        answers.set(pod, await client.metrics());
      } catch {
        // It begins or ends, or is of a version that has no numbers.
      }
    }
  };
  await Promise.all(Array.from({ length: ASKED_AT_ONCE }, askNext));
  return new Map([...answers].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function containersOf(
  host: Host,
  pods: ReadonlyMap<string, PodMetrics>,
): Record<ContainerStatus, number> {
  const counts = { created: 0, running: 0, paused: 0, restarting: 0, exited: 0 };
  for (const { state } of host.store.list().containers) counts[state.status] += 1;
  for (const { containers } of pods.values()) {
    for (const state of ['created', 'running', 'paused'] as const)
      counts[state] += containers[state];
    counts.exited += containers.stopped;
  }
  return counts;
}
