/** What a call that must fail throws. */
import { RuntimeError } from '../../../runtime/errors.ts';

/** @throws Error when nothing was thrown, or something else than a RuntimeError */
export function rejection(act: () => unknown): RuntimeError {
  try {
    act();
  } catch (error) {
    if (error instanceof RuntimeError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}
