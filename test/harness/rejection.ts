/** What a call failed with, for tests about errors. A call that succeeds fails the test. */
import * as assert from 'uvu/assert';
import { HcsError } from '../../hcs/hcs-error.ts';
import { HRESULT, type HresultName } from '../../hcs/hresult.ts';

/** The error that `promise` rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  const settled = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('error' in settled) return settled.error;
  assert.unreachable('the call succeeded, an error was expected');
  return undefined;
}

/** The HcsError with that HRESULT, and with a message that says so, that `promise` rejects with. */
export async function hcsRejection(
  promise: Promise<unknown>,
  hresult: HresultName,
  says?: RegExp,
): Promise<HcsError> {
  const error = hcsErrorOf(await rejection(promise), hresult);
  if (says !== undefined) assert.match(error.message, says);
  return error;
}

/** The HcsError with that HRESULT that `call` throws. */
export function hcsThrow(call: () => unknown, hresult: HresultName): HcsError {
  try {
    call();
  } catch (error) {
    return hcsErrorOf(error, hresult);
  }
  assert.unreachable(`the call succeeded, ${hresult} was expected`);
  throw new Error('unreachable');
}

function hcsErrorOf(error: unknown, hresult: HresultName): HcsError {
  if (!(error instanceof HcsError)) {
    throw new Error(`expected an HcsError ${hresult}, got ${String(error)}`, { cause: error });
  }
  assert.is(error.code, hresult, error.message);
  assert.is(error.hresult, HRESULT[hresult]);
  return error;
}
