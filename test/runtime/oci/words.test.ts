/** What lcow-oci says, for those who read it: errors, log lines, statistics. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { containerd } from '../../../proto/generated/task.js';
import { RuntimeError } from '../../../runtime/errors.ts';
import { durationMs } from '../../../runtime/oci/commands/events.ts';
import { during, failureText, OciFailure } from '../../../runtime/oci/failure.ts';
import { logLine } from '../../../runtime/oci/oci-log.ts';
import { statsOf } from '../../../runtime/oci/stats.ts';

const failed = (what: string) => new RuntimeError('command-not-found', 'start container "c"', what);

test('why a command cannot be executed is said in the words that dockerd maps', () => {
  const text = (what: string) => failureText(failed(what)).toLowerCase();
  assert.match(
    text('cannot execute "nosuch": not found in PATH (/bin)'),
    /executable file not found/,
  );
  assert.match(text('cannot execute "/no/such": no such file'), /no such file or directory/);
  assert.match(text('cannot execute "/etc/passwd": not an executable file'), /permission denied/);
  assert.not.match(text('the VM exited'), /not found|denied|directory/);
});

test('an error says what was being done, once', () => {
  const create = during('create', new OciFailure('container with given ID already exists'));
  assert.is(create.message, 'create failed: container with given ID already exists');
  assert.is(during('create', create), create);
  assert.is(during('exec', new Error('x'), 255).status, 255);
  assert.is(create.status, 1);
});

test('a line of the log is one line of JSON or of text, with time in seconds', () => {
  const at = new Date('2026-01-02T03:04:05.678Z');
  const json = logLine('json', 'error', 'a "b"\nc', at);
  assert.equal(JSON.parse(json), {
    level: 'error',
    msg: 'a "b"\nc',
    time: '2026-01-02T03:04:05Z',
  });
  assert.is(json.indexOf('\n'), json.length - 1);
  assert.is(
    logLine('text', 'error', 'a "b"\nc', at),
    'time="2026-01-02T03:04:05Z" level=error msg="a \\"b\\"\\nc"\n',
  );
  assert.is(
    logLine('text', 'debug', 'plain', at),
    'time="2026-01-02T03:04:05Z" level=debug msg=plain\n',
  );
});

test('an interval is a duration of Go', () => {
  assert.is(durationMs('5s'), 5000);
  assert.is(durationMs('1m30s'), 90_000);
  assert.is(durationMs('0.5s'), 500);
  for (const text of ['', '0s', '5', '-1s', '5 s', 'abc', '999999h']) {
    assert.throws(() => durationMs(text), /duration interval/);
  }
});

test("statistics are the guest's counters under runc's names", () => {
  const metrics = containerd.task.v2.Metrics.encode({
    cpu: { usageUsec: 1500, userUsec: 1000, systemUsec: 500, nrThrottled: 2 },
    memory: { usage: 4096, usageLimit: 8192, anon: 10, activeAnon: 11 },
    pids: { current: 3, limit: 10 },
    io: { usage: [{ major: 8, minor: 1, rbytes: 5, wbytes: 6, rios: 1, wios: 2 }] },
    network: [{ name: 'eth0', rxBytes: 7 }],
  }).finish();
  const stats = statsOf(metrics);
  assert.equal(stats.cpu.usage, { total: 1_500_000, kernel: 500_000, user: 1_000_000 });
  assert.is(stats.cpu.throttling.throttledPeriods, 2);
  assert.is(stats.memory.usage.usage, 4096);
  assert.is(stats.memory.usage.limit, 8192);
  assert.is(stats.memory.raw['active_anon'], 11);
  assert.equal(stats.pids, { current: 3, limit: 10 });
  assert.equal(stats.blkio.ioServiceBytesRecursive, [
    { major: 8, minor: 1, op: 'Read', value: 5 },
    { major: 8, minor: 1, op: 'Write', value: 6 },
  ]);
  assert.is(stats.network_interfaces[0]?.RxBytes, 7);
});

test.run();
