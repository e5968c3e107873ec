/** What `lcow pool status` tells, as the daemon says it. Types only. */
import type { CommandCounts } from './command-service.ts';
import type { PoolCounts } from './pool.ts';
import type { PoolShape } from './pool-shape.ts';

export interface PoolStatus extends PoolCounts {
  readonly pid: number;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly shape: PoolShape;
  /** Names of those whose layers are mounted already. */
  readonly images: readonly string[];
  /** Of containerd's. */
  readonly commands: CommandCounts;
}
