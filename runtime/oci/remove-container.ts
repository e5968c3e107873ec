/**
 * `delete`: the task, its host processes, the pod where it was the last in it, cgroups, then the record. Each step may be
 * done already, so that a delete that was killed is done again.
 */
import { isIdentityAlive } from '../ownership.ts';
import type { SupervisorClient } from '../supervisor/supervisor-client.ts';
import type { OciContext } from './context.ts';
import { isCode, OciFailure } from './failure.ts';
import { removeCgroups } from './host-cgroup.ts';
import { killProcess, livePid } from './host-process.ts';
import { endPod, findPod } from './pod.ts';
import type { OciRecord } from './record.ts';
import { statusOf } from './status.ts';

const SIGKILL = 9;
/** The host process ends with the task's own status; after this it is ended. */
const STATUS_MS = 3_000;

/**
 * As runc: a stopped container, or a created one, which is ended. `force`: whatever it is.
 * @throws OciFailure "cannot delete container x that is not stopped: running"
 */
export async function deleteContainer(
  context: OciContext,
  id: string,
  force: boolean,
): Promise<void> {
  const record = readOrForget(context, id, force);
  if (record === undefined) {
    if (!force) throw new OciFailure('container does not exist');
    await context.records.remove(id);
    return;
  }
  if (force && record.stage === 'creating' && isIdentityAlive(record.creator)) {
    killProcess(record.creator);
  } else if (!force) {
    const client = await findPod(record);
    try {
      const status = await statusOf(record, client);
      if (status !== 'stopped' && status !== 'created') {
        throw new OciFailure(`cannot delete container ${id} that is not stopped: ${status}`);
      }
    } finally {
      await client?.[Symbol.asyncDispose]();
    }
  }
  await removeContainer(context, record);
}

/** A damaged record says nothing; with force it goes. */
function readOrForget(context: OciContext, id: string, force: boolean): OciRecord | undefined {
  try {
    return context.records.find(id);
  } catch (error) {
    if (!force || !isCode(error, 'data-loss')) throw error;
    context.log.write('warning', (error as Error).message);
    return undefined;
  }
}

/** Ends all of it, whatever it is now, and forgets it. */
export async function removeContainer(context: OciContext, record: OciRecord): Promise<void> {
  const { records, log } = context;
  const { id } = record;
  // From now on it counts no more as one of its pod.
  const leaving = await records.write({ ...record, stage: 'deleting' });
  const client = await findPod(leaving);
  try {
    const others = records.all().filter((each) => each.id !== id && each.pod === record.pod);
    const staying = others.find(({ stage }) => stage !== 'deleting');
    // A VM that is still being booted answers nothing: it goes with its pod.
    const isMade = record.stage !== 'creating' || staying !== undefined;
    if (client !== undefined && isMade) await removeTask(client, id, (text) => log.debug(text));
    if (!isMade) killProcess(record.process);
    await endHostProcesses(context, leaving);
    if (staying === undefined) await endPod(leaving, client);
    const left = await removeCgroups(record.cgroups);
    if (left.length > 0) await passOn(context, left, staying);
  } finally {
    await client?.[Symbol.asyncDispose]();
  }
  await records.remove(id);
}

async function removeTask(
  client: SupervisorClient,
  id: string,
  say: (text: string) => void,
): Promise<void> {
  try {
    const { status } = await client.task.state(id, '');
    if (status !== 'stopped') {
      await client.task.kill(id, '', SIGKILL, true);
      if (status === 'paused') await client.task.resume(id).catch(() => undefined);
      await client.task.wait(id, '');
    }
    await client.task.delete(id, '');
  } catch (error) {
    // It is gone, or the VM is, or goes with the pod.
    say(`deleting its task: ${String(error)}`);
  }
}

/** Those of a container that ended exit by themselves, with its status; the others are ended. */
async function endHostProcesses(context: OciContext, { id, process }: OciRecord): Promise<void> {
  const names = [
    ...(process === undefined ? [] : [process]),
    ...context.records.execs(id).map(({ name }) => name),
  ];
  const deadline = Date.now() + STATUS_MS;
  // They are no children of ours: a look at /proc is all that tells.
  while (names.some((name) => livePid(name) !== 0) && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  for (const name of names) killProcess(name);
}

/** The first container of a pod has the pod's processes in its cgroup: who stays removes it. */
async function passOn(
  { records, log }: OciContext,
  left: readonly string[],
  staying: OciRecord | undefined,
): Promise<void> {
  const heir = staying && records.find(staying.id);
  if (heir === undefined) log.write('warning', `cgroups are still in use: ${left.join(', ')}`);
  else await records.write({ ...heir, cgroups: [...heir.cgroups, ...left] });
}
