/** Removing a container: ended first where that was asked for, its name free at once, its files after. */
import { SIGKILL } from '../container/signal.ts';
import { RuntimeError } from '../errors.ts';
import { currentContainer, isLive } from './current-state.ts';
import type { Host } from './host.ts';
import { isCode, subjectOf } from './container-handle.ts';
import { podGone } from './start-container.ts';

/** @throws RuntimeError not-found, invalid-state when it runs and is not forced */
export async function removeContainer(host: Host, id: string, force: boolean): Promise<void> {
  const subject = subjectOf(host, id);
  let known: Awaited<ReturnType<typeof currentContainer>> | undefined;
  try {
    known = await currentContainer(host, id);
  } catch (error) {
    // What cannot be read can be removed.
    if (!isCode(error, 'data-loss')) throw error;
  }
  if (known !== undefined && isLive(known.state.status)) {
    const { status, pod } = known.state;
    if (!force) {
      const what = `it is ${status}: stop it first, or force its removal`;
      throw new RuntimeError('invalid-state', `remove ${subject}`, what);
    }
    await end(host, id, pod ?? id);
    if (known.record.pod === undefined) await podGone(host, id);
  }
  try {
    await host.store.remove(id);
  } catch (error) {
    // It was made with autoRemove, and was, now that it ended.
    if (force && known !== undefined && isCode(error, 'not-found')) return;
    throw error;
  }
  if (known !== undefined) await host.tell('destroy', known.name, known.record);
}

async function end(host: Host, id: string, pod: string): Promise<void> {
  try {
    const client = await host.connect(pod);
    try {
      await client.stop(id, SIGKILL, 0);
    } finally {
      await client[Symbol.asyncDispose]();
    }
  } catch (error) {
    const over = ['not-found', 'invalid-state', 'unavailable'] as const;
    if (!over.some((code) => isCode(error, code))) throw error;
  }
}
