/** `lcow uvm exec`: a process in a pod's utility VM itself, beside its containers. For those who debug it. */
import { Lcow } from '../../lcow.ts';
import { follow } from '../attached-command.ts';
import type { CommandInput } from '../command.ts';
import { requireTerminal, terminalSize } from '../terminal.ts';

export async function run({ options, operands }: CommandInput): Promise<number> {
  const [reference = '', ...args] = operands;
  const interactive = options.flag('interactive');
  const terminal = options.flag('tty');
  if (terminal && interactive) requireTerminal();
  const { pods } = Lcow.open();
  await using client = await pods.connect(pods.resolve(reference));
  const { execId } = await client.execInVm({
    args,
    stdin: interactive,
    ...(terminal ? { terminal: terminalSize() } : {}),
  });
  const attached = await client.attach({
    containerId: '',
    execId,
    stdin: interactive,
    stdout: true,
    stderr: true,
  });
  const code = await follow('the process', attached, {
    interactive,
    terminal,
    detachKeys: Buffer.alloc(0),
    kill: (signal) => client.task.kill('', execId, signal, false),
  });
  return code;
}
