/** `delete`: whatever of a pod still lives, nothing of the container is left. The supervisor is a fake on a real socket. */
import { mkdirSync, mkdtempSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { containerd } from '../../../proto/generated/shim.js';
import { CONTAINER_RECORD_VERSION } from '../../../runtime/container/container-record.ts';
import { RuntimeError } from '../../../runtime/errors.ts';
import { parseShimArguments } from '../../../runtime/shim/arguments.ts';
import { type Deleted, deleteContainer } from '../../../runtime/shim/delete.ts';
import { encodeDeleteResponse } from '../../../runtime/shim/delete-response.ts';
import { podIdentity } from '../../../runtime/shim/pod-identity.ts';
import {
  createPodFolder,
  isTakenBack,
  markStarted,
  podFolder,
  taskSocket,
} from '../../../runtime/supervisor/pod-folder.ts';
import { takePodLock } from '../../../runtime/supervisor/pod-lock.ts';
import { TaskRecordFolder } from '../../../runtime/task/task-record.ts';
import { taskHandlers } from '../../../runtime/task/task-ttrpc.ts';
import { TtrpcServer } from '../../../runtime/ttrpc/server.ts';
import { FakeTasks } from '../supervisor/fake-tasks.ts';
import { rejection } from '../../harness/rejection.ts';

const folder = mkdtempSync(join(tmpdir(), 'lcow-delete-'));
const where = { data: join(folder, 'data'), run: join(folder, 'run') };
const env = { LCOW_DATA: where.data, LCOW_RUN: where.run };
const asked = (id: string) => ({ namespace: 'ns1', id, address: join(folder, 'c.sock') });

function bundleOf(id: string, annotations: Record<string, string> = {}): string {
  const bundle = join(folder, id);
  mkdirSync(bundle, { recursive: true });
  writeFileSync(join(bundle, 'config.json'), JSON.stringify({ annotations }));
  return bundle;
}

function deleteOf(id: string): Promise<Deleted> {
  const flags = ['-namespace', 'ns1', '-address', join(folder, 'c.sock'), '-id', id];
  return deleteContainer(
    parseShimArguments([...flags, '-bundle', join(folder, id), 'delete']),
    env,
  );
}

/** A pod's folder as `start` makes it. */
function podOf(id: string, annotations: Record<string, string> = {}): string {
  const bundle = bundleOf(id, annotations);
  const { podId, groupId } = podIdentity(asked(id), annotations);
  const address = join(folder, `${podId}.sock`);
  createPodFolder(where, {
    ...{ version: CONTAINER_RECORD_VERSION, id: podId, createdAt: '', lone: false, labels: {} },
    shape: { network: 'none', ports: [] },
    containerd: {
      ...{ namespace: 'ns1', groupId, address, grpcAddress: '', ttrpcAddress: '', bundle },
    },
  });
  writeFileSync(address, '');
  markStarted(podFolder(where, podId));
  return podFolder(where, podId);
}

/** A supervisor that answers for the pod, and notes Shutdown. */
async function supervise(pod: string): Promise<{ tasks: FakeTasks; end: () => void }> {
  const tasks = new FakeTasks();
  const shutdown = async (id: string): Promise<void> => void tasks.calls.push(`shutdown ${id}`);
  const service = Object.assign(tasks.service, { shutdown });
  const server = new TtrpcServer(taskHandlers(service));
  const socket: Server = createServer((connection) => void server.serve(connection));
  await new Promise<void>((resolve) => socket.listen(taskSocket(pod), resolve));
  const end = (): void => {
    socket.close();
    void server.close();
  };
  return { tasks, end };
}

async function running(tasks: FakeTasks, id: string): Promise<void> {
  const stdio = { terminal: false, stdin: '', stdout: '', stderr: '' };
  await tasks.service.create({ id, bundle: '/b', rootfs: [], ...stdio });
  await tasks.service.start(id, '');
  tasks.calls.length = 0;
}

test('what is gone was deleted in order, and nothing is known of it', async () => {
  bundleOf('gone');
  const { pid, exitStatus, exitedAtMs } = await deleteOf('gone');
  assert.equal({ pid, exitStatus }, { pid: 0, exitStatus: 255 });
  assert.ok(Math.abs(Date.now() - exitedAtMs) < 60_000);
});

test('a bundle that is gone too is no error', async () => {
  assert.is((await deleteOf('never')).exitStatus, 255);
});

test('a running container is killed and deleted by its supervisor, which is told to end', async () => {
  const pod = podOf('c1');
  const { tasks, end } = await supervise(pod);
  await running(tasks, 'c1');
  const { pid, exitStatus } = await deleteOf('c1');
  assert.equal(tasks.calls, ['kill c1 9', 'delete c1', 'shutdown c1']);
  assert.equal({ pid, exitStatus }, { pid: 101, exitStatus: 137 });
  assert.ok(isTakenBack(pod, 'c1'), 'containerd tells of this end');
  end();
  rmSync(pod, { recursive: true });
});

test('how it ended before is told', async () => {
  const pod = podOf('c2');
  const { tasks, end } = await supervise(pod);
  await running(tasks, 'c2');
  tasks.exit('c2', 7);
  assert.is((await deleteOf('c2')).exitStatus, 7);
  assert.equal(tasks.calls, ['delete c2', 'shutdown c2']);
  end();
  rmSync(pod, { recursive: true });
});

test('a member that was deleted in order does not touch the others', async () => {
  const annotations = { 'io.kubernetes.cri.sandbox-id': 'c3' };
  const pod = podOf('c3', annotations);
  bundleOf('c4', annotations);
  const { tasks, end } = await supervise(pod);
  await running(tasks, 'c3');
  assert.is((await deleteOf('c4')).exitStatus, 255);
  assert.equal(tasks.calls, ['shutdown c4']);
  assert.is(tasks.tasks.get('c3')?.status, 'running');
  assert.not(isTakenBack(pod, 'c4'));
  end();
  rmSync(pod, { recursive: true });
});

test('a member whose bundle is damaged is found by the address that it was told', async () => {
  const annotations = { 'io.kubernetes.cri.sandbox-id': 'c5' };
  const pod = podOf('c5', annotations);
  const { address } = {
    address: join(folder, `${podIdentity(asked('c5'), annotations).podId}.sock`),
  };
  const bundle = bundleOf('c6', annotations);
  writeFileSync(join(bundle, 'config.json'), '{');
  writeFileSync(join(bundle, 'address'), `unix://${address}`);
  const { tasks, end } = await supervise(pod);
  await running(tasks, 'c6');
  assert.is((await deleteOf('c6')).exitStatus, 137);
  end();
  rmSync(pod, { recursive: true });
});

test('with supervisor and holder dead the pod is removed, and the recorded exit told', async () => {
  const pod = podOf('c7');
  const exit = { code: 3, exitedAtMs: 1_700_000_000_000, oomKilled: false };
  const stdio = { terminal: false, stdin: '', stdout: '', stderr: '' };
  await new TaskRecordFolder(join(pod, 'task')).save({
    ...{ version: 1, id: 'c7', bundle: '/b', rootfs: [], phase: 'created', execs: {} },
    ...{ eventsAfter: 0, oomKills: 0, init: { ...stdio, pid: 42, started: true, exit } },
  });
  assert.equal(await deleteOf('c7'), { pid: 42, exitStatus: 3, exitedAtMs: exit.exitedAtMs });
  assert.not(existsSync(pod));
});

test('with supervisor and holder dead what ran was killed, and the socket goes with the pod', async () => {
  const pod = podOf('c8');
  const socket = join(folder, `${podIdentity(asked('c8'), {}).podId}.sock`);
  assert.ok(existsSync(socket));
  assert.is((await deleteOf('c8')).exitStatus, 137);
  assert.not(existsSync(pod));
  assert.not(existsSync(socket));
});

test('a pod that ends is left to end', async () => {
  const pod = podOf('c9');
  rmSync(join(folder, `${podIdentity(asked('c9'), {}).podId}.sock`));
  await using lock = await takePodLock(pod);
  assert.ok(lock);
  assert.is((await deleteOf('c9')).exitStatus, 255);
  assert.ok(existsSync(pod));
});

test('a supervisor that does not delete in time goes on, and the kill is told', async () => {
  const pod = podOf('slow');
  const { tasks, end } = await supervise(pod);
  await running(tasks, 'slow');
  Object.assign(tasks.service, { delete: () => new Promise(() => undefined) });
  const began = performance.now();
  assert.is((await deleteOf('slow')).exitStatus, 137);
  assert.ok(performance.now() - began < 4500, 'within the deadline of containerd');
  assert.equal(tasks.calls, ['kill slow 9', 'shutdown slow']);
  end();
  rmSync(pod, { recursive: true });
});

test('the answer is what containerd reads', () => {
  const bytes = encodeDeleteResponse({ pid: 5, exitStatus: 137, exitedAtMs: 1500 });
  const { pid, exitStatus, exitedAt } = containerd.shim.v1.DeleteResponse.decode(bytes);
  assert.equal({ pid, exitStatus }, { pid: 5, exitStatus: 137 });
  assert.equal({ ...exitedAt }, { seconds: 1, nanos: 500_000_000 });
});

test('a name that is none is refused', async () => {
  const error = await rejection(deleteOf('..'));
  assert.ok(error instanceof RuntimeError && error.code === 'invalid-argument');
});

test.after(() => rmSync(folder, { recursive: true }));
test.run();
