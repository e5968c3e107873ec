/** `lcow pod inspect`: a place-holder until it is written. */
import { RuntimeError } from '../../errors.ts';

export async function run(): Promise<number> {
  throw new RuntimeError('unsupported', 'run "lcow pod inspect"', 'it is not written yet');
}
