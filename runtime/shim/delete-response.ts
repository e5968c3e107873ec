/** What `delete` prints, as containerd reads it. */
import { containerd } from '../../proto/generated/shim.js';
import { toTimestamp } from '../task/timestamp.ts';
import type { Deleted } from './delete.ts';

export function encodeDeleteResponse({ pid, exitStatus, exitedAtMs }: Deleted): Uint8Array {
  const message = { pid, exitStatus, ...toTimestamp(exitedAtMs) };
  return containerd.shim.v1.DeleteResponse.encode(message).finish();
}
