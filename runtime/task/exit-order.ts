/** Exits of one container in the order in which they may be told: its init's is the last. */
import { messageOf } from '../errors.ts';
import type { BackendContainer } from './task-backend.ts';
import type { TaskProcess } from './task-process.ts';

/** A container's cgroup is killed this long after its init ended, where execs of it still run. */
const KILL_AFTER_MS = 1000;
/** What has not ended this long after that is told as killed: nothing may keep an init's exit back for ever. */
const GIVE_UP_AFTER_MS = 10_000;

/**
 * Resolves when the exit of every exec that was started is told. They end with their container (the kernel kills a
 * pid namespace whose init ended); where they do not, because they share the VM's, they are killed.
 * @param giveUp tells an exec's exit in the guest's place
 */
export async function execsEnded(
  container: BackendContainer,
  execs: Iterable<TaskProcess>,
  giveUp: (exec: TaskProcess, why: string) => void,
): Promise<void> {
  const started = [...execs];
  await Promise.all(started.map((exec) => exec.starting));
  const live = started.filter(({ status }) => status === 'running');
  if (live.length === 0) return;
  for (const exec of live) exec.guest?.expectExit();
  const told = Promise.all(live.map((exec) => exec.told.catch(() => {})));
  const all = told.then(() => true);
  if (await Promise.race([all, later(KILL_AFTER_MS)])) return;
  let why = 'its container has ended';
  try {
    await container.signal('', 9, true);
  } catch (error) {
    why += `, it cannot be killed: ${messageOf(error)}`;
  }
  if (await Promise.race([all, later(GIVE_UP_AFTER_MS)])) return;
  for (const exec of live) if (exec.status !== 'stopped') giveUp(exec, why);
  await told;
}

function later(ms: number): Promise<false> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(false), ms).unref();
  });
}
