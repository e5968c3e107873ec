/** google.protobuf.Timestamp and our milliseconds since 1970. */
import type { containerd } from '../../proto/generated/task.js';

type Timestamp = containerd.task.v2.Timestamp.$Properties;

/** Undefined for 0, "no such time": the field is then left out. */
export function toTimestamp(ms: number): { exitedAt?: Timestamp } {
  if (ms <= 0) return {};
  const seconds = Math.floor(ms / 1000);
  const nanos = Math.floor((ms - seconds * 1000) * 1e6);
  return { exitedAt: { seconds, nanos } };
}

/** 0 for an absent one, and for Go's zero time, which lies before 1970. */
export function fromTimestamp(timestamp: Timestamp | null | undefined): number {
  const seconds = timestamp?.seconds ?? 0;
  return seconds < 0 ? 0 : seconds * 1000 + Math.floor((timestamp?.nanos ?? 0) / 1e6);
}
