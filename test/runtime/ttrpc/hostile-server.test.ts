/** The client against frames written by hand: what a server that is not ours may send. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ttrpc } from '../../../proto/generated/ttrpc.js';
import { TtrpcClient } from '../../../runtime/ttrpc/client.ts';
import { UNREAD_BYTES_MAX } from '../../../runtime/ttrpc/connection.ts';
import { encodeFrame, encodeHeader, FRAME_DATA_BYTES_MAX } from '../../../runtime/ttrpc/frame.ts';
import { ECHO, expectRejection, FrameReader, socketPair } from './echo-service.ts';

test('requests are written as Go writes them: no flags, odd rising ids, empty fields left out', async () => {
  const { client, reader } = await pair();
  client.call('a', ECHO.echo, Buffer.alloc(0), { timeoutMs: 2000 }).catch(() => undefined);
  client.call('b', ECHO.echo, Buffer.from('x')).catch(() => undefined);
  const chat = client.stream('c', ECHO.chat);
  const repeat = client.stream('d', ECHO.repeat, { request: Buffer.from('r') });
  const heads: unknown[] = [];
  for (let i = 0; i < 4; i += 1) {
    const { streamId, type, flags, payload } = await reader.next();
    const { service, method, timeoutNano } = ttrpc.Request.decode(payload);
    heads.push([streamId, type, flags, service, method, timeoutNano]);
    if (i === 0) assert.is(payload.at(-6), 0x20, 'no payload field');
  }
  assert.equal(heads, [
    [1, 1, 0, 'test.Echo', 'Echo', 2e9],
    [3, 1, 0, 'test.Echo', 'Echo', 0],
    [5, 1, 2, 'test.Echo', 'Chat', 0],
    [7, 1, 1, 'test.Echo', 'Repeat', 0],
  ]);
  await chat.close();
  assert.equal({ ...(await reader.next()), payload: 0 }, frame(5, 3, 5));
  await repeat.close();
  chat.cancel();
  repeat.cancel();
  await client.close();
});

test('frames of other streams, types and roles are dropped; the right one is taken once', async () => {
  const { client, reader, send } = await pair();
  const call = client.call('echo', ECHO.echo, Buffer.from('q'));
  await reader.next();
  const answer = ttrpc.Response.encode({ payload: Buffer.from('yes') }).finish();
  send(encodeFrame(2, 2, 0, answer));
  send(encodeFrame(99, 2, 0, answer));
  send(encodeFrame(1, 1, 0, answer));
  send(encodeFrame(1, 77, 0, answer));
  send(encodeFrame(1, 2, 0, answer));
  send(encodeFrame(1, 2, 0, answer));
  assert.is(Buffer.from(await call).toString(), 'yes');
  await client.close();
});

test('answers that are not answers fail their call and no other', async () => {
  const { client, reader, send } = await pair();
  const calls = Array.from({ length: 4 }, (_, i) => {
    const call = client.call(`call ${i}`, ECHO.echo, Buffer.from('q'));
    return expectRejection(call).catch(() => undefined);
  });
  for (let i = 0; i < 4; i += 1) await reader.next();
  send(encodeFrame(1, 2, 0, Buffer.from('0affffffff0f', 'hex')));
  send(encodeFrame(3, 3, 0, Buffer.from('stream data')));
  send(encodeFrame(5, 2, 0, ttrpc.Response.encode({ payload: Buffer.from([0xff]) }).finish()));
  send(encodeHeader(7, 2, 0, FRAME_DATA_BYTES_MAX + 1));
  const codes = (await Promise.all(calls)).map((error) => error?.code);
  assert.equal(codes, ['data-loss', 'data-loss', 'data-loss', 'resource-exhausted']);
  await client.close();
});

test('a stream ends with a response, with or without a last message, or with a status', async () => {
  const { client, reader, send } = await pair();
  const streams = Array.from({ length: 3 }, () => client.stream('read', ECHO.chat));
  for (let i = 0; i < 3; i += 1) await reader.next();
  send(encodeFrame(1, 2, 0, Buffer.alloc(0)));
  send(encodeFrame(3, 2, 0, ttrpc.Response.encode({ payload: Buffer.from('end') }).finish()));
  send(encodeFrame(5, 3, 0, Buffer.from('first')));
  const status = { code: 5, message: 'no such thing: not found' };
  send(encodeFrame(5, 2, 0, ttrpc.Response.encode({ status }).finish()));
  assert.is(await streams[0]?.receive(), undefined);
  assert.is(Buffer.from((await streams[1]?.receive()) ?? []).toString(), 'end');
  assert.is(await streams[1]?.receive(), undefined);
  assert.is(Buffer.from((await streams[2]?.receive()) ?? []).toString(), 'first');
  const error = await expectRejection(streams[2]?.receive() ?? Promise.resolve());
  assert.equal([error.code, error.message], ['not-found', 'cannot read: no such thing']);
  await client.close();
});

test('a flood of empty messages is bounded too', async () => {
  const { client, reader, send, drained } = await pair();
  const stream = client.stream('read', ECHO.repeat, { request: Buffer.from('x') });
  await reader.next();
  const many = Buffer.alloc(200_000 * 10, encodeFrame(1, 3, 0, Buffer.alloc(0)));
  send(many);
  for (let i = 0; i < 300; i += 1) await new Promise((resolve) => setImmediate(resolve));
  assert.not(drained(), 'the socket was read to its end');
  // One chunk of 64 KiB, of 10-byte frames at 128 bytes each, may come on top.
  assert.ok(client.bufferedBytes < UNREAD_BYTES_MAX + 6554 * 128 * 2, `${client.bufferedBytes}`);
  for (let i = 0; i < 200_000; i += 1) assert.ok((await stream.receive()) !== undefined);
  await client.close();
});

test('a server that never answers costs no more than the deadline', async () => {
  const { client } = await pair();
  const options = { timeoutMs: 20 };
  const call = client.call('wait', ECHO.echo, Buffer.from('q'), options);
  assert.is((await expectRejection(call)).message, 'cannot wait: no answer within 20 ms');
  const stream = client.stream('listen', ECHO.chat, options);
  assert.is((await expectRejection(stream.receive())).code, 'timeout');
  assert.is(client.calls, 0);
  await client.close();
});

test('a server that ends in the middle of a frame fails the call', async () => {
  const { client, reader, end, send } = await pair();
  const call = expectRejection(client.call('wait', ECHO.echo, Buffer.from('q')));
  await reader.next();
  send(encodeFrame(1, 2, 0, Buffer.alloc(100)).subarray(0, 50));
  end();
  assert.is((await call).code, 'unavailable');
});

test.run();

interface Pair {
  readonly client: TtrpcClient;
  readonly reader: FrameReader;
  readonly send: (bytes: Uint8Array) => void;
  readonly end: () => void;
  readonly drained: () => boolean;
}

async function pair(): Promise<Pair> {
  const { client, server } = await socketPair();
  return {
    client: new TtrpcClient(client),
    reader: new FrameReader(server),
    send: (bytes) => void server.write(bytes),
    end: () => void server.end(),
    drained: () => server.writableLength === 0,
  };
}

function frame(streamId: number, type: number, flags: number): object {
  return { kind: 'frame', streamId, type, flags, payload: 0 };
}
