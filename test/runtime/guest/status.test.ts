/** The agent's failures as errors of ours. */
import { Metadata, status } from '@grpc/grpc-js';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fromGrpc } from '../../../runtime/guest/status.ts';

const OP = 'create container "c"';

function failure(details: string, cause?: string): Error {
  const metadata = new Metadata();
  if (cause !== undefined) metadata.set('lcow-cause', cause);
  return Object.assign(new Error(details), { code: status.FAILED_PRECONDITION, details, metadata });
}

test('what was asked for is said once, whoever says it', () => {
  const said = `cannot ${OP}: cannot execute "x": no such file`;
  assert.is(fromGrpc(OP, failure(said)).message, said);
  assert.is(
    fromGrpc(OP, failure('its root is not there')).message,
    `cannot ${OP}: its root is not there`,
  );
  const other = 'cannot create container "d": taken';
  assert.is(fromGrpc(OP, failure(other)).message, `cannot ${OP}: ${other}`);
});

test("a cause that the agent names is the error's code; its text drives no terminal", () => {
  const error = fromGrpc(OP, failure('cannot execute "\u001b[2J"', 'exec-not-found'));
  assert.is(error.code, 'command-not-found');
  assert.is(error.message, `cannot ${OP}: cannot execute " [2J"`);
  assert.is(fromGrpc(OP, failure('x')).code, 'invalid-state');
  assert.is(fromGrpc(OP, new Error('a defect')).code, 'internal');
});

test.run();
