/** `lcow-oci delete`. */
import type { OciCommandRun } from '../command.ts';
import { deleteContainer } from '../remove-container.ts';

export const run: OciCommandRun = async (context, input) => {
  const [id = ''] = input.operands;
  await deleteContainer(context, id, input.flag('force'));
  return 0;
};
