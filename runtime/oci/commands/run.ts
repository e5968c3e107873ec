/** `lcow-oci run`: create and start; without --detach it stays until the container ends, and deletes it. */
import type { OciCommandRun } from '../command.ts';
import type { OciContext } from '../context.ts';
import { createContainer, type CreatedContainer } from '../create-container.ts';
import { during } from '../failure.ts';
import { checkTerminal, stayWith } from '../foreground.ts';
import { viewBundle } from '../bundle.ts';
import { removeContainer } from '../remove-container.ts';
import { givingUpOnSignals } from '../signals.ts';

export const run: OciCommandRun = async (context, input) => {
  const [id = ''] = input.operands;
  const foreground = !input.flag('detach');
  const bundle = input.value('bundle') || '.';
  try {
    if (foreground) checkTerminal(viewBundle(bundle).terminal);
    const container = await givingUpOnSignals(`run container "${id}"`, (signal) => {
      const consoleSocket = input.value('console-socket') || undefined;
      const pidFile = input.value('pid-file') || undefined;
      const request = { id, bundle, consoleSocket, pidFile, foreground };
      return createContainer(context, request, signal);
    });
    const { client } = container;
    try {
      if (foreground) return await stay(context, container, input.flag('keep'));
      await start(context, container);
      return 0;
    } finally {
      await client[Symbol.asyncDispose]();
    }
  } catch (error) {
    throw during('run', error);
  }
};

async function stay(
  context: OciContext,
  container: CreatedContainer,
  keep: boolean,
): Promise<number> {
  const { record } = container;
  const ended = await stayWith({ ...container, id: record.id, execId: '' });
  await start(context, container);
  const status = await ended();
  if (!keep) await removeContainer(context, record);
  return status;
}

async function start(context: OciContext, { client, record }: CreatedContainer): Promise<void> {
  try {
    await client.task.start(record.id, '');
  } catch (error) {
    await removeContainer(context, record);
    throw error;
  }
}
