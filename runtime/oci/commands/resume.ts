/** `lcow-oci resume`. */
import type { OciCommandRun } from '../command.ts';
import { OciFailure } from '../failure.ts';
import { findPod } from '../pod.ts';
import { statusOf } from '../status.ts';

export const run: OciCommandRun = async ({ records }, input) => {
  const [id = ''] = input.operands;
  const record = records.read(id);
  await using client = await findPod(record);
  const status = await statusOf(record, client);
  if (client === undefined || status !== 'paused') throw new OciFailure('container not paused');
  await client.task.resume(id);
  return 0;
};
