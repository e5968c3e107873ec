/** `lcow cp`: a place-holder until it is written. */
import { RuntimeError } from '../../errors.ts';

export async function run(): Promise<number> {
  throw new RuntimeError('unsupported', 'run "lcow cp"', 'it is not written yet');
}
