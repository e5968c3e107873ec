/** Windows' pipes, for which sockets stand here: dialled once a stream, dialled again when they break, loggers by pipes. */
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { RuntimeError } from '../../../runtime/errors.ts';
import { openPipeSink, openPipeSource } from '../../../runtime/stdio/named-pipe.ts';
import { startWindowsLogger } from '../../../runtime/stdio/windows-logger.ts';
import { rejection } from '../../harness/rejection.ts';
import { Guest, onBench } from './stdio-suite.ts';

async function listen(path: string): Promise<Server> {
  const server = createServer().listen(path);
  await once(server, 'listening');
  return server;
}

async function dialled(server: Server): Promise<Socket> {
  const [socket] = (await once(server, 'connection')) as [Socket];
  return socket;
}

function sinkAt(
  path: string,
  troubles: string[] = [],
  retryMs = 0,
): ReturnType<typeof openPipeSink> {
  const onTrouble = (what: string): void => {
    troubles.push(what);
  };
  return openPipeSink({ op: 'open', name: `stdout "${path}"`, path, onTrouble, retryMs });
}

test(
  'nobody who listens is refused by name, but for what runs already',
  onBench(async (bench) => {
    const path = bench.path('pipe');
    const error = (await rejection(sinkAt(path))) as RuntimeError;
    assert.is(error.code, 'invalid-argument');
    assert.match(error.message, `stdout "${path}"`);
    const options = { op: 'open', name: 'stdout', path, onTrouble: () => {}, adopted: true };
    const sink = await openPipeSink(options);
    await sink.close();
  }),
);

test(
  'a pipe that breaks is dialled again, and what it did not take comes over the next',
  onBench(async (bench) => {
    const path = bench.path('pipe');
    const first = await listen(path);
    const [sink, one] = await Promise.all([sinkAt(path), dialled(first)]);
    await sink.write('stdout', Buffer.from('one '), () => {});
    const [bytes] = (await once(one, 'data')) as [Buffer];
    assert.is(String(bytes), 'one ');
    one.destroy();
    first.close();
    let advanced = 0;
    // The first write after the end may still be taken by the system.
    const writing = (async () => {
      for (let count = 0; count < 3; count += 1) {
        await sink.write('stdout', Buffer.from('two '), (more) => (advanced += more));
        await new Promise((resolve) => {
          setTimeout(resolve, 5);
        });
      }
    })();
    const second = await listen(path);
    const two = await dialled(second);
    const received: Buffer[] = [];
    two.on('data', (more: Buffer) => received.push(more));
    await writing;
    assert.is(advanced, 12);
    const ended = once(two, 'end');
    await sink.end();
    await ended;
    assert.match(Buffer.concat(received).toString(), /^(two ){1,3}$/);
    await sink.close();
    second.close();
  }),
);

test(
  'a pipe that nobody listens at again is given up after its time, and said once',
  onBench(async (bench) => {
    const path = bench.path('pipe');
    const server = await listen(path);
    const troubles: string[] = [];
    const [sink, socket] = await Promise.all([sinkAt(path, troubles, 100), dialled(server)]);
    socket.destroy();
    server.close();
    for (let count = 0; count < 5; count += 1) {
      await sink.write('stdout', Buffer.from('x'), () => {});
      await new Promise((resolve) => {
        setTimeout(resolve, 5);
      });
    }
    assert.is(troubles.length, 1);
    assert.match(troubles[0] as string, 'nobody listened for 100 ms');
  }),
);

test(
  'a close does not wait for a client that does not read',
  onBench(async (bench) => {
    const path = bench.path('pipe');
    const server = await listen(path);
    const [sink, socket] = await Promise.all([sinkAt(path), dialled(server)]);
    socket.pause();
    let taken = false;
    const writing = sink.write('stdout', Buffer.alloc(4_000_000), () => {
      taken = true;
    });
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
    assert.is(taken, false);
    await sink.close();
    await writing;
    socket.destroy();
    server.close();
  }),
);

test(
  'stdin ends with its pipe, or after CloseIO when nothing more comes',
  onBench(async (bench) => {
    for (const how of ['end', 'CloseIO'] as const) {
      const path = bench.path(how);
      const server = await listen(path);
      const opening = openPipeSource({ op: 'open', name: 'stdin', path });
      const [source, client] = await Promise.all([opening, dialled(server)]);
      client.write('hello');
      const guest = new Guest();
      source.read(
        0,
        (bytes) => guest.write(bytes),
        () => guest.end(),
      );
      if (how === 'end') client.end();
      else source.closeWriter();
      await guest.ended;
      assert.is(String(guest.received), 'hello');
      source.close();
      client.destroy();
      server.close();
    }
  }),
);

test(
  'a logger dials its pipes and is waited for',
  onBench(async (bench) => {
    const script = bench.path('logger.mjs');
    writeFileSync(
      script,
      `import { connect } from 'node:net'; import { createWriteStream } from 'node:fs';
       const out = connect(process.env.CONTAINER_STDOUT), err = connect(process.env.CONTAINER_STDERR);
       out.pipe(createWriteStream(process.argv[2] + '.out')); err.pipe(createWriteStream(process.argv[2] + '.err'));
       connect(process.env.CONTAINER_WAIT).end();`,
    );
    const logger = {
      ...{ op: 'open', name: 'stdout "binary"', path: process.execPath, containerId: 'web' },
      ...{ namespace: 'n', streams: ['stdout', 'stderr'] as const, onTrouble: () => {} },
    };
    const log = bench.path('log');
    const sink = await startWindowsLogger({
      ...logger,
      args: [script, log],
      prefix: bench.path('pipe-'),
    });
    await Promise.all([
      sink.write('stdout', Buffer.from('out'), () => {}),
      sink.write('stderr', Buffer.from('err'), () => {}),
    ]);
    await sink.close();
    assert.is(readFileSync(`${log}.out`, 'utf8'), 'out');
    assert.is(readFileSync(`${log}.err`, 'utf8'), 'err');
    const dying = { ...logger, args: ['-e', 'process.exit(4)'], prefix: bench.path('again-') };
    const error = (await rejection(startWindowsLogger(dying))) as RuntimeError;
    assert.match(error.message, 'ended before it was ready, status 4');
  }),
);

test.run();
