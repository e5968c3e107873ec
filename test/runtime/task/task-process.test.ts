import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { TaskProcess } from '../../../runtime/task/task-process.ts';
import { FakeProcess } from './fake-backend.ts';

function ended(): { process: TaskProcess; guest: FakeProcess } {
  const stdio = { terminal: false, stdin: '', stdout: '', stderr: '' };
  const process = new TaskProcess('c', '', { ...stdio, pid: 1, started: true });
  const guest = new FakeProcess(1);
  process.attach(guest, () => {});
  return { process, guest };
}

test('output that somebody takes is waited for, however long it takes him', async () => {
  const { process, guest } = ended();
  let looks = 0;
  // Each look finds more taken than the one before, until the sixth, which finds the end.
  Object.defineProperty(guest, 'outputTaken', {
    get: () => {
      looks += 1;
      if (looks === 6) guest.exit(0);
      return looks;
    },
  });
  await process.drained(1);
  assert.is(looks, 6);
});

test('output that nobody takes, or that has no end, is given up', async () => {
  await ended().process.drained(1);
  const { process, guest } = ended();
  let looks = 0;
  Object.defineProperty(guest, 'outputTaken', { get: () => (looks += 1) });
  await process.drained(1);
  assert.is(looks, 13);
});

test.run();
