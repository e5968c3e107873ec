/** Events to containerd: in order, one at a time, each once, whatever goes away in between. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RuntimeError } from '../../../runtime/errors.ts';
import type { Clock } from '../../../runtime/supervisor/clock.ts';
import { EventForwarder } from '../../../runtime/supervisor/event-forwarder.ts';
import { EventOutbox, OUTBOX_EVENTS_MAX } from '../../../runtime/supervisor/event-outbox.ts';
import type { TaskEvent } from '../../../runtime/task/task-event.ts';
import type { TaskRecord } from '../../../runtime/task/task-record.ts';
import { FakeContainerd } from './fake-containerd.ts';

const root = mkdtempSync(join(tmpdir(), 'lcow-events-'));
let count = 0;

interface World extends AsyncDisposable {
  readonly folder: string;
  readonly containerd: FakeContainerd;
  readonly lines: string[];
  /** Waits that were asked for, in milliseconds; each is over at once. */
  readonly waits: number[];
  forwarder(adopt: boolean, isTakenBack?: (id: string) => boolean): EventForwarder;
}

function world(): World {
  const folder = mkdtempSync(join(root, 'w'));
  const containerd = new FakeContainerd(join(root, `${(count += 1)}.sock`));
  const lines: string[] = [];
  const waits: number[] = [];
  const made: EventForwarder[] = [];
  const clock: Clock = {
    wallMs: () => 1_700_000_000_123,
    monotonicMs: () => performance.now(),
    after: (ms, call) => {
      if (ms <= 5000) waits.push(ms);
      const timer = setTimeout(call, ms > 5000 ? ms : 1);
      return () => clearTimeout(timer);
    },
  };
  return {
    ...{ folder, containerd, lines, waits },
    forwarder: (adopt, isTakenBack) => {
      const log = (text: string): void => void lines.push(text);
      const forwarder = new EventForwarder({
        containerd: { namespace: 'ns1', ttrpcAddress: containerd.path },
        outbox: new EventOutbox(folder, { adopt, log }),
        ...{ log, clock },
        ...(isTakenBack === undefined ? {} : { isTakenBack }),
      });
      made.push(forwarder);
      return forwarder;
    },
    async [Symbol.asyncDispose]() {
      for (const each of made) await each[Symbol.asyncDispose]();
      await containerd.stop();
    },
  };
}

const start = (containerId: string): TaskEvent => ({ kind: 'start', containerId, pid: 5 });
const exit = (containerId: string, execId = '', exitStatus = 3): TaskEvent => ({
  ...{ kind: 'exit', containerId, execId, pid: 5, exitStatus, exitedAtMs: 1000 },
  oomKilled: false,
});
const deleted = (containerId: string): TaskEvent => ({
  ...{ kind: 'delete', containerId, pid: 5, exitStatus: 3, exitedAtMs: 1000 },
});

test('an event comes with namespace, topic, time and the bare name of its type', async () => {
  await using w = world();
  await w.containerd.listen();
  w.forwarder(false).forward(exit('c1'));
  await w.containerd.has(1);
  const [first] = w.containerd.forwarded;
  assert.ok(first);
  const { event, ...rest } = first;
  assert.equal(rest, {
    ...{ namespace: 'ns1', metadata: 'ns1', topic: '/tasks/exit' },
    ...{ typeUrl: 'containerd.events.TaskExit', atMs: 1_700_000_000_123 },
  });
  assert.equal(event, exit('c1'));
});

test('events come in order, one call at a time', async () => {
  await using w = world();
  await w.containerd.listen();
  const forwarder = w.forwarder(false);
  for (let n = 0; n < 50; n += 1) forwarder.forward(exit('c1', `e${n}`));
  assert.ok(await forwarder.flush(10_000));
  const ids = w.containerd.forwarded.map(({ event }) => 'execId' in event && event.execId);
  assert.equal(
    ids,
    Array.from({ length: 50 }, (_, n) => `e${n}`),
  );
  assert.is(w.containerd.callsMax, 1);
});

test('a containerd that is away is waited for, longer each time', async () => {
  await using w = world();
  const forwarder = w.forwarder(false);
  forwarder.forward(start('c1'));
  forwarder.forward(exit('c1'));
  while (w.waits.length < 4) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.equal(w.waits.slice(0, 4), [1000, 2000, 3000, 4000]);
  await w.containerd.listen();
  await w.containerd.has(2);
  assert.equal(w.containerd.kinds, ['start', 'exit']);
  assert.is(w.lines.filter((line) => line.includes('is not told /tasks/start')).length, 1);
});

test('a connection that containerd closed is made anew at once', async () => {
  await using w = world();
  await w.containerd.listen();
  const forwarder = w.forwarder(false);
  forwarder.forward(start('c1'));
  await w.containerd.has(1);
  await w.containerd.stop();
  await w.containerd.listen();
  forwarder.forward(exit('c1'));
  await w.containerd.has(2);
  assert.equal(w.waits, []);
});

test('an event that is refused five times is dropped and said, and the next is told', async () => {
  await using w = world();
  await w.containerd.listen();
  const refusal = new RuntimeError('invalid-argument', 'take it', 'no');
  w.containerd.refusals.push(...Array.from({ length: 5 }, () => refusal));
  const forwarder = w.forwarder(false);
  forwarder.forward(start('c1'));
  forwarder.forward(exit('c1'));
  await w.containerd.has(1);
  assert.equal(w.containerd.kinds, ['exit']);
  assert.ok(w.lines.some((line) => line.includes('/tasks/start is dropped after 5 attempts')));
});

test('more than wait may wait is dropped and said', async () => {
  await using w = world();
  const forwarder = w.forwarder(false);
  for (let n = 0; n < OUTBOX_EVENTS_MAX + 3; n += 1) forwarder.forward(exit('c1', `e${n}`));
  assert.ok(w.lines.some((line) => line.includes('events for containerd are lost from now on')));
  await w.containerd.listen();
  await w.containerd.has(OUTBOX_EVENTS_MAX);
  forwarder.forward(start('c2'));
  await w.containerd.has(OUTBOX_EVENTS_MAX + 1);
  assert.ok(w.lines.some((line) => line.includes('3 events for containerd were lost')));
});

test('a later supervisor tells what the one before did not, once', async () => {
  await using w = world();
  await w.containerd.listen();
  const first = w.forwarder(false);
  first.forward(start('c1'));
  assert.ok(await first.flush(10_000));
  await w.containerd.stop();
  first.forward(exit('c1', 'e1'));
  first.forward(exit('c1'));
  await first[Symbol.asyncDispose]();
  await w.containerd.listen();
  const second = w.forwarder(true);
  await w.containerd.has(3);
  assert.ok(await second.flush(10_000));
  assert.equal(w.containerd.kinds, ['start', 'exit', 'exit']);
  await second[Symbol.asyncDispose]();
  await using third = w.forwarder(true);
  assert.ok(await third.flush(10_000));
  assert.is(w.containerd.forwarded.length, 3);
});

test('an exit that was written down and told nobody is told at adoption', async () => {
  await using w = world();
  await w.containerd.listen();
  const first = w.forwarder(false);
  first.forward(exit('told', 'e1'));
  assert.ok(await first.flush(10_000));
  await first[Symbol.asyncDispose]();
  const second = w.forwarder(true);
  second.tellUntold([recordOf('told', { e1: 0, e2: 4, never: undefined }), recordOf('c2', {}, 9)]);
  assert.ok(await second.flush(10_000));
  const told = w.containerd.forwarded.map(({ event }) =>
    event.kind === 'exit' ? `${event.containerId}/${event.execId} ${event.exitStatus}` : '',
  );
  assert.equal(told, ['told/e1 3', 'told/e2 4', 'c2/ 9']);
  second.tellUntold([recordOf('told', { e1: 0, e2: 4 }), recordOf('c2', {}, 9)]);
  await second.flush(10_000);
  assert.is(w.containerd.forwarded.length, 3);
});

test('the end of a container that containerd tells itself is not told', async () => {
  await using w = world();
  await w.containerd.listen();
  const forwarder = w.forwarder(false, (id) => id === 'back');
  forwarder.forward(exit('back', 'e1'));
  forwarder.forward(exit('back'));
  forwarder.forward(deleted('back'));
  forwarder.forward(exit('c1'));
  assert.ok(await forwarder.flush(10_000));
  const told = w.containerd.forwarded.map(({ event }) => event.containerId);
  assert.equal(told, ['back', 'c1']);
});

test('what was told is not kept for ever', async () => {
  await using w = world();
  await w.containerd.listen();
  const forwarder = w.forwarder(false);
  for (let n = 0; n < 3000; n += 1) {
    forwarder.forward(exit('c1', `e${n}`));
    forwarder.forget('c1', `e${n}`);
    if (n % 500 === 499) await forwarder.flush(10_000);
  }
  assert.ok(statSync(join(w.folder, 'outbox.jsonl')).size < 600 * 1024);
  assert.is(w.containerd.forwarded.length, 3000);
});

test('lines that are torn or none of ours count as absent', async () => {
  await using w = world();
  const first = w.forwarder(false);
  first.forward(start('c1'));
  await first[Symbol.asyncDispose]();
  appendFileSync(
    join(w.folder, 'outbox.jsonl'),
    '{"n":"x"}\n[]\n{"done":null}\n{"n":3,"at":1,"top',
  );
  const second = w.forwarder(true);
  await w.containerd.listen();
  await second.flush(10_000);
  assert.equal(w.containerd.kinds, ['start']);
  assert.ok(readFileSync(join(w.folder, 'outbox.jsonl'), 'utf8').endsWith('\n'));
});

function recordOf(
  id: string,
  execs: Record<string, number | undefined>,
  code?: number,
): TaskRecord {
  const stdio = { terminal: false, stdin: '', stdout: '', stderr: '', started: true };
  const process = (pid: number, status: number | undefined) => ({
    ...{ ...stdio, pid },
    ...(status === undefined ? {} : { exit: { code: status, exitedAtMs: 1000, oomKilled: false } }),
  });
  return {
    ...{ version: 1, id, bundle: '/b', rootfs: [], phase: 'created', eventsAfter: 0, oomKills: 0 },
    init: process(5, code),
    execs: Object.fromEntries(
      Object.entries(execs).map(([execId, status]) => [execId, process(6, status)]),
    ),
  };
}

test.after(() => rmSync(root, { recursive: true }));
test.run();
