/** The task service over ttrpc, both ways, and its events as containerd's messages. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RuntimeError } from '../../../runtime/errors.ts';
import { HOST_PROCESS_METADATA } from '../../../runtime/task/host-process.ts';
import { HUB_URI } from '../../../runtime/task/process-io.ts';
import { TaskClient } from '../../../runtime/task/task-client.ts';
import type { TaskEvent } from '../../../runtime/task/task-event.ts';
import { decodeTaskEvent, encodeTaskEvent } from '../../../runtime/task/task-event-codec.ts';
import { TASK_METHODS } from '../../../runtime/task/task-methods.ts';
import { taskHandlers } from '../../../runtime/task/task-ttrpc.ts';
import { Tasks } from '../../../runtime/task/tasks.ts';
import { TtrpcClient } from '../../../runtime/ttrpc/client.ts';
import { TtrpcServer } from '../../../runtime/ttrpc/server.ts';
import { rejection } from '../../harness/rejection.ts';
import { FakeBackend, FakeIo, FakeRecords } from './fake-backend.ts';

const id = fc.stringMatching(/^[a-z][a-z0-9]{0,20}$/);
const pid = fc.nat(2 ** 31);
const time = fc.integer({ min: 1, max: 4e12 });
const event: fc.Arbitrary<TaskEvent> = fc.oneof(
  fc.record({ kind: fc.constant('create' as const), containerId: id, bundle: fc.string(), pid }),
  fc.record({ kind: fc.constant('start' as const), containerId: id, pid }),
  fc.record({ kind: fc.constant('exec-added' as const), containerId: id, execId: id }),
  fc.record({ kind: fc.constant('exec-started' as const), containerId: id, execId: id, pid }),
  fc.record({
    ...{ kind: fc.constant('exit' as const), containerId: id, pid, exitedAtMs: time },
    ...{ execId: fc.oneof(fc.constant(''), fc.constant('exec-x')), exitStatus: fc.nat(255) },
    oomKilled: fc.constant(false),
  }),
  fc.record({
    ...{ kind: fc.constant('delete' as const), containerId: id, pid },
    ...{ exitStatus: fc.nat(255), exitedAtMs: time },
  }),
  fc.record({
    kind: fc.constant('checkpointed' as const),
    containerId: id,
    checkpoint: fc.string(),
  }),
  fc.record({
    kind: fc.constantFrom('oom' as const, 'paused' as const, 'resumed' as const),
    containerId: id,
  }) as fc.Arbitrary<TaskEvent>,
);

test('an event is the same after encoding and decoding, its type name bare', () => {
  fc.assert(
    fc.property(event, (drawn) => {
      const before = { ...drawn };
      const { topic, typeUrl, value } = encodeTaskEvent(before);
      assert.match(topic, /^\/tasks\/[a-z-]+$/);
      assert.match(typeUrl, /^containerd\.events\.Task/);
      assert.equal(decodeTaskEvent(typeUrl, value), before);
      assert.equal(decodeTaskEvent(`type.googleapis.com/${typeUrl}`, value), before);
    }),
  );
});

test('the connection of a host process ends before its Wait is answered: what it stands for is killed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lcow-task-'));
  const path = join(folder, 's');
  const service = new Tasks({
    ...{ backend: new FakeBackend(), records: new FakeRecords(), emit: () => {}, log: () => {} },
    io: async (request) => new FakeIo(request),
  });
  const server = new TtrpcServer(taskHandlers(service));
  const listening = createServer((socket) => void server.serve(socket));
  await new Promise<void>((resolve) => listening.listen(path, resolve));
  const stdio = { terminal: false, stdin: '', stdout: '', stderr: '' };
  await service.create({ id: 'c', bundle: '/b', rootfs: [], ...stdio });
  await service.start('c', '');
  await service.exec({ id: 'c', execId: 'e', ...stdio, process: Buffer.from('{}') });
  await service.start('c', 'e');
  const waiter = async (execId: string, metadata: Record<string, string>): Promise<TtrpcClient> => {
    const client = new TtrpcClient(createConnection(path));
    const request = { id: 'c', execId };
    client.call('wait', TASK_METHODS.wait, request, { metadata }).catch(() => undefined);
    // Calls of one connection are begun in order.
    await client.call('state', TASK_METHODS.state, request);
    return client;
  };
  // Who only waits may go.
  await (await waiter('', {})).close();
  await (await waiter('e', { [HOST_PROCESS_METADATA]: '7' })).close();
  assert.is((await service.wait('c', 'e')).code, 137);
  assert.is((await service.state('c', '')).status, 'running');
  const init = await waiter('', { [HOST_PROCESS_METADATA]: '8' });
  await init.close();
  assert.is((await service.wait('c', '')).code, 137);
  await server[Symbol.asyncDispose]();
  listening.close();
  await rm(folder, { recursive: true });
});

test('there are seventeen methods, and each is served', () => {
  assert.is(Object.keys(TASK_METHODS).length, 17);
  const served = taskHandlers({} as never).map(({ method }) => method.name);
  assert.equal(
    served.sort(),
    Object.values(TASK_METHODS)
      .map(({ name }) => name)
      .sort(),
  );
});

test('a life over ttrpc: states, exits, error codes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lcow-task-'));
  const path = join(folder, 's');
  const backend = new FakeBackend();
  const service = new Tasks({
    ...{ backend, records: new FakeRecords(), emit: () => {}, log: () => {} },
    io: async (request) => new FakeIo(request),
  });
  const server = new TtrpcServer(taskHandlers(service));
  const listening = createServer((socket) => void server.serve(socket));
  await new Promise<void>((resolve) => listening.listen(path, resolve));
  const client = new TtrpcClient(createConnection(path));
  const tasks = new TaskClient(client);
  const stdio = { terminal: false, stdin: '', stdout: HUB_URI, stderr: '' };
  const { pid: created } = await tasks.create({ id: 'c', bundle: '/b', rootfs: [], ...stdio });
  assert.ok(created >= 1);
  await tasks.start('c', '');
  await tasks.exec({ id: 'c', execId: 'e', ...stdio, process: Buffer.from('{}') });
  assert.is((await tasks.state('c', 'e')).status, 'created');
  const waiting = tasks.wait('c', '');
  await tasks.kill('c', '', 9, true);
  assert.is((await waiting).code, 137);
  const state = await tasks.state('c', '');
  assert.is(state.status, 'stopped');
  assert.ok((state.exit?.exitedAtMs ?? 0) > 1e12);
  const finished = await rejection(tasks.kill('c', '', 9, true));
  assert.is((finished as RuntimeError).code, 'not-found');
  assert.match(
    (finished as RuntimeError).message,
    /^cannot send signal 9 to container "c": process already finished/,
  );
  assert.is((await tasks.delete('c', '')).exit.code, 137);
  assert.is(((await rejection(tasks.delete('c', ''))) as RuntimeError).code, 'not-found');
  assert.is(((await rejection(tasks.checkpoint('c', '/x'))) as RuntimeError).code, 'not-found');
  await client[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  listening.close();
  await rm(folder, { recursive: true });
});

test.run();
