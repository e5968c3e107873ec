/** `lcow rename`: gives a container another name. */
import { Lcow } from '../../lcow.ts';
import type { CommandInput } from '../command.ts';
import { eachOperand } from '../each-operand.ts';

export async function run({
  operands: [reference = '', name = ''],
}: CommandInput): Promise<number> {
  return eachOperand([reference], () => Lcow.open().container(reference).rename(name));
}
