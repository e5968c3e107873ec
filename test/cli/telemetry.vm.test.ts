/** What others see of a start and of a host: a trace of client, supervisor and guest, and Prometheus' numbers. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LcowHost } from '../harness/lcow-host.ts';
import { OtlpReceiver, type ReceivedSpan } from '../harness/otlp-receiver.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

const receiver = await OtlpReceiver.start();
const host = new LcowHost({
  OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
  TRACEPARENT: `00-${TRACE}-${PARENT}-01`,
});

test.before(async () => {
  await host.ok('image', 'import', host.busybox);
});

test.after(async () => {
  await host[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

test('a start is one trace: the command, the supervisor and the guest', async () => {
  const script = 'echo began; sleep 600';
  const id = await host.ok(
    'run',
    '-d',
    '--name',
    'traced',
    '--network',
    'none',
    'busybox',
    'sh',
    '-c',
    script,
  );
  await receiver.received((spans) => named(spans, 'start container') !== undefined);
  const { spans } = receiver;
  const root = named(spans, 'lcow run');
  const start = named(spans, 'start container');
  assert.equal([...new Set(spans.map(({ traceId }) => traceId))], [TRACE]);
  assert.is(root?.parentSpanId, PARENT);
  assert.is(start?.parentSpanId, root?.spanId);
  assert.is(root?.attributes['container.id'], id);
  assert.is(root?.attributes['container.image.name'], 'busybox');
  assert.is(start?.attributes['container.id'], id);
  assert.is(start?.attributes['lcow.start.kind'], 'cold');
  assert.is(root?.resource['service.name'], 'lcow');
  assert.is(start?.resource['service.name'], 'lcow-supervisor');
  assert.is.not(start?.resource['process.pid'], root?.resource['process.pid']);
  // Every other span is a phase below one of the two, within it, one after the other.
  for (const parent of [root, start] as ReceivedSpan[]) {
    const phases = spans.filter(({ parentSpanId }) => parentSpanId === parent.spanId && parent);
    const own = phases.filter(({ name }) => name !== 'start container');
    assert.ok(own.length >= 4, `${parent.name} has ${own.length} phases`);
    let atMs = parent.startMs;
    for (const { name, startMs, endMs, attributes } of own) {
      assert.ok(startMs >= atMs - 0.1 && endMs <= parent.endMs + 0.1, `${parent.name}: ${name}`);
      assert.match(String(attributes['lcow.side']), /^(host|guest)$/);
      atMs = startMs;
    }
  }
  const below = (parent: ReceivedSpan | undefined): string[] =>
    spans.filter((each) => each.parentSpanId === parent?.spanId).map(({ name }) => name);
  for (const name of ['command loaded', 'supervisor connected', 'process started']) {
    assert.ok(below(root).includes(name), name);
  }
  for (const name of ['spawn', 'started', 'init', 'agent answers', 'rootfs', 'process started']) {
    assert.ok(below(start).includes(name), name);
  }
  const guest = spans.filter(({ attributes }) => attributes['lcow.side'] === 'guest');
  assert.ok(guest.some(({ name }) => name === 'init'));
  // The supervisor's clock and the command's are one.
  assert.ok((start?.startMs ?? 0) >= (root?.startMs ?? 0) - 5);
});

test('an exec is a trace of its own: the command, and the supervisor below it', async () => {
  const env = { TRACEPARENT: `00-${'ab'.repeat(16)}-${PARENT}-01` };
  const ran = await host.start(['exec', 'traced', 'sh', '-c', 'exit 3'], { env }).finished;
  assert.is(ran.code, 3, ran.stderr);
  await receiver.received((spans) => named(spans, 'start exec') !== undefined);
  const spans = receiver.spans.filter(({ traceId }) => traceId === 'ab'.repeat(16));
  const [root, start] = ['lcow exec', 'start exec'].map((name) => named(spans, name));
  assert.is(root?.parentSpanId, PARENT);
  assert.is(root?.attributes['process.exit.code'], 3);
  assert.is(start?.parentSpanId, root?.spanId);
  assert.is(start?.resource['service.name'], 'lcow-supervisor');
  const below = (parent: ReceivedSpan | undefined): string[] =>
    spans.filter((each) => each.parentSpanId === parent?.spanId).map(({ name }) => name);
  for (const name of ['command loaded', 'process started', 'exit']) {
    assert.ok(below(root).includes(name), name);
  }
  assert.equal(below(start), ['exec added', 'process started']);
});

test('the numbers of a host are those of its pods, and stay when they are over', async () => {
  assert.is((await host.lcow('exec', 'traced', 'true')).code, 0);
  assert.is((await host.lcow('exec', 'traced', '/none')).code, 127);
  const living = numbers(await host.ok('metrics'));
  assert.is(living.get('lcow_pods'), 1);
  assert.is(living.get('lcow_containers{state="running"}'), 1);
  assert.is(living.get('lcow_starts_total{kind="cold",outcome="ok"}'), 1);
  assert.is(living.get('lcow_execs_total{outcome="ok"}'), 2);
  assert.is(living.get('lcow_execs_total{outcome="failed"}'), 1);
  assert.is(living.get('lcow_start_duration_seconds_count{kind="cold",phase="total"}'), 1);
  const vm = [...living].filter(([name]) =>
    /^lcow_(vm|supervisor)_\w+\{pod="[0-9a-f]{64}"\}/.test(name),
  );
  assert.is(vm.length, 6);
  for (const [name, value] of vm) assert.ok(value > 0, name);
  await host.ok('rm', '-f', 'traced');
  const over = numbers(await host.ok('metrics'));
  assert.is(over.get('lcow_pods'), 0);
  assert.is(over.get('lcow_starts_total{kind="cold",outcome="ok"}'), 1);
  assert.is(over.get('lcow_execs_total{outcome="ok"}'), 2);
  assert.not.ok([...over.keys()].some((name) => name.includes('pod="')));
});

test('an endpoint that never answers delays a start that fails by a second at most, and is told with --debug', async () => {
  await using silent = await OtlpReceiver.start(0);
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: silent.endpoint };
  const beganMs = performance.now();
  const { code, stderr } = await host.start(
    ['--debug', 'run', '--network', 'none', 'no-such-image'],
    { env },
  ).finished;
  assert.is(code, 125);
  assert.match(stderr, /lcow: the trace was not taken: /);
  assert.ok(performance.now() - beganMs < 30_000);
  assert.is(silent.requests.length > 0, true);
  assert.equal(await host.settledLeftovers(), []);
});

test.run();

function named(spans: readonly ReceivedSpan[], name: string): ReceivedSpan | undefined {
  return spans.find((span) => span.name === name);
}

function numbers(text: string): Map<string, number> {
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    samples.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}
