/** `lcow top`: the processes of a running container. */
import { Lcow } from '../../lcow.ts';
import type { CommandInput } from '../command.ts';
import { listText, parseListFormat } from '../list-output.ts';
import { topColumns } from '../top-columns.ts';

export async function run({ options, operands }: CommandInput): Promise<number> {
  const format = parseListFormat(options.text('format'));
  await using lcow = Lcow.open();
  await using container = lcow.container(operands[0] ?? '');
  const { state } = await container.inspect();
  const processes = await container.top();
  // Its first process started when the container did: that tells when the VM booted.
  const first = processes.find(({ containerPid }) => containerPid === 1);
  const startedMs = Date.parse(state.startedAt ?? '');
  const bootMs =
    first === undefined || Number.isNaN(startedMs) ? undefined : startedMs - first.startNs / 1e6;
  process.stdout.write(listText(format, topColumns(bootMs), processes));
  return 0;
}
