/** `lcow uvm console`: what a pod's kernel has to say. */
import { Lcow } from '../../lcow.ts';
import type { CommandInput } from '../command.ts';
import { escapeControl } from '../escape.ts';

export async function run({ options, operands: [reference = ''] }: CommandInput): Promise<number> {
  const { pods } = Lcow.open();
  await using client = await pods.connect(pods.resolve(reference));
  for await (const { text } of client.kernelLog({ follow: options.flag('follow') })) {
    process.stdout.write(`${escapeControl(text)}\n`);
  }
  return 0;
}
