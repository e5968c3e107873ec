/**
 * Pods under a real containerd: who shares a VM, and what each caller sees when a process of ours or containerd itself
 * dies under a container.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ContainerdEvents } from '../harness/containerd-events.ts';
import { ContainerdHost, containerdMissing } from '../harness/containerd.ts';
import { skip } from '../harness/skip.ts';

const test = suite<{ host: ContainerdHost }>('pods under containerd');

/** What a command line of ours has in it. */
const VMM = 'qemu-system';
const SUPERVISOR = 'lcow-supervisor';
const HOLDER = 'lcow-holder shim';

const group = (name: string): string[] => ['--annotation', `io.containerd.runc.v2.group=${name}`];

function exitOf(events: ContainerdEvents, id: string): Promise<unknown> {
  return events.until(
    `exit of ${id}`,
    ({ topic, fields }) => topic === '/tasks/exit' && fields['id'] === id,
  );
}

function exits(events: ContainerdEvents, container: string): string[] {
  return events.tasksOf(container).filter((line) => line.startsWith('/tasks/exit'));
}

/** Kills those of ours whose command line has the text, with -9. */
function killAll(host: ContainerdHost, text: string): number {
  const pids = host.pids(text);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  return pids.length;
}

/** ctr removes the FIFOs that it made when it deletes their task; of one that it does not find they stay. */
function forgetFifos(host: ContainerdHost): void {
  rmSync(join(host.folder, 'fifo'), { recursive: true, force: true });
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within 30 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const missing = containerdMissing();
if (missing !== undefined) skip(missing);
else {
  test.before(async (context) => {
    context.host = await ContainerdHost.start();
  });

  test.after(({ host }) => host[Symbol.asyncDispose]());

  // Each test leaves nothing, however it ends.
  test.before.each(async ({ host }) => {
    for (const id of (await host.tasks()).keys()) await host.remove(id);
  });

  test('three containers of one group share one VM; one that is deleted leaves the others', async ({
    host,
  }) => {
    for (const id of ['one', 'two', 'three']) {
      await host.ok(...host.runArguments(['-d', ...group('one')], id, 'sleep', '100000'));
    }
    assert.is(host.pids(VMM).length, 1);
    assert.is(host.pids(SUPERVISOR).length, 1);
    assert.match((await host.lcow('uvm', 'list')).stdout, /ctr-[0-9a-f]{16}/);
    // The kernel is the VM's: one boot of it for all three.
    const boots = new Set<string>();
    for (const id of ['one', 'two', 'three']) {
      const read = ['cat', '/proc/sys/kernel/random/boot_id'];
      boots.add(await host.ok(...host.execArguments([], id, ...read)));
    }
    assert.is(boots.size, 1);
    // The first, whose name the pod has.
    await host.remove('one');
    assert.equal(Object.fromEntries(await host.tasks()), { two: 'RUNNING', three: 'RUNNING' });
    assert.is(await host.ok(...host.execArguments([], 'two', 'echo', 'still')), 'still');
    // Its name can be had again, in the same VM.
    await host.ok(...host.runArguments(['-d', ...group('one')], 'one', 'sleep', '100000'));
    assert.is(host.pids(VMM).length, 1);
    for (const id of ['one', 'two', 'three']) await host.remove(id);
    assert.equal(await host.settledLeftovers(), []);
  });

  test('two namespaces have a container of one name each, in VMs of their own', async ({
    host,
  }) => {
    const other = `${host.namespace}-b`;
    await host.import(other);
    await host.ok(...host.runArguments(['-d'], 'same', 'sleep', '100000'));
    await host.ok('-n', other, ...host.runArguments(['-d'], 'same', 'sleep', '100000'));
    assert.is(host.pids(VMM).length, 2);
    await host.ok(...host.execArguments([], 'same', 'sh', '-c', 'echo ours > /file'));
    const look = host.execArguments([], 'same', 'sh', '-c', 'cat /file 2>/dev/null || echo none');
    assert.is(await host.ok('-n', other, ...look), 'none');
    await host.remove('same');
    assert.equal([...(await host.tasks(other))], [['same', 'RUNNING']]);
    assert.is(await host.ok('-n', other, ...look), 'none');
    await host.remove('same', other);
    assert.equal(await host.settledLeftovers(), []);
  });

  test('containerd restarts under a live container: it goes on, exec works, its exit is told', async ({
    host,
  }) => {
    const script = 'trap "echo bye; exit 6" TERM; while :; do usleep 50000; done';
    await host.ok(...host.runArguments(['-d'], 'kept', 'sh', '-c', script));
    const [, pid] = /^kept\s+(\d+)/m.exec(await host.ok('task', 'ls')) ?? [];
    const supervisors = host.pids(SUPERVISOR);
    await host.restart('SIGKILL');
    assert.match(await host.ok('task', 'ls'), new RegExp(`^kept\\s+${pid}\\s+RUNNING`, 'm'));
    assert.is(await host.ok(...host.execArguments([], 'kept', 'echo', 'here')), 'here');
    const events = await host.events();
    await host.ok('task', 'kill', 'kept');
    await exitOf(events, 'kept');
    assert.is((await host.tasks()).get('kept'), 'STOPPED');
    assert.equal(exits(events, 'kept'), ['/tasks/exit kept 6']);
    assert.equal(host.pids(SUPERVISOR), supervisors);

    // One that ends while there is no containerd is found ended.
    await host.remove('kept');
    await host.ok(...host.runArguments(['-d'], 'late', 'sleep', '100000'));
    const [, late] = /^late\s+(\d+)/m.exec(await host.ok('task', 'ls')) ?? [];
    await host.stop();
    process.kill(Number(late), 'SIGKILL');
    await host.launch();
    // The guest is told of the kill meanwhile; nobody is there to hear of the end.
    await until('late has ended', async () => (await host.tasks()).get('late') === 'STOPPED');
    await host.remove('late');
    assert.equal(await host.settledLeftovers(), []);
  });

  test('the supervisor is killed: output goes on, waiting goes on, the exit is told once', async ({
    host,
  }) => {
    const events = await host.events();
    const script =
      'n=0; while [ $n -lt 60 ]; do n=$((n+1)); echo line $n; usleep 50000; done; exit 7';
    const run = host.spawn(host.runArguments(['--rm'], 'survivor', 'sh', '-c', script));
    await run.shows('line 10\n');
    const before = host.pids(SUPERVISOR);
    assert.is(before.length, 1);
    assert.is(killAll(host, SUPERVISOR), 1);
    await run.shows('line 20\n');
    // What is asked meanwhile is answered by the next one.
    assert.is((await host.tasks()).get('survivor'), 'RUNNING');
    assert.is(await host.ok(...host.execArguments([], 'survivor', 'echo', 'in it')), 'in it');
    const after = host.pids(SUPERVISOR);
    assert.is(after.length, 1);
    assert.is.not(after[0], before[0]);
    const { code, stdout } = await run.finished;
    assert.is(code, 7);
    const lines = Array.from({ length: 60 }, (_, n) => `line ${n + 1}\n`).join('');
    assert.is(stdout, lines);
    assert.equal(exits(events, 'survivor'), [
      ...exits(events, 'survivor').filter((line) => !line.includes('survivor 7')),
      '/tasks/exit survivor 7',
    ]);
    assert.equal(await host.settledLeftovers(), []);
  });

  test('whoever kills the pid of a process on the host kills the process, which is told at once', async ({
    host,
  }) => {
    const events = await host.events();
    await host.ok(...host.runArguments(['-d'], 'shot', 'sleep', '100000'));
    const exec = host.ctr(...host.execArguments(['--exec-id', 'x'], 'shot', 'sleep', '100000'));
    const { fields } = await events.until('exec', ({ topic }) => topic === '/tasks/exec-started');
    process.kill(Number(fields['pid']), 'SIGKILL');
    await exitOf(events, 'x');
    assert.is((await exec).code, 137);
    const [, pid, state] = /^shot\s+(\d+)\s+(\w+)/m.exec(await host.ok('task', 'ls')) ?? [];
    assert.is(state, 'RUNNING');
    process.kill(Number(pid), 'SIGKILL');
    await exitOf(events, 'shot');
    assert.equal(exits(events, 'shot'), ['/tasks/exit x 137', '/tasks/exit shot 137']);
    await host.remove('shot');
    assert.equal(await host.settledLeftovers(), []);
  });

  test('holder and supervisor are killed while there is no containerd: nobody adopts the VM, doctor --fix ends it', async ({
    host,
  }) => {
    await host.ok(...host.runArguments(['-d'], 'orphan', 'sleep', '100000'));
    const pod = (await host.lcow('uvm', 'list', '-q')).stdout.trim();
    await host.stop();
    assert.is(killAll(host, HOLDER), 1);
    assert.is(killAll(host, SUPERVISOR), 1);
    const refused = await host.lcow('uvm', 'exec', pod, 'true');
    assert.is(refused.code, 125);
    assert.match(refused.stderr, /it is containerd's, .*lcow doctor --fix/);
    assert.is(host.pids(VMM).length, 1);
    const fixed = await host.lcow('doctor', '--fix');
    assert.match(fixed.stdout, new RegExp(`pod ${pod}: removed, it is containerd's`));
    assert.is(host.pids(VMM).length, 0);
    await host.launch();
    assert.not.ok((await host.tasks()).has('orphan'));
    await host.ok('container', 'delete', 'orphan');
    forgetFifos(host);
    assert.equal(await host.settledLeftovers(), []);
  });

  test('the VMM is killed: exits of every process of its pod are told at once', async ({
    host,
  }) => {
    const events = await host.events();
    for (const id of ['left', 'right']) {
      await host.ok(...host.runArguments(['-d', ...group('lost')], id, 'sleep', '100000'));
    }
    const exec = host.ctr(...host.execArguments(['--exec-id', 'x'], 'left', 'sleep', '100000'));
    await events.until('exec', ({ topic }) => topic === '/tasks/exec-started');
    const began = performance.now();
    assert.is(killAll(host, VMM), 1);
    for (const id of ['left', 'right', 'x']) await exitOf(events, id);
    const tookMs = performance.now() - began;
    assert.ok(tookMs < 5000, `${tookMs} ms until all exits were told`);
    assert.is.not((await exec).code, 0);
    assert.equal(
      exits(events, 'left').map((line) => line.split(' ')[1]),
      ['x', 'left'],
    );
    assert.equal(
      exits(events, 'right').map((line) => line.split(' ')[1]),
      ['right'],
    );
    for (const id of ['left', 'right']) {
      assert.is((await host.tasks()).get(id), 'STOPPED');
      await host.remove(id);
    }
    assert.equal(await host.settledLeftovers(), []);
  });

  test('the holder is killed: containerd tells the exit, and nothing is left', async ({ host }) => {
    const events = await host.events();
    await host.ok(...host.runArguments(['-d'], 'dropped', 'sleep', '100000'));
    assert.is(killAll(host, HOLDER), 1);
    await exitOf(events, 'dropped');
    await until('no task', async () => !(await host.tasks()).has('dropped'));
    assert.equal(exits(events, 'dropped').length, 1);
    await host.ok('container', 'delete', 'dropped');
    forgetFifos(host);
    assert.equal(await host.settledLeftovers(), []);
  });

  test("`delete` by hand ends a container within containerd's deadline, and again does nothing", async ({
    host,
  }) => {
    await host.ok(...host.runArguments(['-d', ...group('hand')], 'first', 'sleep', '100000'));
    await host.ok(...host.runArguments(['-d', ...group('hand')], 'second', 'sleep', '100000'));
    for (let round = 0; round < 2; round += 1) {
      const { code, stderr, tookMs } = await host.shim('delete', 'first');
      assert.is(code, 0, stderr);
      assert.ok(tookMs < 5000, `${tookMs} ms`);
    }
    assert.is((await host.tasks()).get('second'), 'RUNNING');
    assert.is(await host.ok(...host.execArguments([], 'second', 'echo', 'lives')), 'lives');
    // Who calls it tells containerd, as containerd itself does where it calls it: no task of that name is there now.
    assert.not.ok((await host.tasks()).has('first'));
    await host.ok('container', 'delete', 'first');
    await host.remove('second');
    forgetFifos(host);
    assert.equal(await host.settledLeftovers(), []);
  });

  test('five at once come and go', async ({ host }) => {
    const runs = Array.from({ length: 5 }, (_, n) =>
      host.ctr(...host.runArguments(['--rm'], `many-${n}`, 'sh', '-c', `echo out ${n}; exit ${n}`)),
    );
    const all = await Promise.all(runs);
    assert.equal(
      all,
      all.map((_, n) => ({ code: n, stdout: `out ${n}\n`, stderr: '' })),
    );
    assert.equal(await host.settledLeftovers(), []);
  });

  test('the shim says nothing of being wrong in the log of containerd', ({ host }) => {
    const log = readFileSync(join(host.folder, 'containerd.log'), 'utf8');
    assert.not.match(log, /^.*(unhandled|TypeError|panic|at file:).*$/im);
  });

  test.run();
}
