/** Pods of a real containerd in VMs that were parked: who serves them, and what each caller sees when one of us dies. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { freeFolder, ownerOf } from '../../runtime/pool/pool-folder.ts';
import { childrenOf } from '../../runtime/pool/priority.ts';
import type { PoolStatus } from '../../runtime/pool/pool-status.ts';
import { listPodIds, podFolder } from '../../runtime/supervisor/pod-folder.ts';
import { podVmId } from '../../runtime/supervisor/pod-vm.ts';
import type { ContainerdEvents } from '../harness/containerd-events.ts';
import { ContainerdHost, containerdMissing } from '../harness/containerd.ts';
import { skip } from '../harness/skip.ts';

const test = suite<{ host: ContainerdHost }>('a pool for containerd');

const VMM = 'qemu-system';
const HOLDER = 'lcow-holder shim';
/** Of a pod's supervisor; not of the pool's daemon, nor of what is parked. */
const SUPERVISOR = 'lcow-supervisor --pod';
const SLEEP = ['sleep', '100000'] as const;

async function ok(host: ContainerdHost, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await host.lcow(...args);
  assert.is(code, 0, `lcow ${args.join(' ')}: ${stderr}`);
  return stdout;
}

async function status(host: ContainerdHost): Promise<PoolStatus> {
  return JSON.parse(await ok(host, 'pool', 'status', '--format', 'json')) as PoolStatus;
}

/** The supervisor that is parked. */
function parked(host: ContainerdHost): number {
  const [name = ''] = readdirSync(freeFolder(host));
  return Number((ownerOf(name) ?? '').split('.')[0]);
}

async function filled(host: ContainerdHost): Promise<void> {
  await until('one is parked', async () => (await status(host)).parked === 1);
}

/** The folder of the only pod. */
function onlyPod(host: ContainerdHost): string {
  const pods = listPodIds(host);
  assert.is(pods.length, 1);
  return podFolder(host, pods[0] ?? '');
}

function logOf(folder: string): string {
  return readFileSync(join(folder, 'supervisor.log'), 'utf8');
}

function exits(events: ContainerdEvents, container: string): string[] {
  return events.tasksOf(container).filter((line) => line.startsWith('/tasks/exit'));
}

function oomScoreOf(pid = 0): number {
  return Number(readFileSync(`/proc/${pid}/oom_score_adj`, 'latin1'));
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 180_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within three minutes: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const missing = containerdMissing();
if (missing !== undefined) skip(missing);
else {
  test.before(async (context) => {
    context.host = await ContainerdHost.start();
    await ok(context.host, 'pool', 'start', '--size', '1', '--wait');
  });

  // Each test leaves no container, however it ends.
  test.before.each(async ({ host }) => {
    for (const id of (await host.tasks()).keys()) await host.remove(id);
  });

  test.after(async ({ host }) => {
    await host.lcow('pool', 'stop');
    await host[Symbol.asyncDispose]();
  });

  test('a container of ctr takes the one that is parked, with the settings of its pod', async ({
    host,
  }) => {
    const pid = parked(host);
    const debug = ['--annotation', 'io.lcow.debug=true'];
    await host.ok(...host.runArguments(['-d', ...debug], 'first', ...SLEEP));
    const { claimed, missed } = await status(host);
    assert.equal({ claimed, missed }, { claimed: 1, missed: 0 });
    assert.equal(host.pids(SUPERVISOR), [pid]);
    const folder = onlyPod(host);
    assert.match(podVmId(folder) ?? '', /^parked-/);
    assert.match(host.log, /was parked for pod ctr-[0-9a-f]{16}/, "containerd's log, for debug");
    // What containerd wants of its shims is so of what it did not start.
    const [holder] = host.pids(HOLDER);
    assert.is.not(oomScoreOf(holder), oomScoreOf((await status(host)).pid));
    assert.is(oomScoreOf(pid), oomScoreOf(holder));
    const [vmm] = childrenOf(pid);
    assert.ok(vmm !== undefined && host.pids(VMM).includes(vmm));
    assert.is(oomScoreOf(vmm), oomScoreOf(holder));
    assert.is(await host.ok(...host.execArguments([], 'first', 'echo', 'in it')), 'in it');
    const run = await host.ctr(...host.execArguments([], 'first', 'sh', '-c', 'exit 5'));
    assert.is(run.code, 5);
    await host.remove('first');
    await until('its supervisor ended', () => host.pids(SUPERVISOR).length === 0);
    assert.equal(listPodIds(host), []);
  });

  test('kill -9 of the claimed supervisor: output goes on, exec works, the exit is told once', async ({
    host,
  }) => {
    await filled(host);
    const events = await host.events();
    const script =
      'n=0; while [ $n -lt 60 ]; do n=$((n+1)); echo line $n; usleep 50000; done; exit 7';
    const run = host.spawn(host.runArguments(['--rm'], 'survivor', 'sh', '-c', script));
    await run.shows('line 10\n');
    const folder = onlyPod(host);
    const vm = podVmId(folder);
    assert.match(vm ?? '', /^parked-/);
    const [before = 0] = host.pids(SUPERVISOR);
    process.kill(before, 'SIGKILL');
    await run.shows('line 20\n');
    assert.is((await host.tasks()).get('survivor'), 'RUNNING');
    assert.is(await host.ok(...host.execArguments([], 'survivor', 'echo', 'in it')), 'in it');
    const [after] = host.pids(SUPERVISOR);
    assert.is.not(after, before);
    assert.is(podVmId(folder), vm);
    const { code, stdout } = await run.finished;
    assert.is(code, 7);
    // What was under way when the supervisor died may come twice, and nothing else.
    const lines = stdout.split('\n').slice(0, -1);
    const once = lines.filter((line, at) => line !== lines[at - 1]);
    assert.equal(
      once,
      Array.from({ length: 60 }, (_, n) => `line ${n + 1}`),
    );
    assert.ok(lines.length - once.length <= 1, stdout);
    const told = exits(events, 'survivor').filter((line) => line.endsWith('survivor 7'));
    assert.is(told.length, 1);
    await until('the pod is gone', () => listPodIds(host).length === 0);
  });

  test('one that does not answer is killed, and the pod starts as without a pool', async ({
    host,
  }) => {
    await filled(host);
    const pid = parked(host);
    const vms = readdirSync(join(host.run, 'vm')).filter((name) => name.startsWith('parked-'));
    assert.is(vms.length, 1);
    process.kill(pid, 'SIGSTOP');
    await host.ok(...host.runArguments(['-d'], 'late', ...SLEEP));
    assert.is(await host.ok(...host.execArguments([], 'late', 'echo', 'in it')), 'in it');
    const folder = onlyPod(host);
    assert.match(podVmId(folder) ?? '', /^ctr-/);
    const log = logOf(folder);
    assert.match(log, `parked supervisor ${pid}: it does not answer, and is killed`);
    assert.match(log, 'boots pod');
    await until('its VM is gone', () => !readdirSync(join(host.run, 'vm')).includes(vms[0] ?? ''));
    await host.remove('late');
  });

  test('a pod of another shape starts without, and is counted', async ({ host }) => {
    await filled(host);
    const { missed } = await status(host);
    const small = ['--annotation', 'io.lcow.memory=300m'];
    const run = await host.ctr(...host.runArguments(['--rm', ...small], 'small', 'echo', 'hi'));
    assert.equal(run, { code: 0, stdout: 'hi\n', stderr: '' });
    await until('it is counted', async () => (await status(host)).missed === missed + 1);
    assert.is(readdirSync(freeFolder(host)).length, 1);
  });

  test('kill -9 of the daemon: a claimed pod goes on; then of its holder: containerd tells the exit, its VM is gone', async ({
    host,
  }) => {
    await filled(host);
    const events = await host.events();
    await host.ok(...host.runArguments(['-d'], 'kept', ...SLEEP));
    assert.match(podVmId(onlyPod(host)) ?? '', /^parked-/);
    process.kill((await status(host)).pid, 'SIGKILL');
    await until('only its VM is left', () => host.pids(VMM).length === 1);
    assert.is(await host.ok(...host.execArguments([], 'kept', 'echo', 'in it')), 'in it');
    for (const pid of host.pids(HOLDER)) process.kill(pid, 'SIGKILL');
    await events.until(
      'exit',
      ({ topic, fields }) => topic === '/tasks/exit' && fields['id'] === 'kept',
    );
    await until('no task', async () => !(await host.tasks()).has('kept'));
    const told = exits(events, 'kept').filter((line) => line.startsWith('/tasks/exit kept '));
    assert.is(told.length, 1);
    await until('nothing runs', () => host.pids(SUPERVISOR).length + host.pids(VMM).length === 0);
    await host.ok('container', 'delete', 'kept');
    // Of a task that it does not find ctr leaves them.
    rmSync(join(host.folder, 'fifo'), { recursive: true, force: true });
    assert.match(await ok(host, 'doctor', '--fix'), /pool .*: removed/);
    assert.equal(await host.settledLeftovers(), []);
  });

  test.run();
}
