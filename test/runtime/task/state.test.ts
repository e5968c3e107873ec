import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RuntimeError } from '../../../runtime/errors.ts';
import {
  isAllowed,
  nextStatus,
  type ProcessOperation,
  type ProcessStatus,
} from '../../../runtime/task/state.ts';

const OPERATIONS: readonly ProcessOperation[] = [
  'start',
  'kill',
  'exec',
  'pause',
  'resume',
  'update',
  'exit',
  'delete',
];

/** The rules again, as sentences rather than as a table. */
function model(operation: ProcessOperation, status: ProcessStatus): ProcessStatus | undefined {
  const alive = status === 'created' || status === 'running' || status === 'paused';
  switch (operation) {
    case 'start':
      return status === 'created' ? 'running' : undefined;
    case 'exec':
      return status === 'running' ? 'running' : undefined;
    case 'pause':
      return status === 'running' ? 'paused' : undefined;
    case 'resume':
      return status === 'paused' ? 'running' : undefined;
    case 'kill':
    case 'update':
      return alive ? status : undefined;
    case 'exit':
      return alive ? 'stopped' : undefined;
    case 'delete':
      return status === 'stopped' ? 'deleted' : undefined;
  }
}

test('every sequence of operations follows the rules', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...OPERATIONS), { maxLength: 30 }), (operations) => {
      let status: ProcessStatus = 'created';
      for (const operation of operations) {
        const expected = model(operation, status);
        assert.is(isAllowed(operation, status), expected !== undefined);
        if (expected === undefined) assert.throws(() => nextStatus(operation, status, 'it'));
        else status = nextStatus(operation, status, 'it');
        if (expected !== undefined) assert.is(status, expected);
      }
    }),
    { numRuns: 1000 },
  );
});

test('a refusal names the operation, the subject and the state; killing what exited is not-found', () => {
  const refusal = (operation: ProcessOperation, status: ProcessStatus): RuntimeError => {
    try {
      nextStatus(operation, status, 'container "web"');
    } catch (error) {
      return error as RuntimeError;
    }
    throw new Error('it was allowed');
  };
  assert.is(refusal('start', 'running').message, 'cannot start container "web": it is running');
  assert.is(refusal('start', 'running').code, 'invalid-state');
  assert.is(refusal('kill', 'stopped').code, 'not-found');
  assert.is(refusal('delete', 'deleted').code, 'not-found');
});

test.run();
