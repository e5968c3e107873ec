/** The way to the supervisor of a pod of containerd's, whose holder alone starts supervisors. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { identify } from '../../../hcs/qemu/record.ts';
import type { RuntimeError } from '../../../runtime/errors.ts';
import { connectSupervisor } from '../../../runtime/supervisor/connect.ts';
import {
  createPodFolder,
  markHeld,
  markStarted,
  podFolder,
  supervisorLog,
  taskSocket,
} from '../../../runtime/supervisor/pod-folder.ts';
import { taskHandlers } from '../../../runtime/task/task-ttrpc.ts';
import { TtrpcServer } from '../../../runtime/ttrpc/server.ts';
import { rejection } from '../../harness/rejection.ts';
import { skip } from '../../harness/skip.ts';
import { FakeTasks } from './fake-tasks.ts';

/** A pod of containerd's without a supervisor, whose VM and whose holder are processes that sleep. */
class Pod implements AsyncDisposable {
  readonly root = mkdtempSync(join(tmpdir(), 'lcow-connect-'));
  readonly where = { data: join(this.root, 'data'), run: join(this.root, 'run') };
  readonly folder = podFolder(this.where, 'ctr-1');
  readonly vmm = sleeper();
  readonly holder = sleeper();

  constructor() {
    const containerd = { namespace: 'n', groupId: 'g', address: join(this.root, 's') };
    createPodFolder(this.where, {
      ...{ version: 1, id: 'ctr-1', createdAt: '', lone: false, labels: {} },
      shape: { network: 'none', ports: [] },
      containerd: { ...containerd, grpcAddress: '', ttrpcAddress: '', bundle: '' },
    });
    writeFileSync(join(this.folder, 'vm.json'), JSON.stringify({ id: 'vm' }));
    const vm = join(this.where.run, 'vm', 'vm');
    mkdirSync(vm, { recursive: true });
    const [creator, vmm] = [identify(process.pid), identify(this.vmm.pid ?? 0)];
    const record = { version: 1, id: 'vm', runtimeId: '', creator, vmm, document: {}, devices: {} };
    writeFileSync(join(vm, 'record.json'), JSON.stringify(record));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of [this.vmm, this.holder]) await end(child);
    rmSync(this.root, { recursive: true });
  }
}

function sleeper(): ChildProcess {
  return spawn('sleep', ['1000'], { stdio: 'ignore' });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('as long as its holder lives, the supervisor that the holder starts is waited for', async () => {
  await using pod = new Pod();
  markHeld(pod.folder, pod.holder.pid ?? 0);
  const connecting = connectSupervisor(pod.where, 'ctr-1');
  const tasks = new FakeTasks();
  const server = new TtrpcServer(taskHandlers(tasks.service));
  const listening = createServer((socket) => void server.serve(socket));
  // Once it has looked and found nobody.
  await new Promise((resolve) => setTimeout(resolve, 100));
  listening.listen(taskSocket(pod.folder));
  const client = await connecting;
  assert.is(client.pod, 'ctr-1');
  assert.not(existsSync(supervisorLog(pod.folder)), 'none was started beside it');
  await client[Symbol.asyncDispose]();
  listening.close();
  await server.close();
});

test('with its holder dead it is not adopted, and it is said who ends it', async () => {
  await using pod = new Pod();
  markHeld(pod.folder, pod.holder.pid ?? 0);
  await end(pod.holder);
  const error = (await rejection(connectSupervisor(pod.where, 'ctr-1'))) as RuntimeError;
  assert.is(error.code, 'unavailable');
  assert.match(error.message, /it is containerd's.*lcow doctor --fix/);
  assert.not(existsSync(supervisorLog(pod.folder)));
  assert.is(pod.vmm.exitCode ?? pod.vmm.signalCode, null, 'its VM is as it was');
  markStarted(pod.folder);
  await end(pod.vmm);
  const gone = (await rejection(connectSupervisor(pod.where, 'ctr-1'))) as RuntimeError;
  assert.is(gone.code, 'not-found');
  assert.not(existsSync(pod.folder));
});

if (process.platform === 'linux') test.run();
else skip('holders are on Linux');
