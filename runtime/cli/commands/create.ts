/** `lcow create`: makes a container without starting it. */
import { Lcow } from '../../lcow.ts';
import type { CommandInput } from '../command.ts';
import { readContainerRequest } from '../run-options.ts';
import { takeCidFile } from './run.ts';

export async function run({ options, operands }: CommandInput): Promise<number> {
  const request = await readContainerRequest(options, operands);
  const cidfile = takeCidFile(options.text('cidfile'));
  try {
    const container = await Lcow.open().create(
      { ...request, stdinOnce: request.openStdin === true && request.terminal !== true },
      { onReserved: (id) => cidfile.write(id) },
    );
    process.stdout.write(`${container.id}\n`);
    return 0;
  } catch (error) {
    cidfile.remove();
    throw error;
  }
}
