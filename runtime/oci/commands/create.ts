/** `lcow-oci create`: a container whose command waits for `start`. */
import type { OciCommandRun } from '../command.ts';
import { createContainer } from '../create-container.ts';
import { during } from '../failure.ts';
import { givingUpOnSignals } from '../signals.ts';

export const run: OciCommandRun = async (context, input) => {
  const [id = ''] = input.operands;
  try {
    await givingUpOnSignals(`create container "${id}"`, async (signal) => {
      const request = {
        id,
        bundle: input.value('bundle') || '.',
        consoleSocket: input.value('console-socket') || undefined,
        pidFile: input.value('pid-file') || undefined,
        foreground: false,
      };
      const { client } = await createContainer(context, request, signal);
      await client[Symbol.asyncDispose]();
    });
  } catch (error) {
    throw during('create', error);
  }
  return 0;
};
