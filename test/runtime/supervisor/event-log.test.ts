import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { TaskEvent } from '../../../runtime/task/task-event.ts';
import {
  EVENTS_KEPT,
  EventLog,
  SEQUENCES_A_SUPERVISOR,
} from '../../../runtime/supervisor/event-log.ts';
import { rejection } from '../../harness/rejection.ts';

const oom = (containerId: string): TaskEvent => ({ kind: 'oom', containerId });

test('a subscriber gets what was kept and what comes, in order and once', async () => {
  const log = new EventLog();
  for (let i = 0; i < 10; i += 1) log.append(oom(`a${i}`));
  const seen: number[] = [];
  const reading = (async () => {
    for await (const { sequence } of log.subscribe({ after: 4 })) seen.push(sequence);
  })();
  await new Promise((resolve) => setImmediate(resolve));
  for (let i = 0; i < 10; i += 1) log.append(oom(`b${i}`));
  log.close();
  await reading;
  assert.equal(
    seen,
    Array.from({ length: 16 }, (_, i) => i + 5),
  );
});

test('several subscribers read at their own pace', async () => {
  const log = new EventLog();
  const slow = log.subscribe();
  const fast = log.subscribe();
  log.append(oom('a'));
  assert.is((await fast.next()).value?.sequence, 1);
  log.append(oom('b'));
  assert.is((await fast.next()).value?.sequence, 2);
  assert.is((await slow.next()).value?.sequence, 1);
  assert.is((await slow.next()).value?.sequence, 2);
});

test('a subscriber that lost events is told so', async () => {
  const log = new EventLog();
  log.append(oom('first'));
  const subscriber = log.subscribe();
  await subscriber.next();
  for (let i = 0; i < 3 * EVENTS_KEPT; i += 1) log.append(oom('more'));
  const error = await rejection(subscriber.next());
  assert.match(String(error), /data|4096/);
});

test('at least 4096 events are kept', async () => {
  const log = new EventLog();
  for (let i = 0; i < 5 * EVENTS_KEPT + 17; i += 1) log.append(oom('x'));
  let count = 0;
  log.close();
  for await (const _ of log.subscribe({ after: log.sequence - EVENTS_KEPT })) count += 1;
  assert.is(count, EVENTS_KEPT);
});

test('a number of an earlier supervisor gives all of the later one', async () => {
  const log = new EventLog({ adoptions: 1 });
  log.append(oom('a'));
  log.close();
  const seen: number[] = [];
  for await (const { sequence } of log.subscribe({ after: 57 })) seen.push(sequence);
  assert.equal(seen, [SEQUENCES_A_SUPERVISOR + 1]);
});

test('an aborted subscriber ends', async () => {
  const log = new EventLog();
  const abort = new AbortController();
  const next = log.subscribe({ signal: abort.signal }).next();
  abort.abort();
  assert.is((await next).done, true);
});

test.run();
