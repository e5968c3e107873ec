/** The task service over a real VM: every verb, a pod of two, the VM's death, and a supervisor that goes and comes. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ComputeService } from '../../../hcs/service.ts';
import { findBootFiles } from '../../../linuxkit/manifest.ts';
import { CONTAINER_RECORD_VERSION } from '../../../runtime/container/container-record.ts';
import { openHostService } from '../../../runtime/host-service.ts';
import { openImageStore } from '../../../runtime/image/image-store.ts';
import { createScratch } from '../../../runtime/rootfs/scratch.ts';
import { containerSpec } from '../../../runtime/task/container-spec.ts';
import { decodeMetrics } from '../../../runtime/task/metrics.ts';
import { openTasks } from '../../../runtime/task/open-tasks.ts';
import type { PodTasks } from '../../../runtime/task/pod-tasks.ts';
import type { TaskEvent } from '../../../runtime/task/task-event.ts';
import { LcowHost } from '../../harness/lcow-host.ts';
import { rejection } from '../../harness/rejection.ts';
import { Recorder } from './recording-io.ts';

interface Context {
  host: LcowHost;
  layers: readonly string[];
  pod: Pod;
}
const test = suite<Context>('tasks');
let pods = 0;

/** One pod and what was told of it, over its supervisors. */
class Pod {
  readonly host: LcowHost;
  readonly layers: readonly string[];
  readonly id = `pod-${(pods += 1)}`;
  readonly recorder = new Recorder();
  readonly events: TaskEvent[] = [];
  readonly lines: string[] = [];
  tasks!: PodTasks;
  service!: ComputeService;
  life = { alive: true };

  constructor(host: LcowHost, layers: readonly string[]) {
    this.host = host;
    this.layers = layers;
  }

  async open(adopt = false): Promise<this> {
    const { data, run } = this.host;
    this.service = await openHostService({ data, run });
    const life = { alive: true };
    this.life = life;
    const { Execution } = await this.service.properties();
    this.tasks = await openTasks({
      service: this.service,
      execution: Execution,
      bootFiles: await findBootFiles(),
      pod: {
        version: CONTAINER_RECORD_VERSION,
        id: this.id,
        createdAt: new Date().toISOString(),
        lone: false,
        labels: {},
        shape: { network: 'none', ports: [] },
      },
      directory: join(run, 'pod', this.id),
      io: this.recorder.factory(life),
      emit: (event) => {
        if (life.alive) this.events.push(event);
      },
      log: (line) => this.lines.push(line),
      adopt,
    });
    return this;
  }

  async create(
    id: string,
    command: readonly string[],
    more: { memoryBytes?: number; stdin?: boolean; terminal?: boolean } = {},
  ): Promise<void> {
    const bundle = join(this.host.folder, 'bundle', this.id, id);
    await mkdir(bundle, { recursive: true });
    const { memoryBytes, stdin = false, terminal = false } = more;
    const spec = containerSpec({
      ...{ id, image: { cmd: ['sh'] }, command },
      ...(memoryBytes === undefined ? {} : { memoryBytes }),
      ...(terminal ? { terminal: { width: 80, height: 24 } } : {}),
    });
    await writeFile(join(bundle, 'config.json'), JSON.stringify(spec));
    const scratch = join(bundle, 'scratch.vhd');
    await createScratch(scratch, 2 ** 30);
    const parents = JSON.stringify([...this.layers].reverse());
    const options = ['rw', `parentLayerPaths=${parents}`];
    await this.tasks.create({
      ...{ id, bundle, terminal, stdin: stdin ? 'hub:' : '' },
      ...{ stdout: 'hub:', stderr: terminal ? '' : 'hub:' },
      rootfs: [{ type: 'lcow-layer', source: bundle, target: '', options }],
    });
  }

  async exec(id: string, execId: string, args: readonly string[]): Promise<void> {
    await this.tasks.exec({
      ...{ id, execId, terminal: false, stdin: '', stdout: 'hub:', stderr: 'hub:' },
      process: Buffer.from(JSON.stringify(processOf(args))),
    });
  }

  kinds(id: string): string[] {
    return this.events
      .filter(({ containerId }) => containerId === id)
      .map((event) =>
        'execId' in event && event.execId ? `${event.kind}:${event.execId}` : event.kind,
      );
  }

  async end(): Promise<void> {
    await this.tasks[Symbol.asyncDispose]();
    await this.service[Symbol.asyncDispose]();
    await rm(join(this.host.run, 'pod', this.id), { recursive: true, force: true });
  }
}

function processOf(args: readonly string[]) {
  return { args, env: ['PATH=/bin:/sbin'], cwd: '/', user: { uid: 0, gid: 0 } };
}

test.before(async (context) => {
  context.host = new LcowHost();
  const images = openImageStore(context.host.data);
  context.layers = (await images.resolve(context.host.busybox)).layers;
  context.pod = await new Pod(context.host, context.layers).open();
});

test.after(async ({ host, pod }) => {
  await pod.end();
  const left = await host.settledLeftovers();
  await host[Symbol.asyncDispose]();
  assert.equal(left, []);
});

test('a task from create to delete, with events in order and its output whole', async ({ pod }) => {
  const { tasks, recorder } = pod;
  await pod.create('life', ['sh', '-c', 'echo out; echo err >&2; exit 7']);
  assert.is((await tasks.state('life', '')).status, 'created');
  const waiting = tasks.wait('life', '');
  const { pid } = await tasks.start('life', '');
  assert.ok(pid >= 1);
  const exit = await waiting;
  assert.is(exit.code, 7);
  assert.ok(Math.abs(exit.exitedAtMs - Date.now()) < 60_000);
  const again = await rejection(tasks.kill('life', '', 9, true));
  assert.match(String(again), /process already finished/);
  const deleted = await tasks.delete('life', '');
  assert.is(deleted.exit.code, 7);
  assert.equal(recorder.of('life').text, { stdout: 'out\n', stderr: 'err\n' });
  assert.equal(recorder.of('life').faults, []);
  assert.equal(recorder.of('life').exits.length, 1);
  assert.equal(pod.kinds('life'), ['create', 'start', 'exit', 'delete']);
  assert.match(String(await rejection(tasks.delete('life', ''))), /container not created/);
  assert.equal(tasks.vm.devices, { disks: [], shares: [], nextShare: 0 });
});

test('a failed create leaves nothing and tells nothing', async ({ pod }) => {
  const { tasks } = pod;
  const error = await rejection(
    pod.create('broken', ['/no/such/thing']).then(() => tasks.start('broken', '')),
  );
  assert.match(String(error), /no such file|not found/i);
  await tasks.kill('broken', '', 9, true).catch(() => {});
  await tasks.wait('broken', '').catch(() => {});
  await tasks.delete('broken', '').catch(() => {});
  const bundle = await mkdtemp(join(pod.host.folder, 'bad-'));
  const options = ['rw', `parentLayerPaths=${JSON.stringify(pod.layers)}`];
  await writeFile(
    join(bundle, 'config.json'),
    JSON.stringify({
      ...containerSpec({ id: 'x', image: { cmd: ['sh'] } }),
      process: { ...processOf(['sh']), user: { uid: 0, gid: 0, username: 'nobody-is-called-so' } },
    }),
  );
  const before = pod.events.length;
  const create = tasks.create({
    ...{ id: 'bad', bundle, terminal: false, stdin: '', stdout: '', stderr: '' },
    rootfs: [{ type: 'lcow-layer', source: '', target: '', options }],
  });
  assert.match(String(await rejection(create)), /nobody-is-called-so/);
  assert.is(pod.events.length, before);
  assert.equal(tasks.ids, []);
  assert.equal(tasks.vm.devices.disks, []);
});

test('execs: their own output and exit, a failed one is deleted, the init exits last', async ({
  pod,
}) => {
  const { tasks, recorder } = pod;
  await pod.create('execs', ['sleep', '1000']);
  await tasks.start('execs', '');
  await pod.exec('execs', 'one', ['sh', '-c', 'echo from one; exit 3']);
  assert.match(String(await rejection(pod.exec('execs', 'one', ['true']))), /one is taken/);
  await tasks.start('execs', 'one');
  assert.is((await tasks.wait('execs', 'one')).code, 3);
  await tasks.delete('execs', 'one');
  assert.is(recorder.of('execs', 'one').text.stdout, 'from one\n');
  await pod.exec('execs', 'none', ['/no/such/command']);
  const failed = await rejection(tasks.start('execs', 'none'));
  assert.is((failed as { code?: string }).code, 'command-not-found');
  assert.is((await tasks.delete('execs', 'none')).exit.code, 127);
  await pod.exec('execs', 'long', ['sleep', '1000']);
  await tasks.start('execs', 'long');
  const pids = await tasks.pids('execs');
  assert.is(pids.filter(({ execId }) => execId === 'long').length, 1);
  await tasks.kill('execs', '', 9, false);
  assert.is((await tasks.wait('execs', '')).code, 137);
  assert.is((await tasks.state('execs', 'long')).exit?.code, 137);
  await tasks.delete('execs', '');
  assert.equal(pod.kinds('execs').slice(-3), ['exit:long', 'exit', 'delete']);
});

test('an exec of true takes little more here than in the guest', async ({ pod }) => {
  const { tasks } = pod;
  await pod.create('fast', ['sleep', '1000']);
  await tasks.start('fast', '');
  const took: number[] = [];
  for (let round = 0; round < 15; round += 1) {
    await pod.exec('fast', `r${round}`, ['true']);
    const begin = performance.now();
    await tasks.start('fast', `r${round}`);
    await tasks.wait('fast', `r${round}`);
    took.push(performance.now() - begin);
    await tasks.delete('fast', `r${round}`);
  }
  took.sort((a, b) => a - b);
  process.stdout.write(`exec true, start to exit: median ${took[7]?.toFixed(1)} ms\n`);
  assert.ok((took[7] ?? 0) < 500);
  await tasks.kill('fast', '', 9, true);
  await tasks.wait('fast', '');
  await tasks.delete('fast', '');
});

test('kill of a created task, pause, resume, update, stats, stdin', async ({ pod }) => {
  const { tasks, recorder } = pod;
  await pod.create('idle', ['sleep', '1000']);
  await tasks.kill('idle', '', 9, true);
  assert.is((await tasks.wait('idle', '')).code, 137);
  await tasks.delete('idle', '');
  assert.equal(pod.kinds('idle'), ['create', 'exit', 'delete']);

  await pod.create('verbs', ['cat'], { stdin: true, memoryBytes: 64 << 20 });
  await tasks.start('verbs', '');
  const recording = recorder.of('verbs');
  await recording.input?.write(Buffer.from('hello\n'));
  await recording.shows('hello');
  await tasks.pause('verbs');
  assert.is((await tasks.state('verbs', '')).status, 'paused');
  assert.match(String(await rejection(pod.exec('verbs', 'x', ['true']))), /it is paused/);
  await tasks.resume('verbs');
  await tasks.update(
    'verbs',
    Buffer.from(JSON.stringify({ memory: { limit: 96 << 20 }, pids: { limit: 33 } })),
  );
  const metrics = decodeMetrics(await tasks.stats('verbs'));
  assert.is(metrics.memory?.usageLimit, 96 << 20);
  assert.is(metrics.pids?.limit, 33);
  assert.ok((metrics.pids?.current ?? 0) >= 1);
  await tasks.closeIo('verbs', '', true);
  assert.is((await tasks.wait('verbs', '')).code, 0);
  await tasks.delete('verbs', '');
  assert.equal(pod.kinds('verbs'), ['create', 'start', 'paused', 'resumed', 'exit', 'delete']);
});

test('out of memory is told before the exit, which says so', async ({ pod }) => {
  const { tasks } = pod;
  await pod.create('hungry', ['sh', '-c', 'exec dd if=/dev/zero of=/dev/null bs=200M count=1'], {
    memoryBytes: 32 << 20,
  });
  await tasks.start('hungry', '');
  const exit = await tasks.wait('hungry', '');
  assert.is(exit.code, 137);
  assert.ok(exit.oomKilled);
  await tasks.delete('hungry', '');
  assert.equal(pod.kinds('hungry'), ['create', 'start', 'oom', 'exit', 'delete']);
});

test('two containers share their layers, and removing one touches no other', async ({ pod }) => {
  const { tasks, recorder } = pod;
  await pod.create('left', ['sh', '-c', 'echo left > /mark; sleep 1000']);
  await pod.create('right', ['sh', '-c', 'cat; ls /mark; echo done'], { stdin: true });
  assert.is(tasks.vm.devices.disks.length, pod.layers.length + 2);
  await tasks.start('left', '');
  await tasks.start('right', '');
  await tasks.kill('left', '', 9, true);
  await tasks.wait('left', '');
  await tasks.delete('left', '');
  assert.is(tasks.vm.devices.disks.length, pod.layers.length + 1);
  const recording = recorder.of('right');
  await recording.input?.write(Buffer.from('still here\n'));
  await tasks.closeIo('right', '', true);
  assert.is((await tasks.wait('right', '')).code, 0);
  await tasks.delete('right', '');
  assert.is(recording.text.stdout, 'still here\ndone\n');
  assert.match(recording.text.stderr, /No such file/);
});

test('a reader that takes nothing does not keep the exit back', async ({ pod }) => {
  const { tasks, recorder } = pod;
  let open: () => void = () => {};
  await pod.create('stalled', ['sh', '-c', 'head -c 300000 /dev/zero; exit 5']);
  recorder.of('stalled').gate = new Promise((resolve) => {
    open = resolve;
  });
  await tasks.start('stalled', '');
  assert.is((await tasks.wait('stalled', '')).code, 5);
  assert.is(recorder.of('stalled').text.stdout.length, 0);
  const deleting = tasks.delete('stalled', '');
  open();
  await deleting;
  assert.is(recorder.of('stalled').text.stdout.length, 300_000);
});

test('a link that breaks is made again; nothing is lost and nothing comes twice', async ({
  pod,
}) => {
  const { tasks, recorder } = pod;
  await pod.create('steady', ['sh', '-c', COUNT], { stdin: true });
  await tasks.start('steady', '');
  const recording = recorder.of('steady');
  await recording.shows('\n40\n');
  const relinked = new Promise<void>((resolve) => tasks.vm.onRelinked(resolve));
  await (await tasks.vm.agent())[Symbol.asyncDispose]();
  await relinked;
  await recording.input?.write(Buffer.from('stop\n'));
  assert.is((await tasks.wait('steady', '')).code, 0);
  await tasks.delete('steady', '');
  assert.equal(recording.faults, []);
  checkCount(recording.text.stdout);
});

test('a supervisor that goes is followed by one that adopts: output goes on, exits are told once', async ({
  host,
  layers,
}) => {
  const pod = await new Pod(host, layers).open();
  try {
    await pod.create('counts', ['sh', '-c', COUNT], { stdin: true });
    await pod.create('ends', ['sh', '-c', 'read line; sleep 3; exit 9'], { stdin: true });
    await pod.create('waits', ['sleep', '1000']);
    for (const id of ['counts', 'ends', 'waits']) await pod.tasks.start(id, '');
    await pod.exec('waits', 'running', ['sleep', '1000']);
    await pod.tasks.start('waits', 'running');
    await pod.exec('waits', 'reserved', ['sh', '-c', 'echo late']);
    await pod.recorder.of('counts').shows('\n60\n');
    // It is as if killed: it takes nothing and tells nothing from here on.
    pod.life.alive = false;
    const first = pod.tasks;
    await pod.recorder.of('ends').input?.write(Buffer.from('go\n'));
    await first.letGo();
    await pod.service[Symbol.asyncDispose]();
    // Nobody is there to be told when it ends.
    await new Promise((resolve) => setTimeout(resolve, 6000));
    const known = pod.events.length;

    await pod.open(true);
    const { tasks, recorder } = pod;
    assert.equal(
      pod.events.slice(known).map(({ kind, containerId }) => `${kind} ${containerId}`),
      ['exit ends'],
    );
    const ended = await tasks.state('ends', '');
    assert.is(ended.exit?.code, 9);
    assert.ok((ended.exit?.exitedAtMs ?? 0) < Date.now());
    assert.is((await tasks.state('waits', 'running')).status, 'running');
    assert.is((await tasks.state('waits', 'reserved')).status, 'created');
    await tasks.start('waits', 'reserved');
    assert.is((await tasks.wait('waits', 'reserved')).code, 0);
    await recorder.of('waits', 'reserved').shows('late');
    const counting = recorder.of('counts');
    await counting.shows('\n200\n');
    await counting.input?.write(Buffer.from('stop\n'));
    assert.is((await tasks.wait('counts', '')).code, 0);
    for (const id of ['counts', 'ends']) await tasks.delete(id, '');
    assert.equal(counting.faults, []);
    checkCount(counting.text.stdout);

    // Once more, with nothing to tell.
    await tasks.letGo();
    await pod.service[Symbol.asyncDispose]();
    const before = pod.events.length;
    await pod.open(true);
    assert.is(pod.events.length, before);
    assert.is(pod.tasks.vm.devices.disks.length, layers.length + 1);
    await pod.tasks.stopAll(0);
    await pod.tasks.delete('waits', '');
    assert.equal(pod.tasks.vm.devices.disks, []);
  } finally {
    await pod.end();
  }
});

test('a VM that is killed ends every process at once, with the cause', async ({ host, layers }) => {
  const pod = await new Pod(host, layers).open();
  try {
    const { tasks } = pod;
    for (const id of ['p', 'q']) {
      await pod.create(id, ['sleep', '1000']);
      await tasks.start(id, '');
    }
    await pod.exec('p', 'e', ['sleep', '1000']);
    await tasks.start('p', 'e');
    const begin = performance.now();
    const waits = [tasks.wait('p', ''), tasks.wait('q', ''), tasks.wait('p', 'e')];
    await tasks.vm.system.terminate();
    for (const exit of await Promise.all(waits)) {
      assert.is(exit.code, 137);
      assert.match(exit.error ?? '', /the VM exited/);
    }
    assert.ok(performance.now() - begin < 2000);
    assert.match(await tasks.vmEnded, /the VM exited/);
    assert.equal(pod.kinds('p').slice(-2), ['exit:e', 'exit']);
    for (const id of ['p', 'q']) await tasks.delete(id, '');
    assert.is(
      ((await rejection(pod.create('r', ['true']))) as { code?: string }).code,
      'unavailable',
    );
  } finally {
    await pod.end();
  }
});

/** Counts until a line comes on stdin; `read` in a child, so that the counting does not wait. */
const COUNT = `exec 3<&0; (read line <&3; kill $$) & i=0; trap 'echo end; exit 0' TERM
while true; do i=$((i+1)); echo $i; usleep 1000; done`;

/** 1, 2, 3, ... each once. */
function checkCount(text: string): void {
  const lines = text.split('\n');
  const wrong = lines.slice(0, -2).findIndex((line, index) => line !== String(index + 1));
  assert.ok(
    wrong < 0 || lines[wrong] === 'end',
    `line ${wrong + 1} is ${JSON.stringify(lines[wrong])}`,
  );
  assert.is(lines.at(-2), 'end');
}

test.run();
