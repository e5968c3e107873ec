/** A pod of containerd's, supervised: its events, its Shutdown, and what another supervisor finds. The VM is a fake. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  CONTAINER_RECORD_VERSION,
  type PodRecord,
} from '../../../runtime/container/container-record.ts';
import { RuntimeError } from '../../../runtime/errors.ts';
import { HubRegistry } from '../../../runtime/supervisor/hub-registry.ts';
import { createPodFolder, podFolder } from '../../../runtime/supervisor/pod-folder.ts';
import { PodSupervisor, type VmTasks } from '../../../runtime/supervisor/pod-supervisor.ts';
import { TaskRecordFolder } from '../../../runtime/task/task-record.ts';
import type { CreateTask } from '../../../runtime/task/task-service.ts';
import { rejection } from '../../harness/rejection.ts';
import { FakeContainerd } from './fake-containerd.ts';
import { FakeTasks } from './fake-tasks.ts';

const root = mkdtempSync(join(tmpdir(), 'lcow-ctr-pod-'));
let count = 0;

interface World extends AsyncDisposable {
  readonly supervisor: PodSupervisor;
  readonly fake: FakeTasks;
  readonly containerd: FakeContainerd;
  readonly folder: string;
  readonly address: string;
  /** The VM ends. */
  die(how: string): void;
}

interface WorldOptions {
  /** The boot fails with this. */
  readonly bootFailure?: Error;
  /** Before the supervisor, that of an earlier one being gone. */
  readonly adopting?: (folder: string) => Promise<void>;
}

async function world(options: WorldOptions = {}): Promise<World> {
  const name = `p${(count += 1)}`;
  const where = { data: join(root, 'data'), run: join(root, name) };
  const containerd = new FakeContainerd(join(root, `${name}.sock`));
  await containerd.listen();
  const address = join(root, `${name}.shim`);
  writeFileSync(address, '');
  const record: PodRecord = {
    ...{ version: CONTAINER_RECORD_VERSION, id: name, createdAt: '', lone: false, labels: {} },
    shape: { network: 'none', ports: [] },
    containerd: {
      ...{ namespace: 'ns1', groupId: name, address, grpcAddress: '', bundle: root },
      ttrpcAddress: containerd.path,
    },
  };
  createPodFolder(where, record);
  const folder = podFolder(where, name);
  await options.adopting?.(folder);
  const fake = new FakeTasks();
  let die!: (how: string) => void;
  const vmEnded = new Promise<string>((resolve) => {
    die = resolve;
  });
  const supervisor = new PodSupervisor({
    ...{ where, folder, record, adopt: options.adopting !== undefined, adoptions: 0 },
    hubs: new HubRegistry(),
    log: () => undefined,
    open: async ({ onEvent }) => {
      if (options.bootFailure !== undefined) throw options.bootFailure;
      fake.emit = onEvent;
      const vm = Object.assign(fake.service, {
        ...{ ready: Promise.resolve(), vmEnded },
        stopAll: async () => {
          for (const [id, { status }] of fake.tasks) if (status !== 'stopped') fake.exit(id, 143);
        },
        [Symbol.asyncDispose]: async () => {
          for (const [id, { status }] of fake.tasks) if (status !== 'stopped') fake.exit(id, 137);
          die('the VM was terminated');
        },
      });
      Object.defineProperty(vm, 'ids', { get: () => [...fake.tasks.keys()], configurable: true });
      return vm as unknown as VmTasks;
    },
  });
  return {
    ...{ supervisor, fake, containerd, folder, address, die },
    async [Symbol.asyncDispose]() {
      await supervisor.end();
      await containerd.stop();
    },
  };
}

const request = (id: string): CreateTask => ({
  ...{ id, bundle: '/b', rootfs: [], terminal: false, stdin: '', stdout: '', stderr: '' },
});

test('the life of a container is told to containerd, and Shutdown ends the pod', async () => {
  await using w = await world();
  const { tasks } = w.supervisor;
  await tasks.create(request('c1'));
  await tasks.start('c1', '');
  w.fake.exit('c1', 5);
  assert.is((await tasks.delete('c1', '')).exit.code, 5);
  await tasks.shutdown('c1');
  await w.supervisor.ended;
  assert.equal(w.containerd.kinds, ['create', 'start', 'exit']);
  assert.not(existsSync(w.folder));
  assert.not(existsSync(w.address), 'a start of the same name makes its own pod');
});

test('Shutdown with a container left keeps the pod', async () => {
  await using w = await world();
  const { tasks } = w.supervisor;
  await tasks.create(request('c1'));
  await tasks.shutdown('other');
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  assert.is((await tasks.state('c1', '')).status, 'created');
  assert.ok(existsSync(w.address));
});

test('when the VM dies its tasks are told of, and deleted, as if it lived', async () => {
  await using w = await world();
  const { tasks } = w.supervisor;
  await tasks.create(request('c1'));
  await tasks.start('c1', '');
  w.fake.exit('c1', 137, { error: 'the VM exited' });
  w.die('the VM exited');
  await w.containerd.has(3);
  assert.is((await tasks.state('c1', '')).status, 'stopped');
  const late = await rejection(tasks.create(request('c2')));
  assert.ok(late instanceof RuntimeError && late.code === 'unavailable', String(late));
  assert.is((await tasks.delete('c1', '')).exit.code, 137);
  await tasks.shutdown('c1');
  await w.supervisor.ended;
});

test('where the VM does not boot Create says why, nothing is there, and Shutdown ends the pod', async () => {
  const bootFailure = new RuntimeError('unavailable', 'boot it', 'no memory');
  await using w = await world({ bootFailure });
  const { tasks } = w.supervisor;
  assert.match(String(await rejection(tasks.create(request('c1')))), /no memory/);
  for (const asked of [
    tasks.state('c1', ''),
    tasks.delete('c1', ''),
    tasks.kill('c1', '', 9, true),
  ]) {
    const error = await rejection(asked);
    assert.ok(error instanceof RuntimeError && error.code === 'not-found', String(error));
  }
  assert.is((await tasks.connect('c1')).taskPid, 0);
  await tasks.shutdown('c1');
  await w.supervisor.ended;
  assert.equal(w.containerd.kinds, []);
  assert.not(existsSync(w.folder));
});

test('a pod that is stopped tells every exit before it ends', async () => {
  await using w = await world();
  const { tasks } = w.supervisor;
  await tasks.create(request('c1'));
  await tasks.start('c1', '');
  await w.supervisor.stop(1000);
  assert.equal(w.containerd.kinds, ['create', 'start', 'exit']);
});

test('a pod that is ended with containers in it tells their exits', async () => {
  await using w = await world();
  const { tasks } = w.supervisor;
  await tasks.create(request('c1'));
  await tasks.start('c1', '');
  await w.supervisor.end();
  const [, , last] = w.containerd.forwarded;
  assert.ok(last?.event.kind === 'exit' && last.event.exitStatus === 137);
});

test('an exit that a dead supervisor wrote down and did not tell is told by the next, once', async () => {
  const exit = { code: 9, exitedAtMs: 1000, oomKilled: false };
  const stdio = { terminal: false, stdin: '', stdout: '', stderr: '' };
  const adopting = async (folder: string): Promise<void> => {
    await new TaskRecordFolder(join(folder, 'task')).save({
      ...{ version: 1, id: 'c1', bundle: '/b', rootfs: [], phase: 'created', execs: {} },
      ...{ eventsAfter: 0, oomKills: 0, init: { ...stdio, pid: 42, started: true, exit } },
    });
  };
  await using w = await world({ adopting });
  await w.supervisor.adopted;
  await w.supervisor.end();
  assert.equal(w.containerd.kinds, ['exit']);
  const [told] = w.containerd.forwarded;
  assert.ok(told?.event.kind === 'exit' && told.event.exitStatus === 9 && told.event.pid === 42);
});

test.after(() => rmSync(root, { recursive: true }));
test.run();
