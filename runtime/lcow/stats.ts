/** What a container uses, decoded from the task service's metrics (cgroup v2). Counters are since its start. */
import { containerd } from '../../proto/generated/task.js';

export type ContainerMetrics = containerd.task.v2.Metrics;

export function decodeMetrics(bytes: Uint8Array): ContainerMetrics {
  return containerd.task.v2.Metrics.decode(bytes);
}
