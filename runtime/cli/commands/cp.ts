/** `lcow cp`: files between the host and a running container. */
import { RuntimeError } from '../../errors.ts';
import { Lcow } from '../../lcow.ts';
import { parseCopySide } from '../copy-path.ts';
import type { CommandInput } from '../command.ts';
import { eachOperand } from '../each-operand.ts';
import { escapeControl } from '../escape.ts';
import { decimalSize } from '../human.ts';

export async function run({
  options,
  operands: [from = '', to = ''],
}: CommandInput): Promise<number> {
  const source = parseCopySide(from);
  const destination = parseCopySide(to);
  const how = { archive: options.flag('archive'), followLink: options.flag('follow-link') };
  if ((source.kind === 'container') === (destination.kind === 'container')) {
    const what = 'one of the two, and only one, is CONTAINER:PATH';
    throw new RuntimeError('invalid-argument', 'run "lcow cp"', what);
  }
  return eachOperand([from], async () => {
    const lcow = Lcow.open();
    if (source.kind === 'container') {
      await using container = lcow.container(source.container);
      const { copyOut, copyOutTo } = await import('../copy-out.ts');
      if (destination.kind === 'host') {
        await copyOut(container, source.path, destination.path, how);
      } else {
        refuseTerminal(process.stdout.isTTY, 'stdout');
        await copyOutTo(container, source.path, process.stdout, how);
      }
      return;
    }
    if (destination.kind !== 'container') return;
    await using container = lcow.container(destination.container);
    const { copyIn, copyInFrom } = await import('../copy-in.ts');
    if (source.kind === 'stream') refuseTerminal(process.stdin.isTTY, 'stdin');
    const bytes =
      source.kind === 'stream'
        ? await copyInFrom(container, process.stdin, destination.path)
        : await copyIn(container, source.path, destination.path, how);
    if (!options.flag('quiet') && process.stderr.isTTY) {
      process.stderr.write(`Successfully copied ${decimalSize(bytes)} to ${escapeControl(to)}\n`);
    }
  });
}

function refuseTerminal(isTerminal: boolean | undefined, which: string): void {
  if (isTerminal !== true) return;
  const what = `${which} is a terminal: a tar goes through a pipe or a file`;
  throw new RuntimeError('invalid-argument', 'copy a tar', what);
}
