/** `lcow inspect`: containers, pods and images as JSON. Exits 1 when a name means nothing, after showing the rest. */
import { directories } from '../../directories.ts';
import { RuntimeError } from '../../errors.ts';
import type { CommandInput } from '../command.ts';
import { escapeControl } from '../escape.ts';
import { inspectObject, OBJECT_KINDS } from '../inspect-object.ts';
import { objectsText } from '../object-output.ts';

export async function run({ options, operands }: CommandInput): Promise<number> {
  const type = options.text('type');
  const kinds = OBJECT_KINDS.filter((kind) => type === undefined || kind === type);
  if (kinds.length === 0) {
    const what = `"${type}" is not one of ${OBJECT_KINDS.join(', ')}`;
    throw new RuntimeError('invalid-argument', 'read --type', what);
  }
  // A wrong format is told before anything is looked up.
  objectsText(options.text('format'), [], false);
  const where = directories();
  const found: unknown[] = [];
  const missing: string[] = [];
  for (const name of operands) {
    const object = await inspectObject(where, name, kinds);
    if (object === undefined) missing.push(name);
    else found.push(object);
  }
  process.stdout.write(objectsText(options.text('format'), found, process.stdout.isTTY === true));
  for (const name of missing) {
    const what = `there is no ${kinds.join(', ').replace(/, (\w+)$/, ' or $1')} of that name or id`;
    process.stderr.write(`lcow: cannot inspect "${escapeControl(name.slice(0, 200))}": ${what}\n`);
  }
  return missing.length === 0 ? 0 : 1;
}
