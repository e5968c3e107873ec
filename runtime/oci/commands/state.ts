/** `lcow-oci state`: the runtime specification's state, with what runc adds. */
import type { OciCommandRun } from '../command.ts';
import { stateOf } from '../status.ts';

export const run: OciCommandRun = async ({ records }, input) => {
  const [id = ''] = input.operands;
  const { owner: _owner, ...state } = await stateOf(records.read(id));
  process.stdout.write(`${JSON.stringify({ ...state, owner: '' }, undefined, 2)}\n`);
  return 0;
};
