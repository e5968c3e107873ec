/** How a container ended, as a supervisor that died wrote it down (runtime/task/task-record.ts). */
import { join } from 'node:path';
import type { TaskExit } from '../task/process-io.ts';
import { readTaskRecords } from '../task/task-record.ts';

/** @param folder the pod's. @returns undefined where nothing says that it had ended */
export async function recordedExit(
  folder: string,
  id: string,
): Promise<{ readonly pid: number; readonly exit: TaskExit } | undefined> {
  const records = await readTaskRecords(join(folder, 'task'), () => undefined);
  const init = records.find((record) => record.id === id)?.init;
  return init?.exit === undefined ? undefined : { pid: init.pid, exit: init.exit };
}
