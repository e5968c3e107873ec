/** `lcow-oci kill`: a signal for a container's init, or for all of its processes. */
import { parseSignal } from '../../container/signal.ts';
import type { OciCommandRun } from '../command.ts';
import { isCode, notRunning, OciFailure } from '../failure.ts';
import { findPod } from '../pod.ts';
import { checkSettled } from '../record.ts';
import { statusOf } from '../status.ts';

export const run: OciCommandRun = async ({ records }, input) => {
  const [id = '', text = 'TERM'] = input.operands;
  const record = records.read(id);
  const signal = signalOf(text);
  checkSettled(`kill container "${id}"`, record);
  await using client = await findPod(record);
  const status = await statusOf(record, client);
  const all = input.flag('all');
  if (client === undefined || status === 'stopped') {
    // Whoever cleans up asks for all of them, ended or not.
    if (all) return 0;
    throw notRunning();
  }
  try {
    await client.task.kill(id, '', signal, all);
  } catch (error) {
    if (!isCode(error, 'not-found')) throw error;
    if (!all) throw notRunning();
  }
  return 0;
};

function signalOf(text: string): number {
  try {
    return parseSignal('kill', text);
  } catch {
    throw new OciFailure(`unknown signal ${JSON.stringify(text.slice(0, 32))}`);
  }
}
