/** The supervisor as a process of its own, over real VMs: life, kill -9 of either, races, signals. */
import { existsSync, writeFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { connectSupervisor, podEnded } from '../../runtime/supervisor/connect.ts';
import { podFolder } from '../../runtime/supervisor/pod-folder.ts';
import { podUnlocked } from '../../runtime/supervisor/pod-lock.ts';
import { reconcile } from '../../runtime/supervisor/reconcile.ts';
import type { ContainerHandle } from '../../runtime/lcow/container-handle.ts';
import { residentMiB, SupervisedHost } from './supervised-host.ts';

const host = new SupervisedHost();
test.after.each(async () => {
  const { containers } = await host.lcow_.list({ all: true });
  for (const { record } of containers)
    await host.lcow_.container(record.id).remove({ force: true });
});
test.after(async () => {
  await host.lcow_[Symbol.asyncDispose]();
  await host[Symbol.asyncDispose]();
});

async function killed(pod: string, pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  await podUnlocked(podFolder(host.where, pod), AbortSignal.timeout(10_000));
}

async function output(container: ContainerHandle): Promise<string> {
  let text = '';
  for await (const { bytes } of container.logs()) text += Buffer.from(bytes).toString();
  return text;
}

test('a container outlives its starter, ends with its exit status, and takes its pod along', async () => {
  const container = await host.sh('echo hello; read x; exit 7', { openStdin: true });
  const { id } = container;
  assert.ok(host.isSupervised(id));
  const rss = residentMiB(host.supervisorOf(id));
  console.log(`  supervisor with a container: ${rss.toFixed(1)} MiB`);
  assert.ok(rss < 64, `${rss} MiB`);
  const exit = container.wait();
  const attached = await container.attach({ stdin: true });
  attached.stdin?.end('x\n');
  assert.is(await exit, 7);
  await podEnded(host.where, id);
  assert.not(existsSync(podFolder(host.where, id)));
  const { state } = await container.inspect();
  assert.is(state.status, 'exited');
  assert.is(state.exitCode, 7);
  assert.is(await output(container), 'hello\n');
  assert.equal(await host.journal(id), ['create', 'start', 'die']);
  await container.remove({ force: true });
  assert.equal(await host.settledLeftovers(), []);
});

test('kill -9 of the supervisor amid output: the next adopts, nothing is lost or doubled', async () => {
  const container = await host.sh(
    'for i in $(seq 2000); do echo line $i; [ $((i % 100)) = 0 ] && sleep 0.1; done; exit 3',
  );
  const { id } = container;
  const qemu = host.qemuOf(id);
  for (let round = 0; round < 2; round += 1) {
    await killed(id, host.supervisorOf(id));
    assert.ok(existsSync(`/proc/${qemu}`));
    await using client = await connectSupervisor(host.where, id);
    assert.is((await client.describe()).containers.length, 1);
  }
  assert.is(await container.wait(), 3);
  await podEnded(host.where, id);
  const lines = (await output(container)).trimEnd().split('\n');
  assert.is(lines.length, 2000);
  lines.forEach((line, at) => assert.is(line, `line ${at + 1}`));
  assert.equal(await host.journal(id), ['create', 'start', 'die']);
});

test('a call that is under way when the supervisor dies is answered by the next', async () => {
  const container = await host.sh('read x; exit 6', { openStdin: true });
  const { id } = container;
  await using client = await connectSupervisor(host.where, id);
  const exit = client.task.wait(id, '');
  const state = client.task.state(id, '');
  const supervisor = host.supervisorOf(id);
  await state;
  process.kill(supervisor, 'SIGKILL');
  // No matter whether they still reach the socket of the dead.
  const states = await Promise.all(
    Array.from({ length: 20 }, () => client.task.state(id, '').then(({ status }) => status)),
  );
  assert.equal(new Set(states), new Set(['running']));
  assert.is.not((await client.describe()).supervisorPid, supervisor);
  const attached = await container.attach({ stdin: true });
  attached.stdin?.end('x\n');
  assert.is((await exit).code, 6);
});

test('an exit while there is no supervisor is told once, by the next', async () => {
  const container = await host.sh('sleep 1; exit 9');
  const { id } = container;
  await killed(id, host.supervisorOf(id));
  // Nobody is there who could tell that it has exited.
  await new Promise((resolve) => setTimeout(resolve, 3000));
  await reconcile(host.where);
  await podEnded(host.where, id);
  const { state } = await container.inspect();
  assert.is(state.status, 'exited');
  assert.is(state.exitCode, 9);
  assert.equal(
    (await host.journal(id)).filter((action) => action === 'die'),
    ['die'],
  );
});

test('ten that connect at once after a kill -9 get one supervisor', async () => {
  const container = await host.sh('sleep 1000');
  const { id } = container;
  await killed(id, host.supervisorOf(id));
  const clients = await Promise.all(
    Array.from({ length: 10 }, () => connectSupervisor(host.where, id)),
  );
  const pids = await Promise.all(
    clients.map(async (client) => (await client.describe()).supervisorPid),
  );
  assert.is(new Set(pids).size, 1);
  for (const client of clients) await client[Symbol.asyncDispose]();
  await container.remove({ force: true });
  assert.equal(await host.settledLeftovers(), []);
});

test('kill -9 of QEMU ends the container at once, with the cause', async () => {
  const container = await host.sh('sleep 1000');
  const { id } = container;
  const exit = container.wait();
  const begun = performance.now();
  process.kill(host.qemuOf(id), 'SIGKILL');
  await exit;
  assert.ok(performance.now() - begun < 2000);
  await podEnded(host.where, id);
  const { state } = await container.inspect();
  assert.is(state.status, 'exited');
  assert.match(state.error ?? '', /the VM exited/);
  await container.remove({ force: true });
  assert.equal(await host.settledLeftovers(), []);
});

test('kill -9 of both: ps tells the truth', async () => {
  const container = await host.sh('sleep 1000');
  const { id } = container;
  const [qemu, supervisor] = [host.qemuOf(id), host.supervisorOf(id)];
  process.kill(qemu, 'SIGKILL');
  // Before it can have heard of that.
  await killed(id, supervisor);
  await podEnded(host.where, id);
  const { containers } = await host.lcow_.list({ all: true });
  const found = containers.find(({ record }) => record.id === id);
  assert.is(found?.state.status, 'exited');
  assert.is(found?.state.exitCode, 137);
  assert.match(found?.state.error ?? '', /its VM and its supervisor ended/);
  await container.remove({ force: true });
  assert.equal(await host.settledLeftovers(), []);
});

test('a VM that dies is booted again where the policy restarts', async () => {
  const container = await host.sh('echo run; sleep 1000', {
    restart: { name: 'always', maximum: 0 },
  });
  const { id } = container;
  const client = await connectSupervisor(host.where, id);
  const again = (async () => {
    for await (const { event } of client.events({ after: 0 })) {
      if (event.kind === 'exit') break;
    }
    for await (const { event } of client.events({ after: 0 })) {
      if (event.kind === 'start' && host.lcow_.container(id)) {
        const { state } = await container.inspect();
        if (state.restartCount === 1 && state.status === 'running') return;
      }
    }
  })();
  process.kill(host.qemuOf(id), 'SIGKILL');
  await again;
  await client[Symbol.asyncDispose]();
  await container.remove({ force: true });
  assert.equal(await host.settledLeftovers(), []);
});

test('SIGTERM stops the pod in order', async () => {
  const container = await host.sh(
    'trap "echo bye; exit 5" TERM; echo up; while :; do sleep 0.1; done',
  );
  const { id } = container;
  const attached = await container.attach();
  if (!(await output(container)).includes('up')) {
    await new Promise((resolve) => attached.stdout.once('data', resolve));
  }
  await attached.detach();
  process.kill(host.supervisorOf(id), 'SIGTERM');
  await podEnded(host.where, id);
  const { state } = await container.inspect();
  assert.is(state.exitCode, 5);
  await container.remove({ force: true });
  assert.equal(await host.settledLeftovers(), []);
});

test('a started pod ignores SIGHUP and SIGINT', async () => {
  const container = await host.sh('sleep 1000');
  const pid = host.supervisorOf(container.id);
  process.kill(pid, 'SIGHUP');
  process.kill(pid, 'SIGINT');
  await using client = await connectSupervisor(host.where, container.id);
  assert.is((await client.describe()).supervisorPid, pid);
  await container.remove({ force: true });
});

test('garbage in vm.json: the pod is settled, nothing crashes', async () => {
  const container = await host.sh('sleep 1000');
  const { id } = container;
  const qemu = host.qemuOf(id);
  await killed(id, host.supervisorOf(id));
  writeFileSync(`${podFolder(host.where, id)}/vm.json`, '\0\0\0');
  await reconcile(host.where);
  assert.is((await container.inspect()).state.status, 'exited');
  const { repairOrphans } = await import('../../runtime/supervisor/orphans.ts');
  assert.match((await repairOrphans(host.where)).join('\n'), /VM .* no pod/);
  assert.not(existsSync(`/proc/${qemu}/exe`));
  await container.remove({ force: true });
  assert.equal(await host.settledLeftovers(), []);
});

test.run();
