/** How a process in the guest ended. */
import type { lcow } from '../../proto/generated/agent.js';
import { RuntimeError } from '../errors.ts';

export interface ExitStatus {
  /** 0..255: the exit code, or 128 + the signal that killed it. */
  readonly code: number;
  /** Guest CLOCK_MONOTONIC, nanoseconds. */
  readonly exitedAtNs: number;
  /** Guest wall clock, nanoseconds since 1970; 0 unknown. */
  readonly exitedAtWallNs: number;
  /** Whether the container's memory limit killed a process of it. */
  readonly oomKilled: boolean;
}

/** @throws RuntimeError data-loss when the guest's code is out of range */
export function decodeExitStatus(message: lcow.agent.v1.ExitStatus.$Properties): ExitStatus {
  const code = message.code ?? 0;
  if (code > 255) {
    throw new RuntimeError('data-loss', 'read an exit status', `code ${code} is not in 0..255`);
  }
  return {
    code,
    exitedAtNs: message.exitedAtNs ?? 0,
    exitedAtWallNs: message.exitedAtWallNs ?? 0,
    oomKilled: message.oomKilled ?? false,
  };
}
