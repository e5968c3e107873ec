/** `lcow template rm`: removes templates. Exits 1 when one is not there, after removing the rest. */
import { directories } from '../../directories.ts';
import { RuntimeError } from '../../errors.ts';
import { TemplateStore } from '../../template/template-store.ts';
import type { CommandInput } from '../command.ts';
import { eachOperand } from '../each-operand.ts';

export async function run({ operands }: CommandInput): Promise<number> {
  const store = new TemplateStore(directories().data);
  return eachOperand(operands, async (id) => {
    if (!(await store.remove(id))) {
      const shown = id.slice(0, 64);
      throw new RuntimeError('not-found', `remove the template "${shown}"`, 'there is none');
    }
    process.stdout.write(`${id}\n`);
  });
}
