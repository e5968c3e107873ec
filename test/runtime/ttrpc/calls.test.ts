/** Client and server against each other over a real socket. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ERROR_TABLE, type ErrorCode, RuntimeError } from '../../../runtime/errors.ts';
import { TtrpcClient } from '../../../runtime/ttrpc/client.ts';
import { UNREAD_BYTES_MAX } from '../../../runtime/ttrpc/connection.ts';
import { FRAME_DATA_BYTES_MAX } from '../../../runtime/ttrpc/frame.ts';
import { type Handler, handle, handleStream } from '../../../runtime/ttrpc/method.ts';
import { type ServedConnection, TtrpcServer } from '../../../runtime/ttrpc/server.ts';
import { ECHO, echoHandlers, expectRejection, socketPair } from './echo-service.ts';

test('a call is answered, with its metadata', async () => {
  const { client } = await connected();
  assert.is(text(await client.call('echo', ECHO.echo, Buffer.from('hello'))), 'hello');
  assert.is(text(await client.call('echo', ECHO.echo, Buffer.alloc(0))), '');
  const metadata = { 'Containerd-Namespace-Ttrpc': 'k8s.io', b: 'x' };
  const { key } = await client.call('ask', ECHO.metadata, {}, { metadata });
  assert.is(key, 'containerd-namespace-ttrpc=k8s.io;b=x');
  await client.close();
});

test("a handler's error reaches the caller with its code and text", async () => {
  const fail = handle(ECHO.fail, ({ key, value }) => {
    if (key === 'plain') throw new TypeError(value);
    throw new RuntimeError(key as ErrorCode, 'do it', value);
  });
  const { client } = await connected([fail]);
  for (const code of Object.keys(ERROR_TABLE) as ErrorCode[]) {
    const request = { key: code, value: `because ${code}` };
    const error = await expectRejection(client.call('try', ECHO.fail, request));
    assert.equal([error.code, error.message], [code, `cannot try: cannot do it: because ${code}`]);
  }
  const plain = { key: 'plain', value: 'oops' };
  const error = await expectRejection(client.call('try', ECHO.fail, plain));
  assert.equal([error.code, error.message], ['internal', 'cannot try: oops']);
  await client.close();
});

test('a defect of a handler is told to the server too', async () => {
  const told: unknown[] = [];
  const broken = handle(ECHO.hang, () => {
    throw new TypeError('x is undefined');
  });
  const server = new TtrpcServer([broken], { unexpected: (...defect) => told.push(defect) });
  const sockets = await socketPair();
  server.serve(sockets.server);
  const client = new TtrpcClient(sockets.client);
  await expectRejection(client.call('x', ECHO.hang, Buffer.alloc(1)));
  assert.is(String(told), 'test.Echo/Hang,TypeError: x is undefined');
  await client.close();
});

test('streams of every kind, and an early end of each side', async () => {
  const greedy = handleStream(ECHO.collect, async (stream) => {
    for await (const part of stream) return part;
    return Buffer.alloc(0);
  });
  const { client } = await connected([], [greedy]);
  const repeated: string[] = [];
  const request = Buffer.from('abc');
  for await (const part of client.stream('repeat', ECHO.repeat, { request })) {
    repeated.push(text(part));
  }
  assert.equal(repeated, ['abc', 'abc', 'abc']);

  const chat = client.stream('chat', ECHO.chat);
  for (const word of ['one', '', 'three']) {
    await chat.send(Buffer.from(word));
    assert.is(text((await chat.receive()) ?? Buffer.from('?')), word);
  }
  await chat.close();
  assert.is(await chat.receive(), undefined);
  assert.is((await expectRejection(chat.send(Buffer.from('x')))).code, 'cancelled');

  // The handler answers after the first part; the rest that is on its way disturbs nobody.
  const collect = client.stream('collect', ECHO.collect);
  for (let i = 0; i < 100; i += 1) collect.send(Buffer.from(`part ${i}`)).catch(() => undefined);
  assert.is(text((await collect.receive()) ?? Buffer.alloc(0)), 'part 0');
  assert.is(await collect.receive(), undefined);

  // The caller leaves a stream of many early.
  const many = client.stream('repeat', ECHO.repeat, { request: Buffer.alloc(2000) });
  for await (const _ of many) break;
  assert.is(text(await client.call('echo', ECHO.echo, Buffer.from('on'))), 'on');
  assert.is(client.calls, 0);
  await client.close();
});

test('500 calls at once are all answered, each with its own', async () => {
  const { client, served } = await connected();
  const answers = await Promise.all(
    Array.from({ length: 500 }, (_, i) => client.call('echo', ECHO.echo, Buffer.from(`${i}`))),
  );
  assert.equal(
    answers.map(text),
    Array.from({ length: 500 }, (_, i) => `${i}`),
  );
  assert.is(served.calls, 0);
  await client.close();
});

test('500 calls with large answers and a reader that stops hold little, and come when it reads', async () => {
  const big = Buffer.alloc(256 * 1024, 7);
  const { client, served, sockets } = await connected([handle(ECHO.hang, () => big)]);
  sockets.client.pause();
  const calls = Array.from({ length: 500 }, () => client.call('read', ECHO.hang, Buffer.from('x')));
  while (served.bufferedBytes === 0) await turn();
  let most = 0;
  for (let i = 0; i < 200; i += 1) {
    await turn();
    most = Math.max(most, served.bufferedBytes);
  }
  assert.ok(most < 1 << 20, `${most} bytes of 125 MiB were buffered`);
  sockets.client.resume();
  for (const answer of await Promise.all(calls)) assert.is(answer.byteLength, big.byteLength);
  await client.close();
});

test('a sender waits for a reader that does not read, and the memory between them is bounded', async () => {
  let read: (() => void) | undefined;
  const mayRead = new Promise<void>((resolve) => (read = resolve));
  let received = 0;
  const sink = handleStream(ECHO.collect, async (stream) => {
    await mayRead;
    for await (const part of stream) received += part.byteLength;
    return Buffer.from('done');
  });
  const { client, served } = await connected([], [sink]);
  const stream = client.stream('send', ECHO.collect);
  const part = Buffer.alloc(64 * 1024);
  let sent = 0;
  const sending = (async () => {
    for (; sent < 512; sent += 1) await stream.send(part);
    await stream.close();
  })();
  for (let before = -1; before !== sent; ) {
    before = sent;
    for (let i = 0; i < 300; i += 1) await turn();
  }
  assert.ok(sent < 64, `${sent} of 512 messages went into the void`);
  const held = served.bufferedBytes + client.bufferedBytes;
  assert.ok(held < UNREAD_BYTES_MAX + (1 << 20), `${held} bytes held`);
  read?.();
  await sending;
  assert.is(text((await stream.receive()) ?? Buffer.alloc(0)), 'done');
  assert.is(received, 512 * part.byteLength);
  await client.close();
});

test('a server that floods a reader who does not read is not read from', async () => {
  const flood = handleStream(ECHO.repeat, async (stream, { signal }) => {
    while (!signal.aborted) await stream.send(Buffer.alloc(64 * 1024));
  });
  const { client } = await connected([], [flood]);
  const stream = client.stream('read', ECHO.repeat, { request: Buffer.from('x') });
  await stream.receive();
  for (let i = 0; i < 500; i += 1) await turn();
  assert.ok(client.bufferedBytes < UNREAD_BYTES_MAX + (1 << 18), `${client.bufferedBytes}`);
  stream.cancel();
  assert.is((await expectRejection(stream.receive())).code, 'cancelled');
  await client.close();
});

test('the deadline is kept when the server does not keep it, and told when it does', async () => {
  let told: number | undefined;
  const hang = handle(ECHO.hang, (_, { signal }) => {
    const begun = performance.now();
    signal.addEventListener('abort', () => (told = performance.now() - begun));
    return new Promise<Uint8Array>(() => undefined);
  });
  const { client } = await connected([hang]);
  const options = { timeoutMs: 30 };
  const error = await expectRejection(client.call('wait', ECHO.hang, Buffer.alloc(1), options));
  assert.is(error.code, 'timeout');
  while (told === undefined) await turn();
  // Node counts a timer from the start of its turn of the loop, which a busy machine makes long.
  assert.ok(told >= 10 && told < 5000, `after ${told} ms`);
  await client.close();
});

test('an aborted call rejects at once, before and after it was sent, and frees what it held', async () => {
  const hang = handle(ECHO.hang, () => new Promise<Uint8Array>(() => undefined));
  const { client } = await connected([hang]);
  const controller = new AbortController();
  const { signal } = controller;
  const call = expectRejection(client.call('wait', ECHO.hang, Buffer.alloc(1), { signal }));
  assert.is(client.calls, 1);
  controller.abort();
  assert.is((await call).code, 'cancelled');
  const second = client.call('wait', ECHO.hang, Buffer.alloc(1), { signal });
  assert.is((await expectRejection(second)).code, 'cancelled');
  assert.is(client.calls, 0);
  assert.is(text(await client.call('echo', ECHO.echo, Buffer.from('ok'))), 'ok');
  await client.close();
});

test("an aborted stream's handler sees its end", async () => {
  let ended: (() => void) | undefined;
  const end = new Promise<void>((resolve) => (ended = resolve));
  const chat = handleStream(ECHO.chat, async (stream) => {
    for await (const message of stream) await stream.send(message);
    ended?.();
  });
  const { client } = await connected([], [chat]);
  const controller = new AbortController();
  const stream = client.stream('chat', ECHO.chat, { signal: controller.signal });
  await stream.send(Buffer.from('a'));
  await stream.receive();
  controller.abort();
  assert.is((await expectRejection(stream.receive())).code, 'cancelled');
  await end;
  await client.close();
});

test('a closed connection rejects everything on it and after it', async () => {
  const hang = handle(ECHO.hang, () => new Promise<Uint8Array>(() => undefined));
  const { client, server } = await connected([hang]);
  const call = expectRejection(client.call('wait', ECHO.hang, Buffer.alloc(1)));
  const chat = client.stream('chat', ECHO.chat);
  const reading = expectRejection(chat.receive());
  await chat.send(Buffer.alloc(0)).catch(() => undefined);
  await server.close();
  assert.equal([(await call).code, (await call).op], ['unavailable', 'wait']);
  assert.is((await reading).code, 'unavailable');
  await client.closed;
  const late = await expectRejection(client.call('late', ECHO.echo, Buffer.alloc(1)));
  assert.is(late.code, 'unavailable');
  assert.is((await expectRejection(client.stream('x', ECHO.chat).receive())).code, 'unavailable');
  assert.is((await expectRejection(chat.send(Buffer.alloc(0)))).code, 'unavailable');
});

test('a closing server lets the answers that it gave leave first', async () => {
  const answer = Buffer.alloc(3_000_000, 1);
  const { client, server, sockets } = await connected([handle(ECHO.hang, () => answer)]);
  sockets.client.pause();
  const calls = [1, 2, 3].map(() => client.call('read', ECHO.hang, Buffer.alloc(1)));
  while (sockets.server.writableLength === 0) await turn();
  const closed = server.close();
  sockets.client.resume();
  for (const call of calls) assert.is((await call).byteLength, answer.byteLength);
  await closed;
  await client.close();
});

test('a request of more than 4 MiB is not sent', async () => {
  const { client } = await connected();
  const call = client.call('echo', ECHO.echo, Buffer.alloc(FRAME_DATA_BYTES_MAX));
  assert.is((await expectRejection(call)).code, 'resource-exhausted');
  const stream = client.stream('chat', ECHO.chat);
  const sending = stream.send(Buffer.alloc(FRAME_DATA_BYTES_MAX + 1));
  assert.is((await expectRejection(sending)).code, 'resource-exhausted');
  await client.close();
});

test('connecting to nobody is unavailable, and can be given up', async () => {
  const error = await expectRejection(TtrpcClient.connect('/nonexistent/lcow.sock'));
  assert.is(error.code, 'unavailable');
  assert.match(error.message, /cannot connect to \/nonexistent\/lcow.sock: .*ENOENT/);
  const long = await expectRejection(TtrpcClient.connect(`/${'x'.repeat(200)}`));
  assert.is(long.code, 'invalid-argument');
  const signal = AbortSignal.abort();
  const given = TtrpcClient.connect('/nonexistent/lcow.sock', { signal });
  assert.is((await expectRejection(given)).code, 'cancelled');
});

test.run();

interface Connected {
  readonly client: TtrpcClient;
  readonly server: TtrpcServer;
  readonly served: ServedConnection;
  readonly sockets: Awaited<ReturnType<typeof socketPair>>;
}

/** `instead` replaces the echo service's own handlers of its methods. */
async function connected(
  more: readonly Handler[] = [],
  instead: readonly Handler[] = [],
): Promise<Connected> {
  const replaced = new Set(instead.map(({ method }) => method.name));
  const own = echoHandlers(more).filter(({ method }) => !replaced.has(method.name));
  const server = new TtrpcServer([...own, ...instead]);
  const sockets = await socketPair();
  const served = server.serve(sockets.server);
  return { client: new TtrpcClient(sockets.client), server, served, sockets };
}

/** One turn of the event loop: what is ready happens. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}
