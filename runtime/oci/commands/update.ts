/** `lcow-oci update`: limits of a container, changed where it runs. */
import type { OciCommandRun } from '../command.ts';
import { notRunning } from '../failure.ts';
import { findPod } from '../pod.ts';
import { resourcesOf } from '../resources.ts';
import { statusOf } from '../status.ts';

export const run: OciCommandRun = async ({ records }, input) => {
  const [id = ''] = input.operands;
  const record = records.read(id);
  const resources = resourcesOf(input);
  await using client = await findPod(record);
  const status = await statusOf(record, client);
  if (client === undefined || status === 'stopped') throw notRunning();
  await client.task.update(id, Buffer.from(JSON.stringify(resources)));
  return 0;
};
