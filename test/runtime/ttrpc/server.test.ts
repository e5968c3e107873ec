/** The server against frames written by hand: what a caller other than ours may send. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ttrpc } from '../../../proto/generated/ttrpc.js';
import { RuntimeError } from '../../../runtime/errors.ts';
import {
  encodeFrame,
  encodeHeader,
  FRAME_DATA_BYTES_MAX,
  type Frame,
} from '../../../runtime/ttrpc/frame.ts';
import { handle, unaryMethod } from '../../../runtime/ttrpc/method.ts';
import { type ServedConnection, TtrpcServer } from '../../../runtime/ttrpc/server.ts';
import { ECHO, echoHandlers, FrameReader, Raw, requestBytes, socketPair } from './echo-service.ts';

test("containerd's Create and Start are answered with the bytes of the facts", async () => {
  const create = unaryMethod('containerd.task.v2.Task', 'Create', Raw, Raw);
  const start = unaryMethod('containerd.task.v2.Task', 'Start', Raw, Raw);
  const state = unaryMethod('containerd.task.v2.Task', 'State', Raw, Raw);
  const { wire } = await serve(
    new TtrpcServer([
      handle(create, () => Buffer.from('08c321', 'hex')),
      handle(start, () => Buffer.alloc(0)),
      handle(state, () => {
        throw new RuntimeError('not-found', 'see', 'process already finished: not found');
      }),
    ]),
  );
  const service = 'containerd.task.v2.Task';
  wire.write(1, requestBytes({ service, method: 'Create', payload: Buffer.from('0a0161', 'hex') }));
  assert.is(show(await wire.next()), '1 2 0 120308c321');
  wire.write(3, requestBytes({ service, method: 'Start' }));
  assert.is(show(await wire.next()), '3 2 0 ', 'an empty success is no bytes');
  wire.write(5, requestBytes({ service, method: 'State', timeoutNano: 2e9 }));
  assert.equal(statusOf(await wire.next()), [5, 'cannot see: process already finished: not found']);
  wire.end();
});

test('even, repeated and falling stream ids are refused, and the connection goes on', async () => {
  const { wire } = await serve();
  const echo = requestBytes({ service: 'test.Echo', method: 'Echo', payload: Buffer.from('a') });
  for (const [id, code] of [
    [2, 3],
    [5, 0],
    [5, 3],
    [3, 3],
    [0, 3],
    [7, 0],
    [0xffff_ffff, 0],
  ] as const) {
    wire.write(id, echo);
    const frame = await wire.next();
    assert.equal([frame.streamId, statusOf(frame)[0]], [id, code]);
  }
  wire.end();
});

test('unknown services and methods are UNIMPLEMENTED in the words that containerd looks for', async () => {
  const { wire } = await serve();
  wire.write(1, requestBytes({ service: 'containerd.task.v3.Task', method: 'Create' }));
  assert.equal(statusOf(await wire.next()), [12, 'service containerd.task.v3.Task']);
  wire.write(3, requestBytes({ service: 'test.Echo', method: 'Nope' }));
  assert.equal(statusOf(await wire.next()), [12, 'method Nope']);
  wire.write(5, requestBytes({ service: '__proto__', method: 'constructor' }));
  assert.is(statusOf(await wire.next())[0], 12);
  wire.end();
});

test('an oversize request is RESOURCE_EXHAUSTED on its stream and the next one is served', async () => {
  const { wire, served } = await serve();
  const length = FRAME_DATA_BYTES_MAX + 1;
  wire.raw(encodeHeader(1, 1, 0, length));
  const frame = await wire.next();
  assert.is(frame.streamId, 1);
  assert.equal(statusOf(frame), [
    8,
    `message length ${length} exceed maximum message size of ${FRAME_DATA_BYTES_MAX}`,
  ]);
  assert.ok(served.bufferedBytes < 65_536);
  wire.raw(Buffer.alloc(length));
  wire.write(3, requestBytes({ service: 'test.Echo', method: 'Echo', payload: Buffer.from('z') }));
  assert.is(show(await wire.next()), '3 2 0 12017a');
  wire.end();
});

test('requests and payloads that do not decode are INVALID_ARGUMENT', async () => {
  const { wire } = await serve();
  wire.write(1, Buffer.from('0affffffff0f', 'hex'));
  assert.is(statusOf(await wire.next())[0], 3);
  const payload = Buffer.from([0xff]);
  wire.write(3, requestBytes({ service: 'test.Echo', method: 'Echo', payload }));
  const [code, message] = statusOf(await wire.next());
  assert.is(code, 3);
  assert.match(message ?? '', /test.Echo\/Echo.*0xff begins no message/);
  wire.end();
});

test('unknown types are ignored; data of unknown streams and to unary calls is refused', async () => {
  let aborted = false;
  const hang = handle(ECHO.hang, async (_, { signal }) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    aborted = true;
    return Buffer.alloc(0);
  });
  const { wire } = await serve(new TtrpcServer(echoHandlers([hang])));
  wire.raw(encodeFrame(1, 9, 255, Buffer.from('future')));
  wire.raw(encodeFrame(1, 2, 0, Buffer.alloc(0)));
  wire.raw(encodeFrame(11, 3, 0, Buffer.from('x')));
  assert.equal(statusOf(await wire.next()), [3, 'StreamID was never requested']);
  wire.write(13, requestBytes({ service: 'test.Echo', method: 'Hang' }));
  wire.raw(encodeFrame(13, 3, 0, Buffer.from('x')));
  assert.equal(statusOf(await wire.next()), [3, 'a unary call takes no data']);
  assert.ok(aborted, 'the handler was told');
  wire.end();
});

test('a stream of every kind follows the diagrams of PROTOCOL.md', async () => {
  const { wire } = await serve();
  const service = 'test.Echo';
  // Many to one: Request [remote open], Data, Data [remote closed, no data] -> Response.
  wire.write(1, requestBytes({ service, method: 'Collect' }), 2);
  wire.raw(encodeFrame(1, 3, 0, Buffer.from('ab')));
  wire.raw(encodeFrame(1, 3, 0, Buffer.from('cd')));
  wire.raw(encodeFrame(1, 3, 5, Buffer.alloc(0)));
  assert.is(show(await wire.next()), '1 2 0 120461626364');
  // One to many: Request [remote closed] -> Data, Data, Data [remote closed, no data].
  wire.write(3, requestBytes({ service, method: 'Repeat', payload: Buffer.from('xy') }), 1);
  assert.is(show(await wire.next()), '3 3 0 7879');
  assert.is(show(await wire.next()), '3 3 0 7879');
  assert.is(show(await wire.next()), '3 3 5 ');
  // Both: an empty message is a message; the last may carry the flag.
  wire.write(5, requestBytes({ service, method: 'Chat' }), 2);
  wire.raw(encodeFrame(5, 3, 0, Buffer.alloc(0)));
  assert.is(show(await wire.next()), '5 3 0 ');
  wire.raw(encodeFrame(5, 3, 1, Buffer.from('q')));
  assert.is(show(await wire.next()), '5 3 0 71');
  assert.is(show(await wire.next()), '5 3 5 ');
  // Data for a stream that is over was on its way: no answer. The next answer is the next call's.
  wire.raw(encodeFrame(5, 3, 0, Buffer.from('late')));
  wire.write(7, requestBytes({ service, method: 'Echo', payload: Buffer.from('k') }));
  assert.is(show(await wire.next()), '7 2 0 12016b');
  wire.end();
});

test('data after remote closed is refused', async () => {
  let release: (() => void) | undefined;
  const { wire } = await serve(
    new TtrpcServer([
      {
        method: ECHO.chat,
        answer: () => new Promise<void>((resolve) => (release = resolve)),
      } as never,
    ]),
  );
  wire.write(1, requestBytes({ service: 'test.Echo', method: 'Chat' }), 1);
  wire.raw(encodeFrame(1, 3, 0, Buffer.from('x')));
  assert.equal(statusOf(await wire.next()), [3, 'data after the end of the stream']);
  release?.();
  wire.end();
});

test('a deadline is answered though the handler hangs, and a negative one at once', async () => {
  const reasons: unknown[] = [];
  const hang = handle(ECHO.hang, (_, { signal }) => {
    signal.addEventListener('abort', () => reasons.push((signal.reason as RuntimeError).code));
    return new Promise<Uint8Array>(() => undefined);
  });
  // Slower than the millisecond after which Node fires a timer that is set too far.
  const slow = handle(ECHO.metadata, async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return {};
  });
  const { wire, served } = await serve(new TtrpcServer([hang, slow]));
  wire.write(1, requestBytes({ service: 'test.Echo', method: 'Hang', timeoutNano: 20e6 }));
  assert.equal(statusOf(await wire.next()), [4, 'cannot test.Echo/Hang: no answer within 20 ms']);
  assert.equal(reasons, ['timeout']);
  assert.is(served.calls, 1, 'the handler still counts');
  wire.write(3, requestBytes({ service: 'test.Echo', method: 'Hang', timeoutNano: -1 }));
  assert.is(statusOf(await wire.next())[0], 4);
  // Farther than a timer reaches is no deadline: it must not fire at once.
  const far = { service: 'test.Echo', method: 'Metadata', timeoutNano: 2 ** 62 };
  wire.write(5, requestBytes(far));
  assert.is(show(await wire.next()), '5 2 0 ');
  wire.end();
});

test('a connection that ends aborts what is in progress on it', async () => {
  const aborted: Promise<unknown>[] = [];
  let begun: (() => void) | undefined;
  const all = new Promise<void>((resolve) => (begun = resolve));
  const hang = handle(ECHO.hang, (_, { signal }) => {
    aborted.push(new Promise((resolve) => signal.addEventListener('abort', resolve)));
    if (aborted.length === 3) begun?.();
    return new Promise<Uint8Array>(() => undefined);
  });
  const server = new TtrpcServer(echoHandlers([hang]));
  const { wire, served } = await serve(server);
  for (const id of [1, 3, 5]) {
    wire.write(id, requestBytes({ service: 'test.Echo', method: 'Hang' }));
  }
  await all;
  wire.end();
  await Promise.all(aborted);
  await served.closed;
  assert.is(server.connections, 0);
});

test('one call more than the bound is RESOURCE_EXHAUSTED, and so are requests that hold too much', async () => {
  const hang = handle(ECHO.hang, () => new Promise<Uint8Array>(() => undefined));
  const bounded = new TtrpcServer(echoHandlers([hang]), { callsMax: 2 });
  const { wire } = await serve(bounded);
  const request = requestBytes({ service: 'test.Echo', method: 'Hang' });
  for (const id of [1, 3, 5]) wire.write(id, request);
  assert.equal(statusOf(await wire.next()), [8, '2 calls are in progress']);
  wire.end();

  const { wire: second, served } = await serve(new TtrpcServer(echoHandlers([hang])));
  const large = requestBytes({
    service: 'test.Echo',
    method: 'Hang',
    payload: Buffer.alloc(4_000_000),
  });
  for (let id = 1; id < 20; id += 2) second.write(id, large);
  const [code, text] = statusOf(await second.next());
  assert.is(code, 8);
  assert.match(text ?? '', /the requests in progress hold 32\d{6} bytes/);
  assert.is(served.calls, 8);
  second.end();
});

test('a response that does not fit a frame is an error on its stream', async () => {
  const big = handle(ECHO.echo, () => Buffer.alloc(FRAME_DATA_BYTES_MAX + 1));
  const { wire } = await serve(new TtrpcServer([big]));
  wire.write(1, requestBytes({ service: 'test.Echo', method: 'Echo' }));
  assert.is(statusOf(await wire.next())[0], 8);
  wire.end();
});

test('a socket that is destroyed already is no connection, and harms nothing', async () => {
  const server = new TtrpcServer(echoHandlers());
  const { client, server: socket } = await socketPair();
  client.destroy();
  socket.destroy();
  const dying = server.serve(socket);
  await dying.closed;
  const closed = server.serve(socket);
  await closed.closed;
  await new Promise((resolve) => setImmediate(resolve));
  assert.is(server.connections, 0);
  await server.close();
});

test('two handlers for one method are refused', () => {
  assert.throws(
    () => new TtrpcServer([...echoHandlers(), ...echoHandlers()]),
    /two handlers for test.Echo\/Echo/,
  );
});

test.run();

interface Wire {
  write(streamId: number, request: Uint8Array, flags?: number): void;
  raw(bytes: Uint8Array): void;
  next(): Promise<Frame>;
  end(): void;
}

async function serve(
  server = new TtrpcServer(echoHandlers()),
): Promise<{ wire: Wire; served: ServedConnection }> {
  const pair = await socketPair();
  const served = server.serve(pair.server);
  const reader = new FrameReader(pair.client);
  return {
    served,
    wire: {
      write: (streamId, request, flags = 0) =>
        void pair.client.write(encodeFrame(streamId, 1, flags, request)),
      raw: (bytes) => void pair.client.write(bytes),
      next: () => reader.next(),
      end: () => pair.client.destroy(),
    },
  };
}

function show({ streamId, type, flags, payload }: Frame): string {
  return `${streamId} ${type} ${flags} ${Buffer.from(payload).toString('hex')}`;
}

function statusOf(frame: Frame): [number, string | undefined] {
  assert.is(frame.type, 2);
  const { status } = ttrpc.Response.decode(frame.payload);
  return [status?.code ?? 0, status?.message ?? undefined];
}
