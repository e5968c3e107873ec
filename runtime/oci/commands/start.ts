/** `lcow-oci start`: runs the command of a created container. */
import type { OciCommandRun } from '../command.ts';
import { during, OciFailure } from '../failure.ts';
import { findPod } from '../pod.ts';
import { checkSettled } from '../record.ts';
import { statusOf } from '../status.ts';

export const run: OciCommandRun = async ({ records }, input) => {
  const [id = ''] = input.operands;
  const record = records.read(id);
  checkSettled(`start container "${id}"`, record);
  await using client = await findPod(record);
  const status = await statusOf(record, client);
  if (status !== 'created' || client === undefined) {
    const a =
      status === 'running' ? 'an already running container' : `a container in the ${status} state`;
    throw new OciFailure(`cannot start ${a}`);
  }
  try {
    await client.task.start(id, '');
  } catch (error) {
    throw during('start', error);
  }
  return 0;
};
