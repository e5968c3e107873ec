/** `lcow pod inspect`: pods as JSON. Exits 1 when one is not there, after showing the rest. */
import { directories } from '../../directories.ts';
import { RuntimeError } from '../../errors.ts';
import type { CommandInput } from '../command.ts';
import { eachOperand } from '../each-operand.ts';
import { inspectObject } from '../inspect-object.ts';
import { objectsText } from '../object-output.ts';

export async function run({ options, operands }: CommandInput): Promise<number> {
  const format = options.text('format');
  // A wrong format is told before anything is looked up.
  objectsText(format, [], false);
  const where = directories();
  const found: unknown[] = [];
  const status = await eachOperand(operands, async (name) => {
    const pod = await inspectObject(where, name, ['pod']);
    if (pod === undefined) {
      const shown = name.slice(0, 64);
      throw new RuntimeError('not-found', `inspect the pod "${shown}"`, 'there is none');
    }
    found.push(pod);
  });
  process.stdout.write(objectsText(format, found, process.stdout.isTTY === true));
  return status;
}
