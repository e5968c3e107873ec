/** Limits that change while a container runs, what is counted, who runs in it, memory that runs out, the kernel's log. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { guestEvents, type GuestEvent } from '../../runtime/guest/events.ts';
import { METHODS } from '../../runtime/guest/methods.ts';
import { AgentVm, collect, IDLE, specOf } from './agent-vm.ts';

const test = suite<{ agent: AgentVm }>("resources of the agent's containers");
const DEADLINE_MS = 60_000;

test.before(async (context) => {
  context.agent = await AgentVm.boot('agent-resources');
});
test.after(async ({ agent }) => {
  assert.equal(await agent.end(), []);
});

/** Events until one fits. */
async function event<Kind extends GuestEvent['kind']>(
  agent: AgentVm,
  kind: Kind,
  fits: (event: Extract<GuestEvent, { kind: Kind }>) => boolean,
  options: { kernelLog?: boolean } = {},
): Promise<Extract<GuestEvent, { kind: Kind }>> {
  const signal = AbortSignal.timeout(DEADLINE_MS);
  for await (const found of guestEvents(agent.channel, { signal, ...options })) {
    const wanted = found as Extract<GuestEvent, { kind: Kind }>;
    if (found.kind === kind && fits(wanted)) return wanted;
  }
  throw new Error(`no event ${kind} came`);
}

test('memory, cpu and pids change while the container runs', async ({ agent }) => {
  const cgroup = {
    destination: '/sys/fs/cgroup',
    type: 'cgroup',
    source: 'cgroup',
    options: ['ro'],
  };
  const linux = { resources: { memory: { limit: 64 << 20 } } };
  await agent.create('live', specOf(IDLE, { mounts: [cgroup], linux }));
  await agent.start('live');
  const read = async (file: string) =>
    (await agent.sh('live', `cat /sys/fs/cgroup/${file}`)).out.trim();
  assert.is(await read('memory.max'), String(64 << 20));
  const update = (resources: object) =>
    agent.channel.call('update', METHODS.update, {
      id: 'live',
      resources: Buffer.from(JSON.stringify(resources)),
    });
  await update({ memory: { limit: 96 << 20, reservation: 32 << 20, swap: 96 << 20 } });
  assert.is(await read('memory.max'), String(96 << 20));
  assert.is(await read('memory.low'), String(32 << 20));
  await update({ cpu: { quota: 50_000, period: 200_000 } });
  assert.is(await read('cpu.max'), '50000 200000');
  await update({ cpu: { shares: 2048 } });
  assert.is(
    await read('cpu.weight'),
    '174',
    'twice the default shares, as runc 1.3 and crun convert them',
  );
  assert.is(await read('cpu.max'), '50000 200000', 'an update changes what it names');
  await update({ pids: { limit: 7 } });
  assert.is(await read('pids.max'), '7');
  await update({ unified: { 'cpu.weight': '55' } });
  assert.is(await read('cpu.weight'), '55');
  const stats = await agent.channel.call('stats', METHODS.stats, { id: 'live' });
  assert.is(stats.pidsLimit, 7);
  assert.is(stats.memoryLimitBytes, 96 << 20);
  const { err, code } = await agent.sh('live', 'for i in 1 2 3 4 5 6 7 8 9; do sleep 1 & done');
  assert.is.not(code, 0);
  assert.match(err, /fork/);
  await agent.delete('live');
});

test('statistics count what a container did', async ({ agent }) => {
  await agent.create('stats', specOf(IDLE));
  await agent.start('stats');
  const before = await agent.channel.call('stats', METHODS.stats, { id: 'stats' });
  await agent.sh(
    'stats',
    'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; head -c 3000000 /dev/zero >/dev/null; cat /bin/busybox >/tmp-file',
  );
  const after = await agent.channel.call('stats', METHODS.stats, { id: 'stats' });
  assert.ok(
    after.cpuUsageUs > before.cpuUsageUs + 10_000,
    `${before.cpuUsageUs} ${after.cpuUsageUs}`,
  );
  assert.ok(after.cpuUserUs + after.cpuSystemUs <= after.cpuUsageUs + 10_000);
  assert.ok(after.memoryBytes > 0 && after.memoryStat['file'] !== undefined);
  assert.is(after.memoryLimitBytes, 0);
  assert.is(Number(after.memoryEvents['oom_kill']), 0);
  assert.is(after.pids, 1);
  for (const pressure of [
    after.cpuSomeAvg10,
    after.cpuFullAvg10,
    after.memorySomeAvg10,
    after.memoryFullAvg10,
    after.ioSomeAvg10,
    after.ioFullAvg10,
  ]) {
    assert.ok(pressure >= 0 && pressure <= 100);
  }
  const vm = await agent.channel.call('stats', METHODS.stats, { id: '' });
  assert.ok(vm.cpuUsageUs >= after.cpuUsageUs);
  await agent.delete('stats');
});

test('processes are told with all that top shows', async ({ agent }) => {
  await agent.create('top', specOf(['sh', '-c', 'sleep 1111 & exec sleep 2222']));
  await agent.start('top');
  const { code } = await agent.sh(
    'top',
    'while [ "$(ps | grep -c "sleep [12]")" -lt 2 ]; do sleep 0.1; done',
    { user: { uid: 0, gid: 0 } },
  );
  assert.is(code, 0);
  const { pids } = await agent.channel.call('pids', METHODS.pids, { id: 'top' });
  const init = pids.find((process) => process.execId === 'init');
  const child = pids.find((process) => process.command === 'sleep 1111');
  assert.ok(init && child, JSON.stringify(pids));
  assert.is(init.command, 'sleep 2222');
  assert.is(init.namespacePid, 1);
  assert.is(init.ppid, 0);
  assert.is(child.ppid, init.pid);
  assert.is(child.namespacePpid, 1);
  assert.is(child.uid, 0);
  assert.is(child.state, 'S');
  assert.is(child.tty, '');
  assert.ok((child.startNs ?? 0) > 0 && (child.rssBytes ?? 0) > 0);
  await agent.delete('top');
});

test('a paused container stands still and goes on', async ({ agent }) => {
  const streams = await agent.create(
    'pause',
    specOf(['sh', '-c', 'while :; do echo tick; sleep 0.05; done']),
  );
  await agent.start('pause');
  let ticks = 0;
  streams.stdout.on('data', () => (ticks += 1));
  await new Promise((resolve) => streams.stdout.once('data', resolve));
  await agent.channel.call('pause', METHODS.pause, { id: 'pause' });
  const { containers } = await agent.channel.call('list', METHODS.list, {});
  assert.is(containers.find((container) => container.id === 'pause')?.status, 'paused');
  // What was under way arrives; then nothing more does.
  await agent.channel.call('ping', METHODS.ping, {});
  const seen = ticks;
  for (let n = 0; n < 20; n += 1) await agent.channel.call('ping', METHODS.ping, {});
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.ok(ticks <= seen + 1, `${ticks - seen} ticks while it was paused`);
  await agent.channel.call('resume', METHODS.resumeContainer, { id: 'pause' });
  await new Promise((resolve) => streams.stdout.once('data', resolve));
  await agent.delete('pause');
});

test('an out-of-memory kill is an event and marks the exit, also of a child while init lives', async ({
  agent,
}) => {
  const linux = { resources: { memory: { limit: 16 << 20, swap: 16 << 20 } } };
  const hog = 'x=a; while :; do x=$x$x; done';
  const streams = await agent.create(
    'oom',
    specOf(['sh', '-c', `(${hog}); sleep 1000`], { linux }),
  );
  const killed = event(agent, 'out-of-memory', ({ containerId }) => containerId === 'oom');
  await agent.start('oom');
  assert.ok((await killed).kills >= 1);
  const { containers } = await agent.channel.call('list', METHODS.list, {});
  assert.is(containers[0]?.status, 'running');
  const { memoryEvents } = await agent.channel.call('stats', METHODS.stats, { id: 'oom' });
  assert.ok(Number(memoryEvents['oom_kill']) >= 1);
  void streams;
  await agent.delete('oom');
  const second = await agent.create('oom2', specOf(['sh', '-c', hog], { linux }));
  await agent.start('oom2');
  const { exit } = await collect(second);
  assert.is(exit.code, 137);
  assert.ok(exit.oomKilled);
  await agent.delete('oom2');
});

test("the kernel's log is followed and read", async ({ agent }) => {
  const text = `lcow test ${process.pid}`;
  const line = event(agent, 'kernel-log', (found) => found.text.includes(text), {
    kernelLog: true,
  });
  const spec = specOf(['sh', '-c', `while :; do echo "<4>${text}" >/dev/kmsg; sleep 0.2; done`], {
    rest: { annotations: { 'io.lcow.privileged': 'true' } },
  });
  await agent.create('log', spec);
  await agent.start('log');
  assert.is((await line).level, 4);
  const log = await agent.channel.call('kernel log', METHODS.kernelLog, {});
  assert.match(log.text, new RegExp(text));
  await agent.delete('log');
});

test.run();
