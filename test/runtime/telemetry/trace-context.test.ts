import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  childContext,
  formatTraceparent,
  parseTraceparent,
} from '../../../runtime/telemetry/trace-context.ts';
import {
  exportTimeoutMs,
  isTracing,
  otlpProtocol,
  tracingEnvironment,
} from '../../../runtime/telemetry/trace-settings.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

test('a traceparent is read as W3C has it, and what is none begins a trace', () => {
  assert.equal(parseTraceparent(`00-${TRACE}-${SPAN}-01`), {
    traceId: TRACE,
    spanId: SPAN,
    sampled: true,
  });
  assert.is(parseTraceparent(`00-${TRACE}-${SPAN}-00`)?.sampled, false);
  // A later version may say more.
  assert.is(parseTraceparent(`01-${TRACE}-${SPAN}-01-more`)?.traceId, TRACE);
  for (const text of [
    undefined,
    '',
    `ff-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01-more`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `01-${TRACE}-${SPAN}-01-${'x'.repeat(300)}`,
  ]) {
    assert.is(parseTraceparent(text), undefined, text);
  }
});

test('what is written is read again, and no text makes the reader fail', () => {
  for (let round = 0; round < 20; round += 1) {
    const context = childContext(undefined, {});
    assert.equal(parseTraceparent(formatTraceparent(context)), context);
  }
  fc.assert(fc.property(fc.string(), (text) => parseTraceparent(text) === undefined));
});

test("a child is in its parent's trace and recorded as its parent is", () => {
  const parent = { traceId: TRACE, spanId: SPAN, sampled: false };
  const child = childContext(parent, {});
  assert.is(child.traceId, TRACE);
  assert.is.not(child.spanId, SPAN);
  assert.is(child.sampled, false);
  assert.is(
    childContext({ ...parent, sampled: true }, { OTEL_TRACES_SAMPLER: 'parentbased_always_off' })
      .sampled,
    true,
  );
});

test('a trace that begins here is recorded as the sampler says', () => {
  const sampled = (sampler: string, ratio = ''): number => {
    const env = { OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: ratio };
    return Array.from({ length: 400 }, () => childContext(undefined, env)).filter(
      (each) => each.sampled,
    ).length;
  };
  assert.is(sampled('always_on'), 400);
  assert.is(sampled('always_off'), 0);
  assert.is(sampled('parentbased_traceidratio', '0'), 0);
  assert.is(sampled('traceidratio', '1'), 400);
  const half = sampled('traceidratio', '0.5');
  assert.ok(half > 130 && half < 270, `${half} of 400`);
});

test('starts are traced where an endpoint is set, and nothing says that they are not to be', () => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };
  assert.is(isTracing({}), false);
  assert.is(isTracing(env), true);
  assert.is(isTracing({ LCOW_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }), true);
  assert.is(
    isTracing({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4318/v1/traces' }),
    true,
  );
  assert.is(isTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: '' }), false);
  assert.is(isTracing({ ...env, OTEL_SDK_DISABLED: 'True' }), false);
  assert.is(isTracing({ ...env, OTEL_TRACES_EXPORTER: 'none' }), false);
  assert.is(isTracing({ ...env, OTEL_TRACES_EXPORTER: 'console,otlp' }), true);
});

test('a supervisor is given OTEL_* and the trace it is part of, and without an endpoint nothing', () => {
  const env = { OTEL_SERVICE_NAME: 'host', TRACEPARENT: `00-${TRACE}-${SPAN}-01`, SECRET: 'x' };
  assert.equal(tracingEnvironment(env), {});
  const traced = { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };
  const { SECRET: _, ...given } = traced;
  assert.equal(tracingEnvironment(traced), given);
  assert.equal(
    tracingEnvironment({ ...traced, OTEL_RESOURCE_ATTRIBUTES: 'a='.padEnd(9000, 'x') }),
    given,
  );
});

test("protocol and timeout are the variables', those of traces first", () => {
  assert.is(otlpProtocol({}), 'http/protobuf');
  assert.is(otlpProtocol({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }), 'http/json');
  assert.is(otlpProtocol({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }), undefined);
  assert.is(
    otlpProtocol({
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf',
    }),
    'http/protobuf',
  );
  assert.is(exportTimeoutMs({}, 1000), 1000);
  assert.is(exportTimeoutMs({ OTEL_EXPORTER_OTLP_TIMEOUT: '250' }, 1000), 250);
  assert.is(exportTimeoutMs({ OTEL_EXPORTER_OTLP_TIMEOUT: '-1' }, 1000), 1000);
});

test.run();
