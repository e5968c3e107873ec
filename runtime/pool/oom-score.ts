/**
 * Who is killed first when memory runs out. containerd wants its shims, and what they start, to be killed before itself: a
 * supervisor that was parked, and its VM, are a pool's until a pod of containerd's takes them.
 */
import { writeFileSync } from 'node:fs';

/** @param score as /proc/PID/oom_score_adj has it, -1000 to 1000; one that may not be set is left */
export function setOomScore(pids: readonly number[], score: number): void {
  for (const pid of pids) {
    try {
      writeFileSync(`/proc/${pid}/oom_score_adj`, String(score));
    } catch {
      // It has ended, or its score may not be lowered.
    }
  }
}
