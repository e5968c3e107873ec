/** The QMP client against a server that behaves, and ones that do not. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, connect, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LineSplitter } from '../../../hcs/qemu/line-splitter.ts';
import { QmpClient, QmpClosedError, QmpError } from '../../../hcs/qemu/qmp.ts';
import { rejection } from '../../harness/rejection.ts';

const GREETING = {
  QMP: { version: { qemu: { major: 7, minor: 2, micro: 22 } }, capabilities: [] },
};

let folder = '';
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lcow-qmp-'));
});
test.after(() => rm(folder, { recursive: true, force: true }));

type Answer = (
  request: { execute: string; arguments?: unknown; id: number },
  socket: Socket,
) => void;

const send = (socket: Socket, value: unknown): boolean =>
  socket.write(`${JSON.stringify(value)}\r\n`);

/** Runs `body` with a client of a server that greets and answers as told. */
async function withServer(
  answer: Answer,
  body: (client: QmpClient) => Promise<void>,
): Promise<void> {
  const path = join(folder, 'qmp.sock');
  const server: Server = createServer((socket) => {
    send(socket, GREETING);
    const lines = new LineSplitter(1024 * 1024);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      for (const line of lines.push(chunk)) {
        const request = JSON.parse(line) as Parameters<Answer>[0];
        if (request.execute === 'qmp_capabilities') send(socket, { return: {}, id: request.id });
        else answer(request, socket);
      }
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(path, resolve);
  });
  const client = new QmpClient(connect(path));
  try {
    await body(client);
  } finally {
    client.close();
    server.close();
  }
}

test('it negotiates, tells the version and gives a command its answer', async () => {
  await withServer(
    ({ id, execute, arguments: args }, socket) => send(socket, { return: { execute, args }, id }),
    async (client) => {
      await client.ready;
      assert.is(client.version, '7.2.22');
      const answer = await client.execute('device_del', { id: 'x' });
      assert.equal(answer, { execute: 'device_del', args: { id: 'x' } });
    },
  );
});

test('answers find their commands in any order', async () => {
  const waiting: number[] = [];
  await withServer(
    ({ id }, socket) => {
      waiting.unshift(id);
      if (waiting.length === 3)
        for (const known of waiting) send(socket, { return: known, id: known });
    },
    async (client) => {
      await client.ready;
      const answers = await Promise.all(['a', 'b', 'c'].map((name) => client.execute(name)));
      assert.equal(answers, [...waiting].reverse());
    },
  );
});

test('a refusal is a QmpError with class and words, and the connection goes on', async () => {
  await withServer(
    ({ id, execute }, socket) =>
      send(
        socket,
        execute === 'good'
          ? { return: 1, id }
          : { error: { class: 'GenericError', desc: 'no such bus' }, id },
      ),
    async (client) => {
      await client.ready;
      const error = await rejection(client.execute('bad'));
      assert.instance(error, QmpError);
      assert.is((error as QmpError).errorClass, 'GenericError');
      assert.is((error as QmpError).message, 'no such bus');
      assert.is(await client.execute('good'), 1);
    },
  );
});

test('an event reaches its waiter and every listener', async () => {
  await withServer(
    ({ id }, socket) => {
      send(socket, { event: 'DEVICE_DELETED', data: { device: 'other' }, timestamp: {} });
      send(socket, { event: 'DEVICE_DELETED', data: { device: 'mine' }, timestamp: {} });
      send(socket, { return: {}, id });
    },
    async (client) => {
      await client.ready;
      const seen: unknown[] = [];
      client.onEvent(({ data }) => seen.push(data['device']));
      const gone = client.nextEvent(({ data }) => data['device'] === 'mine', 1_000, 'the end');
      await client.execute('device_del');
      assert.is((await gone).data['device'], 'mine');
      assert.equal(seen, ['other', 'mine']);
    },
  );
});

test('a command without an answer, and an event that does not come, meet their deadlines', async () => {
  await withServer(
    () => undefined,
    async (client) => {
      await client.ready;
      const error = await rejection(client.execute('silence', {}, 20));
      assert.instance(error, QmpClosedError);
      assert.match((error as Error).message, 'silence');
      assert.instance(await rejection(client.nextEvent(() => true, 20, 'it')), QmpClosedError);
    },
  );
});

test('when the server goes away everything that waits is told', async () => {
  await withServer(
    (_, socket) => socket.destroy(),
    async (client) => {
      await client.ready;
      const event = client.nextEvent(() => true, 10_000, 'it');
      assert.instance(await rejection(client.execute('die')), QmpClosedError);
      assert.instance(await rejection(event), QmpClosedError);
      await client.closed;
      assert.instance(await rejection(client.execute('late')), QmpClosedError);
    },
  );
});

test('what is not QMP, or has no end, closes the connection', async () => {
  for (const bytes of ['this is no JSON\n', '42\n', 'x'.repeat(5 * 1024 * 1024)]) {
    await withServer(
      (_, socket) => socket.write(bytes),
      async (client) => {
        await client.ready;
        assert.instance(await rejection(client.execute('garbage')), QmpClosedError);
        await client.closed;
      },
    );
  }
});

test('lines are found however the bytes are cut, and have a greatest length', () => {
  const text = 'one\r\ntwo\n\nthree\n';
  for (let size = 1; size <= text.length; size += 1) {
    const lines = new LineSplitter(5);
    const found: string[] = [];
    for (let at = 0; at < text.length; at += size) {
      found.push(...lines.push(Buffer.from(text.slice(at, at + size))));
    }
    assert.equal(found, ['one', 'two', '', 'three']);
  }
  assert.throws(() => new LineSplitter(5).push(Buffer.from('sixsix')), /5 bytes/);
});

test.run();
