/** `lcow template inspect`: templates as JSON. Exits 1 when one is not there, after showing the rest. */
import { directories } from '../../directories.ts';
import { RuntimeError } from '../../errors.ts';
import type { CommandInput } from '../command.ts';
import { eachOperand } from '../each-operand.ts';
import { objectsText } from '../object-output.ts';
import { openTemplates } from '../open-templates.ts';
import { templateObject } from '../template-object.ts';

export async function run({ options, operands }: CommandInput): Promise<number> {
  const format = options.text('format');
  // A wrong format is told before anything is looked up.
  objectsText(format, [], false);
  const templates = await (await openTemplates(directories())).list();
  const found: unknown[] = [];
  const status = await eachOperand(operands, (id) => {
    const template = templates.find(({ record }) => record.systemId === id);
    if (template === undefined) {
      const shown = id.slice(0, 64);
      throw new RuntimeError('not-found', `inspect the template "${shown}"`, 'there is none');
    }
    found.push(templateObject(template));
    return Promise.resolve();
  });
  process.stdout.write(objectsText(format, found, process.stdout.isTTY === true));
  return status;
}
