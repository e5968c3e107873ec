import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RuntimeError } from '../../../runtime/errors.ts';
import { exportSpans } from '../../../runtime/telemetry/export-spans.ts';
import { PodTrace } from '../../../runtime/telemetry/pod-trace.ts';
import type { SpanRecord } from '../../../runtime/telemetry/span-record.ts';
import { StartTrace } from '../../../runtime/telemetry/start-trace.ts';
import { parseTraceparent } from '../../../runtime/telemetry/trace-context.ts';
import { Timeline } from '../../../runtime/timeline.ts';
import { freePort } from '../../harness/free-port.ts';
import { OtlpReceiver } from '../../harness/otlp-receiver.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN: SpanRecord = {
  traceId: TRACE,
  spanId: '00f067aa0ba902b7',
  name: 'lcow run',
  kind: 'internal',
  startMs: 1_700_000_000_000.25,
  endMs: 1_700_000_001_500.5,
  attributes: { 'container.id': 'abc', 'process.exit.code': 0 },
};
const OPTIONS = { service: 'lcow', deadlineMs: 5000 };

for (const protocol of ['http/protobuf', 'http/json']) {
  test(`spans arrive as they were, over ${protocol}`, async () => {
    await using receiver = await OtlpReceiver.start();
    await withEnvironment(
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
        OTEL_EXPORTER_OTLP_HEADERS: 'x-token=a%20b',
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
      },
      async () => {
        const child: SpanRecord = {
          ...SPAN,
          spanId: '1111111111111111',
          parentSpanId: SPAN.spanId,
          name: 'start container',
          kind: 'server',
          error: { type: 'timeout', message: 'it took too long' },
        };
        assert.is(await exportSpans([SPAN, child], OPTIONS), undefined);
      },
    );
    const [root, child] = receiver.spans;
    assert.is(receiver.requests[0]?.path, '/v1/traces');
    assert.is(receiver.requests[0]?.headers['x-token'], 'a b');
    assert.is(root?.traceId, TRACE);
    assert.is(root?.spanId, SPAN.spanId);
    assert.is(root?.parentSpanId, '');
    assert.is(root?.kind, 1);
    assert.ok(Math.abs((root?.startMs ?? 0) - SPAN.startMs) < 0.01);
    assert.ok(Math.abs((root?.endMs ?? 0) - SPAN.endMs) < 0.01);
    assert.equal(root?.attributes, SPAN.attributes);
    assert.is(root?.status.code, 0);
    assert.is(root?.resource['service.name'], 'lcow');
    assert.is(root?.resource['process.pid'], process.pid);
    assert.is(root?.resource['deployment.environment.name'], 'test');
    assert.is(child?.parentSpanId, SPAN.spanId);
    assert.is(child?.kind, 2);
    assert.equal(child?.status, { code: 2, message: 'it took too long' });
    assert.is(child?.attributes['error.type'], 'timeout');
  });
}

test("lcow's own setting is an endpoint where OpenTelemetry's variables name none", async () => {
  await using receiver = await OtlpReceiver.start();
  await using other = await OtlpReceiver.start();
  const own = { LCOW_OTLP_ENDPOINT: `${receiver.endpoint}/` };
  await withEnvironment(own, () => exportSpans([SPAN], OPTIONS));
  assert.equal(
    receiver.requests.map(({ path }) => path),
    ['/v1/traces'],
  );
  const both = { ...own, OTEL_EXPORTER_OTLP_ENDPOINT: other.endpoint };
  await withEnvironment(both, () => exportSpans([SPAN], OPTIONS));
  assert.is(receiver.requests.length, 1);
  assert.is(other.requests.length, 1);
});

test('OTEL_SERVICE_NAME names the service', async () => {
  await using receiver = await OtlpReceiver.start();
  await withEnvironment(
    { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, OTEL_SERVICE_NAME: 'my-host' },
    () => exportSpans([SPAN], OPTIONS),
  );
  assert.is(receiver.spans[0]?.resource['service.name'], 'my-host');
});

test('what the endpoint does is told in a line, within the deadline', async () => {
  await using silent = await OtlpReceiver.start(0);
  await using refusing = await OtlpReceiver.start(403);
  const nobody = await freePort();
  for (const [endpoint, deadlineMs] of [
    [silent.endpoint, 200],
    [refusing.endpoint, 5000],
    [`http://127.0.0.1:${nobody}`, 200],
    ['not a url', 200],
  ] as const) {
    const beganMs = performance.now();
    await withEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, async () => {
      const trouble = await exportSpans([SPAN], { service: 'lcow', deadlineMs });
      if (endpoint !== 'not a url') assert.type(trouble, 'string', endpoint);
      assert.not.match(trouble ?? '', /\n/);
    });
    const tookMs = performance.now() - beganMs;
    assert.ok(tookMs < deadlineMs + 2000, `${endpoint}: ${tookMs} ms`);
  }
});

test('a protocol that is not spoken here is named', async () => {
  const env = { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' };
  assert.is(
    await exportSpans([SPAN], { ...OPTIONS, env }),
    'the OTLP protocol is "grpc": there are http/protobuf and http/json',
  );
});

test('a start is a span with its phases below it, in the trace that its caller is part of', async () => {
  await using receiver = await OtlpReceiver.start();
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
    TRACEPARENT: `00-${TRACE}-00f067aa0ba902b7-01`,
  };
  await withEnvironment(env, async () => {
    const timeline = new Timeline();
    timeline.mark('command loaded', 10);
    timeline.markGuest('process started', 30);
    const trace = new StartTrace({ name: 'lcow run', timeline, onTrouble: assert.unreachable });
    trace.describe({ 'container.id': 'abc' });
    const context = parseTraceparent(trace.traceparent);
    assert.is(context?.traceId, TRACE);
    await Promise.all([trace.end(), trace.end()]);
    assert.is(receiver.requests.length, 1);
    const [root, ...phases] = receiver.spans;
    assert.is(root?.spanId, context?.spanId);
    assert.is(root?.parentSpanId, '00f067aa0ba902b7');
    assert.equal(
      phases.map(({ name, attributes, parentSpanId, startMs, endMs }) => [
        name,
        attributes['lcow.side'],
        parentSpanId,
        Math.round(startMs - (root?.startMs ?? 0)),
        Math.round(endMs - (root?.startMs ?? 0)),
      ]),
      [
        ['command loaded', 'host', context?.spanId, 0, 10],
        ['process started', 'guest', context?.spanId, 10, 30],
      ],
    );
  });
});

test('a start that fails says why; one that is not recorded is not sent', async () => {
  await using receiver = await OtlpReceiver.start();
  await withEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint }, async () => {
    const options = { name: 'lcow run', timeline: new Timeline(), onTrouble: assert.unreachable };
    await new StartTrace(options).end(new RuntimeError('not-found', 'run', 'there is none'));
    assert.is(receiver.spans[0]?.attributes['error.type'], 'not-found');
    assert.equal(receiver.spans[0]?.status, { code: 2, message: 'cannot run: there is none' });
    const env = { ...process.env, TRACEPARENT: `00-${TRACE}-00f067aa0ba902b7-00` };
    await new StartTrace({ ...options, env }).end();
    assert.is(receiver.requests.length, 1);
  });
});

test("a supervisor's spans are below what Create said, and what waits is bounded", async () => {
  await using receiver = await OtlpReceiver.start();
  await withEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint }, async () => {
    const trace = new PodTrace(process.env, assert.unreachable);
    const start = {
      traceparent: `00-${TRACE}-00f067aa0ba902b7-01`,
      fromMs: 100,
      toMs: 300,
      marks: [
        { name: 'early', atMs: 50, side: 'host' as const },
        { name: 'kernel', atMs: 200, side: 'guest' as const },
        { name: 'late', atMs: 400, side: 'guest' as const },
      ],
      attributes: { 'lcow.start.kind': 'cold' },
    };
    trace.add(start);
    await trace.flush();
    const [first, ...phases] = receiver.spans;
    assert.is(first?.parentSpanId, '00f067aa0ba902b7');
    assert.is(first?.kind, 2);
    assert.equal(
      phases.map(({ name }) => name),
      ['kernel'],
    );
    for (let count = 0; count < 1000; count += 1) trace.add(start);
    assert.is(trace.waiting, 512);
    await trace.flush();
    assert.is(trace.waiting, 0);
  });
});

test("a trace that the process inherits is the first start's only", async () => {
  await using receiver = await OtlpReceiver.start();
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
    TRACEPARENT: `00-${TRACE}-00f067aa0ba902b7-01`,
  };
  await withEnvironment(env, async () => {
    const trace = new PodTrace(process.env, assert.unreachable);
    const start = { traceparent: undefined, fromMs: 1, toMs: 2, marks: [], attributes: {} };
    trace.add(start);
    trace.add(start);
    await trace.flush();
    assert.is(receiver.spans[0]?.traceId, TRACE);
    assert.is.not(receiver.spans[1]?.traceId, TRACE);
    assert.is(receiver.spans[1]?.parentSpanId, '');
  });
});

test.run();

/** The SDK reads process.env. */
async function withEnvironment<T>(
  variables: Record<string, string>,
  body: () => Promise<T>,
): Promise<T> {
  const before = { ...process.env };
  Object.assign(process.env, variables);
  try {
    return await body();
  } finally {
    for (const name of Object.keys(variables)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  }
}
