/** `lcow template rm`: removes templates. Exits 1 when one is not there, after removing the rest. */
import { directories } from '../../directories.ts';
import { RuntimeError } from '../../errors.ts';
import { removeDeadSystems } from '../../host-service.ts';
import { TemplateStore } from '../../template/template-store.ts';
import { isWindowsHost } from '../../windows-host-service.ts';
import type { CommandInput } from '../command.ts';
import { eachOperand } from '../each-operand.ts';

export async function run({ operands }: CommandInput): Promise<number> {
  const where = directories();
  const store = new TemplateStore(where.data);
  const status = await eachOperand(operands, async (id) => {
    if (!(await store.remove(id))) {
      const shown = id.slice(0, 64);
      throw new RuntimeError('not-found', `remove the template "${shown}"`, 'there is none');
    }
    process.stdout.write(`${id}\n`);
  });
  // Where the template was a system, that is what is left of it.
  if (isWindowsHost()) await removeDeadSystems(where);
  return status;
}
