/**
 * A container over the whole of the Windows path: task and guest code -> hcs/windows -> FFI -> the C interface of
 * the stand-in -> the engine -> a real guest, whose agent dials the stand-in's Hyper-V sockets.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createHash } from 'node:crypto';
import { filesBelow } from '../harness/leftovers.ts';
import { skip } from '../harness/skip.ts';
import { NO_ENDPOINTS } from '../hcs/windows/stand-in-bench.ts';
import type { TaskPod } from '../runtime/task/task-pod.ts';
import { buildStandIn } from '../stand-in/build-stand-in.ts';
import { controlStandIn } from '../stand-in/stand-in-control.ts';
import {
  closeStandInHost,
  openStandInHost,
  openStandInPod,
  type StandInHost,
} from './stand-in-pod.ts';

interface Context extends StandInHost {
  pod: TaskPod;
}

const test = suite<Context>('a container over FFI');

test('a pod boots and its container starts', async (context) => {
  Object.assign(context, await openStandInHost());
  context.pod = await openStandInPod(context, NO_ENDPOINTS, { scratch: 'vhdx' });
  const { pod } = context;
  await pod.create('c', ['sh', '-c', 'echo hello from $(uname -s); exec sleep 100000']);
  await pod.tasks.start('c', '');
});

test.after(async (context) => {
  const { bridge, pod } = context;
  await pod?.end();
  const { computecore } = await buildStandIn();
  const { documents, operations, systems, grants, staleHandles } =
    controlStandIn(computecore).counters();
  const held = { documents, operations, systems, grants, staleHandles };
  assert.equal(held, { documents: 0, operations: 0, systems: 0, grants: 0, staleHandles: 0 });
  assert.equal(filesBelow(bridge.hvSockets), []);
  await closeStandInHost(context);
});

test('its output comes', async ({ pod }) => {
  await pod.recorder.of('c').shows('hello from Linux\n');
});

test('a process in it has an exit code, output and input', async ({ pod }) => {
  const body = 'x'.repeat(1_000_000);
  await pod.exec('c', 'sum', ['sh', '-c', 'sha256sum; echo no >&2; exit 7'], true);
  await pod.tasks.start('c', 'sum');
  const input = await pod.recorder.of('c', 'sum').connected;
  await input.write(Buffer.from(body));
  await pod.tasks.closeIo('c', 'sum', true);
  assert.is((await pod.tasks.wait('c', 'sum')).code, 7);
  await pod.tasks.delete('c', 'sum');
  const { text, faults } = pod.recorder.of('c', 'sum');
  assert.is(text.stdout, `${createHash('sha256').update(body).digest('hex')}  -\n`);
  assert.is(text.stderr, 'no\n');
  assert.equal(faults, []);
});

test('it is killed, and says so', async ({ pod }) => {
  await pod.tasks.kill('c', '', 9, false);
  assert.is((await pod.tasks.wait('c', '')).code, 137);
  await pod.tasks.delete('c', '');
});

try {
  await buildStandIn();
  test.run();
} catch (error) {
  skip(`a container over FFI: ${(error as Error).message}`);
}
