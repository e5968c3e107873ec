import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ttrpc } from '../../../proto/generated/ttrpc.js';
import { ERROR_TABLE, type ErrorCode, RuntimeError } from '../../../runtime/errors.ts';
import { fromStatus, toStatus } from '../../../runtime/ttrpc/status.ts';

test("an error's message ends as containerd's errdefs does, once", () => {
  const gone = new RuntimeError('not-found', 'kill process 5', 'it is not there');
  assert.equal(toStatus(gone), {
    code: 5,
    message: 'cannot kill process 5: it is not there: not found',
  });
  const said = new RuntimeError('not-found', 'kill', 'process already finished: not found');
  assert.is(toStatus(said).message, 'cannot kill: process already finished: not found');
  const suffixes: Partial<Record<ErrorCode, string>> = {
    'already-exists': 'already exists',
    'invalid-state': 'failed precondition',
    unsupported: 'not implemented',
    'invalid-argument': 'invalid argument',
    unavailable: 'unavailable',
  };
  for (const [code, suffix] of Object.entries(suffixes)) {
    const status = toStatus(new RuntimeError(code as ErrorCode, 'x', 'y'));
    assert.is(status.message, `cannot x: y: ${suffix}`);
    assert.is(status.code, ERROR_TABLE[code as ErrorCode].grpc);
  }
});

test('every code survives the wire, with its text', () => {
  for (const code of Object.keys(ERROR_TABLE) as ErrorCode[]) {
    const bytes = ttrpc.Status.encode(toStatus(new RuntimeError(code, 'start', 'why'))).finish();
    const error = fromStatus('run', ttrpc.Status.decode(bytes));
    assert.is(error.code, code);
    assert.is(error.message, 'cannot run: cannot start: why');
  }
});

test('what is no RuntimeError is UNKNOWN and keeps its message', () => {
  assert.equal(toStatus(new TypeError('x is not a function')), {
    code: 2,
    message: 'x is not a function',
  });
  assert.equal(toStatus('a string'), { code: 2, message: 'a string' });
});

test("a peer's status of any number, without text, or with a lying detail is an error with a code", () => {
  for (const code of [2, 11, 13, 16, 17, 99, -1, 2 ** 31 - 1]) {
    assert.ok(fromStatus('x', { code }).code in ERROR_TABLE, `${code}`);
  }
  assert.is(fromStatus('x', { code: 5, message: 'not found' }).message, 'cannot x: not found');
  const lie = { typeUrl: 'lcow/error-code', value: Buffer.from('unavailable') };
  assert.is(fromStatus('x', { code: 5, details: [lie] }).code, 'not-found');
  const nonsense = { typeUrl: 'lcow/error-code', value: Buffer.from('toString') };
  assert.is(fromStatus('x', { code: 9, details: [nonsense] }).code, 'invalid-state');
});

test('a text of megabytes is cut', () => {
  const status = toStatus(new RuntimeError('internal', 'x', 'y'.repeat(9 << 20)));
  assert.ok((status.message?.length ?? 0) < 20_000);
});

test.run();
