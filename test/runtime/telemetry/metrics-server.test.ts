import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type ListenAddress,
  parseListenAddress,
  serveMetrics,
} from '../../../runtime/telemetry/metrics-server.ts';
import { rejection } from '../../harness/rejection.ts';

const ANYWHERE: ListenAddress = { kind: 'tcp', host: '127.0.0.1', port: 0 };

test('an address is a port with or without a host, or a socket', () => {
  assert.equal(parseListenAddress('127.0.0.1:9464'), {
    kind: 'tcp',
    host: '127.0.0.1',
    port: 9464,
  });
  assert.equal(parseListenAddress('[::1]:1'), { kind: 'tcp', host: '::1', port: 1 });
  assert.equal(parseListenAddress(':9464'), { kind: 'tcp', host: '::', port: 9464 });
  assert.equal(parseListenAddress('unix:/run/x', 'linux'), { kind: 'unix', path: '/run/x' });
  for (const text of ['', '9464', 'a:b', ':65536', '1:2:3', 'unix:x', `unix:/${'x'.repeat(107)}`]) {
    assert.throws(() => parseListenAddress(text, 'linux'), /cannot listen at/, text);
  }
  assert.throws(() => parseListenAddress('unix:/run/x', 'win32'), /Windows/);
});

test('the metrics are told at /metrics, and nothing elsewhere', async () => {
  await using server = await serveMetrics(ANYWHERE, async () => 'lcow_pods 1\n');
  assert.match(server.address, /^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
  const answer = await fetch(server.address);
  assert.is(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  assert.is(await answer.text(), 'lcow_pods 1\n');
  assert.is((await fetch(server.address.replace('metrics', 'other'))).status, 404);
  assert.is((await fetch(server.address, { method: 'POST', body: 'x' })).status, 405);
  const head = await fetch(server.address, { method: 'HEAD' });
  assert.is(head.status, 200);
  assert.is(await head.text(), '');
});

test('who asks at the same time is told the same, and a failure is answered', async () => {
  let calls = 0;
  let fails = false;
  await using server = await serveMetrics(ANYWHERE, async () => {
    calls += 1;
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (fails) throw new Error('no data');
    return 'x 1\n';
  });
  const texts = await Promise.all([1, 2, 3].map(async () => (await fetch(server.address)).text()));
  assert.equal(texts, ['x 1\n', 'x 1\n', 'x 1\n']);
  assert.ok(calls < 3, `${calls} calls`);
  fails = true;
  const answer = await fetch(server.address);
  assert.is(answer.status, 500);
  assert.is(await answer.text(), 'no data\n');
});

test('an address that is taken is named', async () => {
  await using server = await serveMetrics(ANYWHERE, async () => '');
  const port = Number(new URL(server.address).port);
  const error = await rejection(serveMetrics({ ...ANYWHERE, port }, async () => ''));
  assert.match(String(error), `cannot listen at 127.0.0.1:${port}: somebody listens there already`);
});

test("a socket is its owner's, replaces a dead one and nothing else, and goes with the server", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lcow-metrics-'));
  try {
    const path = join(folder, 'metrics.sock');
    const address: ListenAddress = { kind: 'unix', path };
    const first = await serveMetrics(address, async () => 'x 1\n');
    assert.is(statSync(path).mode & 0o777, 0o600);
    assert.is(await get(path), 'x 1\n');
    const taken = await rejection(serveMetrics(address, async () => ''));
    assert.match(String(taken), /somebody listens there already/);
    await first[Symbol.asyncDispose]();
    assert.not.ok(existsSync(path));
    await leaveDeadSocket(path);
    await using _ = await serveMetrics(address, async () => 'x 2\n');
    assert.is(await get(path), 'x 2\n');
    const file = join(folder, 'file');
    writeFileSync(file, 'mine');
    await rejection(serveMetrics({ kind: 'unix', path: file }, async () => ''));
    assert.ok(statSync(file).isFile());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.run();

function get(socketPath: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path: '/metrics', agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      response.on('end', () => resolve(text));
    });
    asked.on('error', reject).end();
  });
}

/** As a killed process leaves it: bound by one that removes it, then put back under its name. */
async function leaveDeadSocket(path: string): Promise<void> {
  const { linkSync } = await import('node:fs');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(`${path}.bound`, resolve));
  linkSync(`${path}.bound`, path);
  await new Promise((resolve) => server.close(resolve));
}
