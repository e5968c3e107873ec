import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  addToHost,
  hostCountersStamp,
  readHostCounters,
  readPodCounters,
  writePodCounters,
} from '../../../runtime/supervisor/counter-file.ts';
import { ObservedTasks } from '../../../runtime/supervisor/observed-tasks.ts';
import type { CreateTask, TaskService } from '../../../runtime/task/task-service.ts';
import { newCounters } from '../../../runtime/telemetry/counters.ts';
import { PodTelemetry } from '../../../runtime/telemetry/pod-telemetry.ts';
import { Timeline } from '../../../runtime/timeline.ts';

function podTelemetry(timeline = new Timeline()): PodTelemetry {
  return new PodTelemetry({ pod: 'p', timeline, log: assert.unreachable, env: {} });
}

test('the first start has its VM, by how that came, and each phase its time', () => {
  const timeline = new Timeline();
  timeline.markGuest('agent answers', 400);
  timeline.markGuest('rootfs', 700);
  const telemetry = podTelemetry(timeline);
  telemetry.templateIs('hit');
  telemetry.created('a', { fromMs: 100, toMs: 900 }, undefined);
  telemetry.started('a', { fromMs: 2000, toMs: 2050 });
  const { starts, startSeconds, templates } = telemetry.counters;
  assert.equal(starts.clone, { ok: 1, failed: 0 });
  assert.is(templates.hit, 1);
  const sums = Object.entries(startSeconds.clone).map(([phase, { sum }]) => [
    phase,
    Math.round(sum * 1000),
  ]);
  assert.equal(Object.fromEntries(sums), {
    ...{ vm: 400, root: 300, container: 200, process: 50 },
    // Without the time in which the caller did other things.
    total: 950,
  });
});

test('a container in a VM that ran before is told apart, and so is a template of no use', () => {
  const timeline = new Timeline();
  timeline.markGuest('agent answers', 400);
  const telemetry = podTelemetry(timeline);
  telemetry.templateIs('hit');
  telemetry.templateIs('fallback');
  for (const [id, fromMs] of [
    ['a', 100],
    ['b', 5000],
  ] as const) {
    telemetry.created(id, { fromMs, toMs: fromMs + 500 }, undefined);
    telemetry.started(id, { fromMs: fromMs + 500, toMs: fromMs + 600 });
  }
  const { starts, templates, startSeconds } = telemetry.counters;
  assert.equal([starts.cold.ok, starts.clone.ok, starts.shared.ok], [1, 0, 1]);
  assert.equal(templates, { hit: 1, miss: 0, fallback: 1 });
  assert.is(Math.round(startSeconds.shared.total.sum * 1000), 600);
  assert.is(startSeconds.shared.vm.sum, 0);
});

test("the pool's begins when it is claimed", () => {
  const timeline = new Timeline();
  const telemetry = podTelemetry(timeline);
  telemetry.claimed(60_000);
  telemetry.created('a', { fromMs: 60_010, toMs: 60_040 }, undefined);
  telemetry.started('a', { fromMs: 60_040, toMs: 60_050 });
  const { starts, startSeconds } = telemetry.counters;
  assert.is(starts.pool.ok, 1);
  assert.is(Math.round(startSeconds.pool.total.sum * 1000), 50);
});

test('starts and execs that fail are counted as that, and callers are told the same error', async () => {
  const telemetry = podTelemetry();
  const failure = new Error('no');
  const refused = (): Promise<never> => Promise.reject(failure);
  const service = { create: refused, exec: refused, start: refused } as unknown as TaskService;
  const tasks = new ObservedTasks(service, telemetry);
  for (const call of [
    () => tasks.create({ id: 'a' } as CreateTask),
    () => tasks.exec({ id: 'a', execId: 'e' } as never),
    () => tasks.start('a', 'e'),
  ]) {
    let thrown: unknown;
    await call().catch((error: unknown) => {
      thrown = error;
    });
    assert.is(thrown, failure);
  }
  assert.is(telemetry.counters.starts.cold.failed, 1);
  assert.is(telemetry.counters.execs.failed, 2);
});

test('the trace goes to who notes it, and not to the task service', async () => {
  let created: CreateTask | undefined;
  const service = {
    create: async (request: CreateTask) => {
      created = request;
      return { pid: 1 };
    },
  } as unknown as TaskService;
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  await new ObservedTasks(service, podTelemetry()).create({ id: 'a', traceparent } as CreateTask);
  assert.equal(created, { id: 'a' });
});

test('restarts are those that nobody asked for', () => {
  const telemetry = podTelemetry();
  const started = { kind: 'start', containerId: 'a' };
  telemetry.created('a', { fromMs: 1, toMs: 2 }, undefined);
  telemetry.event(started);
  assert.is(telemetry.counters.restarts, 0);
  telemetry.event(started);
  telemetry.event(started);
  assert.is(telemetry.counters.restarts, 2);
  telemetry.forget('a');
  telemetry.created('a', { fromMs: 3, toMs: 4 }, undefined);
  telemetry.event(started);
  telemetry.event({ kind: 'oom', containerId: 'a' });
  assert.is(telemetry.counters.restarts, 2);
  assert.is(telemetry.counters.oomKills, 1);
});

test('a supervisor goes on from what the one before it counted', () => {
  const before = podTelemetry();
  before.execAdded('a', 'e', { fromMs: 1, toMs: 2 });
  before.execStarted('a', 'e', { fromMs: 2, toMs: 5 });
  const after = podTelemetry();
  after.adopted(JSON.parse(JSON.stringify(before.counters)));
  assert.is(after.counters.execs.ok, 1);
  assert.is(after.counters.adoptions, 1);
  assert.is(Math.round(after.counters.execSeconds.sum * 1000), 4);
});

test("a pod's numbers become the host's once, also of many pods at once, and a broken file is none", async () => {
  const data = mkdtempSync(join(tmpdir(), 'lcow-counters-'));
  try {
    const one = newCounters();
    one.execs.ok = 1;
    const folder = data;
    writePodCounters(folder, one);
    assert.equal(readPodCounters(folder), one);
    await Promise.all(Array.from({ length: 20 }, () => addToHost({ data }, folder, one)));
    assert.is(readPodCounters(folder), undefined);
    assert.is(readHostCounters({ data }).execs.ok, 20);
    const stamp = hostCountersStamp({ data });
    await addToHost({ data }, join(data, 'gone'), one);
    assert.is.not(hostCountersStamp({ data }), stamp);
    assert.equal(readdirSync(join(data, 'metrics')), ['counters.json']);
    writeFileSync(join(data, 'metrics', 'counters.json'), '{"execs":');
    assert.is(readHostCounters({ data }).execs.ok, 0);
    await addToHost({ data }, folder, one);
    assert.is(readHostCounters({ data }).execs.ok, 1);
    // A folder that went meanwhile is no error.
    writePodCounters(join(data, 'gone'), one);
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
});

test.run();
