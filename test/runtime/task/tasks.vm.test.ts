/** The task service over a real VM: every verb, and a pod of two containers. */
import { existsSync, statSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ComputeSystemDocument } from '../../../hcs/document/compute-system.ts';
import type { RuntimeError } from '../../../runtime/errors.ts';
import { openHostService } from '../../../runtime/host-service.ts';
import { containerSpec } from '../../../runtime/task/container-spec.ts';
import { CHECKPOINT_FILE } from '../../../runtime/task/guest-backend.ts';
import { decodeMetrics } from '../../../runtime/task/metrics.ts';
import { LcowHost } from '../../harness/lcow-host.ts';
import { rejection } from '../../harness/rejection.ts';
import { busyboxLayers, checkCount, COUNT, processOf, TaskPod } from './task-pod.ts';

interface Context {
  host: LcowHost;
  pod: TaskPod;
}
const test = suite<Context>('tasks');

test.before(async (context) => {
  context.host = new LcowHost();
  context.pod = await new TaskPod(context.host, await busyboxLayers(context.host)).open();
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

test('a checkpoint is the whole VM of a container that is alone in it; restored in its place, it goes on', async ({
  host,
  pod,
}) => {
  const refusal = async (id: string, path: string): Promise<[string, string]> => {
    const { code, message } = (await rejection(pod.tasks.checkpoint(id, path))) as RuntimeError;
    return [code, message];
  };
  const image = join(host.folder, 'image');
  const text = 'while :; do i=$((i+1)); echo $i > /dev/shm/m; mv /dev/shm/m /dev/shm/n; done';
  await pod.create('saved', ['sh', '-c', text]);
  assert.is((await refusal('saved', image))[0], 'invalid-state');
  await pod.tasks.start('saved', '');
  assert.match((await refusal('saved', 'image'))[1], /path is "image", not an absolute path/);
  await pod.create('other', ['true']);
  const [code, message] = await refusal('saved', image);
  assert.is(code, 'unsupported');
  assert.match(message, /its VM has 2 containers/);
  await pod.remove('other');
  assert.not(existsSync(image), 'a refusal leaves nothing');

  const counted = async (execId: string): Promise<number> => {
    await pod.exec('saved', execId, ['cat', '/dev/shm/n']);
    await pod.tasks.start('saved', execId);
    await pod.tasks.wait('saved', execId);
    await pod.tasks.delete('saved', execId);
    return Number(pod.recorder.of('saved', execId).text.stdout);
  };
  const before = await counted('before');
  await pod.tasks.checkpoint('saved', image);
  const file = join(image, CHECKPOINT_FILE);
  assert.is(statSync(file).mode & 0o077, 0, 'memory is nobody else’s to read');
  let later = await counted('later');
  // It goes on, well beyond what was saved.
  while (later < before + 1000) later = await counted('later');

  const { document } = pod.tasks.record as { document: ComputeSystemDocument };
  await pod.leave();
  const service = await openHostService(host);
  const system = await service.open(pod.id);
  await system.terminate();
  await system[Symbol.asyncDispose]();
  const { VirtualMachine } = document;
  const RestoreState = { SaveStateFilePath: file };
  const restored = await service.create(pod.id, {
    ...document,
    VirtualMachine: { ...VirtualMachine, RestoreState },
  });
  await restored.start();
  await restored[Symbol.asyncDispose]();
  await service[Symbol.asyncDispose]();
  await pod.open(true);
  assert.is((await pod.tasks.state('saved', '')).status, 'running');
  const after = await counted('after');
  assert.ok(after >= before && after < later, `${before} before, ${later} later, ${after} after`);
  // And once more, with its end.
  await pod.tasks.checkpoint('saved', `${image}-2`, true);
  assert.is((await pod.tasks.wait('saved', '')).code, 137);
  await pod.tasks.delete('saved', '');
  assert.equal(
    pod.events.filter(({ kind }) => kind === 'checkpointed'),
    [image, `${image}-2`].map((checkpoint) => ({
      ...{ kind: 'checkpointed', containerId: 'saved', checkpoint },
    })),
  );
});

test.run();
