/** What containerd asks beside what a task is: Connect, Shutdown, and words that docker looks for. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RuntimeError } from '../../../runtime/errors.ts';
import { ContainerdTasks } from '../../../runtime/supervisor/containerd-tasks.ts';
import type { TaskExit } from '../../../runtime/task/process-io.ts';
import type { CreateTask } from '../../../runtime/task/task-service.ts';
import { rejection } from '../../harness/rejection.ts';
import { FakeTasks } from './fake-tasks.ts';

function world() {
  const fake = new FakeTasks();
  const calls = { ended: 0, deleted: [] as string[], creating: [] as string[] };
  const tasks = new ContainerdTasks({
    tasks: fake.service,
    ids: () => [...fake.tasks.keys()],
    creating: (id) => void calls.creating.push(id),
    deleted: (id, execId) => void calls.deleted.push(`${id}/${execId}`),
    end: () => {
      calls.ended += 1;
    },
  });
  const soon = (): Promise<void> =>
    new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  return { fake, tasks, calls, soon };
}

const request = (id: string): CreateTask => ({
  ...{ id, bundle: '/b', rootfs: [], terminal: false, stdin: '', stdout: '', stderr: '' },
});

test('Shutdown with containers left does nothing', async () => {
  const { tasks, calls, soon } = world();
  await tasks.create(request('c1'));
  await tasks.shutdown('c1');
  await soon();
  assert.is(calls.ended, 0);
  assert.equal(calls.creating, ['c1']);
});

test('Shutdown with none left ends the pod, after its reply', async () => {
  const { tasks, calls, soon, fake } = world();
  await tasks.create(request('c1'));
  await tasks.start('c1', '');
  fake.exit('c1', 0);
  await tasks.delete('c1', '');
  assert.equal(calls.deleted, ['c1/']);
  await soon();
  assert.is(calls.ended, 0, 'containerd has not asked for it');
  const replied = tasks.shutdown('c1');
  assert.is(calls.ended, 0);
  await replied;
  await soon();
  assert.is(calls.ended, 1);
});

test('Shutdown while the last container is being deleted ends the pod afterwards', async () => {
  const { tasks, calls, soon, fake } = world();
  await tasks.create(request('c1'));
  fake.exit('c1', 0);
  let drained!: () => void;
  const remove = fake.service.delete.bind(fake.service);
  const drain = new Promise<void>((resolve) => {
    drained = resolve;
  });
  fake.service.delete = (id, execId) => drain.then(() => remove(id, execId));
  const deleting = tasks.delete('c1', '');
  await tasks.shutdown('c1');
  await soon();
  assert.is(calls.ended, 0);
  drained();
  await deleting;
  await soon();
  assert.is(calls.ended, 1);
});

test('a container that is created after Shutdown was asked for keeps the pod', async () => {
  const { tasks, calls, soon, fake } = world();
  await tasks.create(request('c1'));
  fake.exit('c1', 0);
  const remove = fake.service.delete.bind(fake.service);
  let drained!: () => void;
  const drain = new Promise<void>((resolve) => {
    drained = resolve;
  });
  fake.service.delete = (id, execId) => drain.then(() => remove(id, execId));
  const deleting = tasks.delete('c1', '');
  await tasks.shutdown('c1');
  await tasks.create(request('c2'));
  drained();
  await deleting;
  await soon();
  assert.is(calls.ended, 0);
});

test('Connect answers whatever the id, and where no VM came up', async () => {
  const { tasks, fake } = world();
  const refuse = (): Promise<never> =>
    Promise.reject(new RuntimeError('not-found', 'reach it', 'it did not boot'));
  Object.assign(fake.service, { connect: refuse });
  assert.equal(await tasks.connect('any'), { shimPid: process.pid, taskPid: 0, version: '2' });
});

test('a command that is not there is said in the words that docker tells 127 and 126 by', async () => {
  const { tasks, fake } = world();
  await tasks.create(request('c1'));
  fake.failStart = new RuntimeError('command-not-found', 'start it', 'cannot execute "x": no');
  assert.match(String(await rejection(tasks.start('c1', ''))), /no: no such file or directory$/);
  fake.failStart = new RuntimeError('command-not-invocable', 'start it', 'not an executable file');
  assert.match(String(await rejection(tasks.start('c1', ''))), /file: permission denied$/);
  fake.failStart = new RuntimeError('unavailable', 'start it', 'the VM is gone');
  assert.is(await rejection(tasks.start('c1', '')), fake.failStart);
  fake.failCreate = new RuntimeError('command-not-found', 'create it', 'No such file or directory');
  assert.is(await rejection(tasks.create(request('c2'))), fake.failCreate);
});

test('an exec that was deleted is told as deleted', async () => {
  const { tasks, fake, calls } = world();
  const exit: TaskExit = { code: 0, exitedAtMs: 1, oomKilled: false };
  fake.service.delete = async () => ({ pid: 7, exit });
  await tasks.delete('c1', 'e1');
  assert.equal(calls.deleted, ['c1/e1']);
});

test.run();
