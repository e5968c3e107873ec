/** `lcow-oci pause`. */
import type { OciCommandRun } from '../command.ts';
import { notRunning, OciFailure } from '../failure.ts';
import { findPod } from '../pod.ts';
import { statusOf } from '../status.ts';

export const run: OciCommandRun = async ({ records }, input) => {
  const [id = ''] = input.operands;
  const record = records.read(id);
  await using client = await findPod(record);
  const status = await statusOf(record, client);
  if (client === undefined || status === 'stopped') throw notRunning();
  if (status !== 'running') throw new OciFailure(`container not running: it is ${status}`);
  await client.task.pause(id);
  return 0;
};
