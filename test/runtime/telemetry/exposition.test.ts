import { spawnSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  addCounters,
  newCounters,
  notBelow,
  observe,
  START_BUCKETS,
} from '../../../runtime/telemetry/counters.ts';
import { exposition } from '../../../runtime/telemetry/exposition.ts';
import { familiesOf, type HostNumbers } from '../../../runtime/telemetry/families.ts';
import { decodePodMetrics, noContainers } from '../../../runtime/telemetry/pod-metrics.ts';
import { skip } from '../../harness/skip.ts';

function someHost(): HostNumbers {
  const counters = newCounters();
  counters.starts.clone.ok = 3;
  for (const seconds of [0.02, 0.3, 90]) {
    observe(counters.startSeconds.clone.total, START_BUCKETS, seconds);
  }
  const pod = {
    counters: newCounters(),
    supervisor: { residentBytes: 5e7, cpuSeconds: 0.5 },
    containers: noContainers(),
    vm: { residentBytes: 2e8, privateBytes: 3e7, assignedBytes: 2 ** 30, cpuSeconds: 1.25 },
  };
  return {
    counters,
    pods: new Map([['odd"\\\nname', pod]]),
    unreachable: 1,
    containers: { running: 1, exited: 2 },
  };
}

test('buckets are cumulated, and the last is all', () => {
  const text = exposition(familiesOf(someHost()));
  const of = (rest: string): string | undefined =>
    text
      .split('\n')
      .find((line) => line.startsWith(`lcow_start_duration_seconds${rest}`))
      ?.split(' ')
      .at(-1);
  const labels = 'kind="clone",phase="total"';
  assert.is(of(`_bucket{${labels},le="0.01"}`), '0');
  assert.is(of(`_bucket{${labels},le="0.025"}`), '1');
  assert.is(of(`_bucket{${labels},le="0.5"}`), '2');
  assert.is(of(`_bucket{${labels},le="60"}`), '2');
  assert.is(of(`_bucket{${labels},le="+Inf"}`), '3');
  assert.is(of(`_count{${labels}}`), '3');
  assert.is(of(`_sum{${labels}}`), '90.32');
});

test('every line is one of the format, and names and labels are escaped', () => {
  const text = exposition(familiesOf(someHost()));
  assert.match(text, 'lcow_vm_cpu_seconds_total{pod="odd\\"\\\\\\nname"} 1.25\n');
  const name = '[a-z_][a-z0-9_]*';
  const label = `${name}="(?:[^"\\\\\\n]|\\\\["\\\\n])*"`;
  const sample = new RegExp(`^${name}(\\{${label}(,${label})*\\})? (\\+Inf|[0-9.e+-]+)$`);
  const lines = text.trimEnd().split('\n');
  for (const line of lines) {
    if (!/^# (HELP|TYPE) lcow_[a-z_]+ \S/.test(line)) assert.match(line, sample);
  }
  const types = lines.filter((line) => line.startsWith('# TYPE'));
  assert.is(new Set(types).size, types.length);
  assert.ok(types.length >= 20);
});

test('promtool finds nothing to say of it', () => {
  const { status, stdout, stderr, error } = spawnSync('promtool', ['check', 'metrics'], {
    input: exposition(familiesOf(someHost())),
    encoding: 'utf8',
  });
  if (error !== undefined) {
    skip('promtool is not installed (apt install prometheus)');
    return;
  }
  assert.is(`${stdout}${stderr}`, '');
  assert.is(status, 0);
});

test('counters are added number by number, and what does not fit counts as none', () => {
  const sum = newCounters();
  const other = newCounters();
  other.execs.ok = 2;
  other.startSeconds.cold.vm.buckets[3] = 4;
  addCounters(sum, other);
  addCounters(sum, JSON.parse(JSON.stringify(other)));
  assert.is(sum.execs.ok, 4);
  assert.is(sum.startSeconds.cold.vm.buckets[3], 8);
  const before = JSON.stringify(sum);
  for (const broken of [
    undefined,
    null,
    7,
    'text',
    [],
    { execs: 3 },
    { execs: { ok: -1, failed: Number.NaN } },
    { execs: { ok: '5', extra: 1 }, startSeconds: { cold: { vm: { buckets: 'none' } } } },
  ]) {
    addCounters(sum, broken);
  }
  assert.is(JSON.stringify(sum), before);
});

test('what was told once is not taken back', () => {
  const [told, now] = [newCounters(), newCounters()];
  told.execs.ok = 5;
  now.execs.ok = 3;
  now.restarts = 2;
  const next = notBelow(told, now);
  assert.is(next.execs.ok, 5);
  assert.is(next.restarts, 2);
  assert.is(now.execs.ok, 3);
});

test("a supervisor's answer is read whatever stands in it", () => {
  const read = decodePodMetrics({
    vm: { cpuSeconds: 2, privateBytes: -1 },
    counters: { restarts: 1 },
  });
  assert.is(read.vm?.cpuSeconds, 2);
  assert.is(read.vm?.privateBytes, 0);
  assert.is(read.counters.restarts, 1);
  assert.is(decodePodMetrics(undefined).vm, undefined);
  assert.is(decodePodMetrics('text').supervisor.residentBytes, 0);
});

test.run();
