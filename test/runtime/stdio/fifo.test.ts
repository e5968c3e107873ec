/** FIFOs: readers and writers that come and go, ends, and what cannot be opened. */
import { mkdirSync, writeFileSync, writeSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { RuntimeError } from '../../../runtime/errors.ts';
import { rejection } from '../../harness/rejection.ts';
import { EXIT, FifoEnd, Guest, onBench, openFiles, until } from './stdio-suite.ts';

const PIPE_BYTES = 65_536;

test(
  'output comes to its reader, which sees the end when it has ended',
  onBench(async (bench) => {
    const [stdout, stderr] = [bench.fifo('out'), bench.fifo('err')];
    const reader = { stdout: new FifoEnd(stdout, 'read'), stderr: new FifoEnd(stderr, 'read') };
    const io = await bench.open({ stdout, stderr: `fifo://${stderr}` });
    assert.equal(io.wants, { stdin: false, stdout: true, stderr: true });
    io.connect(new Guest());
    await io.output('stdout', Buffer.from('one '), 0);
    await io.output('stdout', Buffer.from('e two'), 4);
    await io.output('stderr', Buffer.from('err'), 0);
    assert.is(String(reader.stdout.take()), 'one e two');
    assert.is(String(reader.stderr.take()), 'err');
    assert.is(String(reader.stdout.take()), '');
    await io.outputEnded();
    assert.is(reader.stdout.take(), undefined);
    assert.is(reader.stderr.take(), undefined);
    io.exited(EXIT);
    await io.close();
    reader.stdout.close();
    reader.stderr.close();
    assert.equal(openFiles(bench.folder), []);
  }),
);

test(
  'output that was handed on before is not written again',
  onBench(async (bench) => {
    const stdout = bench.fifo('out');
    const reader = new FifoEnd(stdout, 'read');
    const io = await bench.open({ stdout });
    await io.output('stdout', Buffer.from('abcd'), 0);
    await io.output('stdout', Buffer.from('cdef'), 2);
    await io.output('stdout', Buffer.from('ab'), 0);
    assert.is(String(reader.take()), 'abcdef');
    reader.close();
    await io.close();
  }),
);

test(
  'without a reader output waits, and whoever reads next gets all of it',
  onBench(async (bench) => {
    const stdout = bench.fifo('out');
    const io = await bench.open({ stdout });
    const sent = Buffer.alloc(300_000, 'lcow');
    let taken = false;
    const done = io.output('stdout', sent, 0).then(() => {
      taken = true;
    });
    await new Promise((resolve) => {
      setTimeout(resolve, 30);
    });
    assert.is(taken, false);
    const received: Buffer[] = [];
    const first = new FifoEnd(stdout, 'read');
    const bytes = first.take();
    assert.is(bytes?.length, PIPE_BYTES);
    received.push(bytes as Buffer);
    // The first reader goes in the middle of it; that is no error, and nothing is lost.
    first.close();
    const second = new FifoEnd(stdout, 'read');
    await until(() => {
      received.push(second.take() ?? Buffer.alloc(0));
      return taken;
    });
    await done;
    received.push(second.take() ?? Buffer.alloc(0));
    assert.ok(Buffer.concat(received).equals(sent));
    second.close();
    await io.close();
    assert.equal(bench.troubles, []);
  }),
);

test(
  'a close does not wait for a reader that never comes',
  onBench(async (bench) => {
    const stdout = bench.fifo('out');
    const io = await bench.open({ stdout });
    const done = io.output('stdout', Buffer.alloc(200_000), 0);
    io.exited(EXIT);
    await io.close();
    await done;
    assert.equal(openFiles(bench.folder), []);
  }),
);

test(
  'a client that leaves does not end stdin; CloseIO after it does',
  onBench(async (bench) => {
    const stdin = bench.fifo('in');
    const io = await bench.open({ stdin });
    const guest = new Guest();
    io.connect(guest);
    const first = new FifoEnd(stdin, 'write');
    writeFileSync(first.fd, 'one ');
    first.close();
    await guest.has(4);
    const second = new FifoEnd(stdin, 'write');
    writeFileSync(second.fd, 'two');
    await guest.has(7);
    assert.is(guest.isEnded, false);
    io.closeStdin();
    // Our writer is closed, the client's is not.
    writeFileSync(second.fd, ' three');
    await guest.has(13);
    assert.is(guest.isEnded, false);
    second.close();
    await guest.ended;
    assert.is(String(guest.received), 'one two three');
    io.exited(EXIT);
    await io.close();
    assert.equal(openFiles(bench.folder), []);
  }),
);

test(
  'CloseIO before the process is there is remembered, and what was sent comes first',
  onBench(async (bench) => {
    const stdin = bench.fifo('in');
    const io = await bench.open({ stdin });
    const client = new FifoEnd(stdin, 'write');
    writeFileSync(client.fd, 'all of it');
    client.close();
    io.closeStdin();
    io.closeStdin();
    const guest = new Guest();
    io.connect(guest);
    await guest.ended;
    assert.is(String(guest.received), 'all of it');
    await io.close();
  }),
);

test(
  'CloseIO ends stdin that no client ever opened',
  onBench(async (bench) => {
    const io = await bench.open({ stdin: bench.fifo('in') });
    const guest = new Guest();
    io.connect(guest);
    io.closeStdin();
    await guest.ended;
    await io.close();
  }),
);

test(
  'a guest that does not read holds up who writes to it',
  onBench(async (bench) => {
    const stdin = bench.fifo('in');
    const io = await bench.open({ stdin });
    const client = new FifoEnd(stdin, 'write');
    const guest = new Guest();
    let read!: () => void;
    guest.reads = new Promise((resolve) => {
      read = resolve;
    });
    io.connect(guest);
    let sent = 0;
    let full = 0;
    // Two reads' worth and the pipe's: no more goes in.
    while (full < 20) {
      try {
        const room = Buffer.alloc(4096, 'x');
        sent += writeSync(client.fd, room);
        full = 0;
      } catch {
        full += 1;
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    assert.ok(sent <= 3 * PIPE_BYTES, `${sent} bytes`);
    read();
    await guest.has(sent);
    client.close();
    await io.close();
  }),
);

test(
  'with a terminal stderr is not looked at',
  onBench(async (bench) => {
    const stdout = bench.fifo('out');
    const io = await bench.open({ terminal: true, stdout, stderr: 'nowhere' });
    assert.equal(io.wants, { stdin: false, stdout: true, stderr: false });
    await io.close();
  }),
);

test(
  'what is no FIFO is refused by name, and nothing stays open',
  onBench(async (bench) => {
    const [stdin, stdout] = [bench.fifo('in'), bench.fifo('out')];
    writeFileSync(bench.path('file'), '');
    mkdirSync(bench.path('folder'));
    const wrong: [string, string][] = [
      ['missing', 'ENOENT'],
      ['file', 'it is not a FIFO'],
      ['folder', 'it is not a FIFO'],
    ];
    for (const [name, words] of wrong) {
      for (const field of ['stdin', 'stdout', 'stderr'] as const) {
        const request = { stdin, stdout, stderr: stdout, [field]: bench.path(name) };
        const error = (await rejection(bench.open(request))) as RuntimeError;
        assert.is(error.code, 'invalid-argument');
        assert.ok(error.message.includes(`${field} "${bench.path(name)}"`), error.message);
        assert.ok(error.message.includes(words), error.message);
        assert.equal(openFiles(bench.folder), []);
      }
    }
  }),
);

test(
  'an adopter goes on where its predecessor was, and never fails for a FIFO that is gone',
  onBench(async (bench) => {
    const [stdin, stdout] = [bench.fifo('in'), bench.fifo('out')];
    const reader = new FifoEnd(stdout, 'read');
    const first = await bench.open({ stdin, stdout });
    const guest = new Guest();
    first.connect(guest);
    await first.output('stdout', Buffer.from('0123'), 0);
    const client = new FifoEnd(stdin, 'write');
    writeFileSync(client.fd, 'abc');
    await guest.has(3);
    // Let go of, not ended.
    await first.close();
    const next = await bench.open({ stdin, stdout, adopted: true });
    assert.equal(next.resumeAt, { stdout: 4, stderr: 0 });
    // The guest says that it has one byte less than was given to it.
    const later = new Guest(2);
    next.connect(later);
    await later.has(1);
    writeFileSync(client.fd, 'def');
    await later.has(4);
    assert.is(String(later.received), 'cdef');
    await next.output('stdout', Buffer.from('2345'), 2);
    assert.is(String(reader.take()), '012345');
    next.closeStdin();
    await next.close();
    client.close();
    // CloseIO is remembered over the next death.
    const third = await bench.open({ stdin, stdout, adopted: true });
    const last = new Guest(6);
    third.connect(last);
    await last.ended;
    await third.outputEnded();
    await third.close();
    bench.remove();
    const gone = await bench.open({ stdin, stdout, adopted: true });
    assert.equal(gone.wants, { stdin: true, stdout: true, stderr: false });
    gone.connect(new Guest());
    await gone.output('stdout', Buffer.from('lost'), 0);
    assert.is(bench.troubles.length, 2);
    gone.exited(EXIT);
    await gone.close();
    reader.close();
  }),
);

test(
  'an adopter opens nothing for output that has ended',
  onBench(async (bench) => {
    const stdout = bench.fifo('out');
    const first = await bench.open({ stdout });
    first.connect(new Guest());
    await first.output('stdout', Buffer.from('x'), 0);
    await first.outputEnded();
    await first.close();
    const next = await bench.open({ stdout, adopted: true });
    assert.equal(
      openFiles(bench.folder).filter((path) => path === '/out'),
      [],
    );
    assert.equal(next.resumeAt, { stdout: 1, stderr: 0 });
    next.exited(EXIT);
    await next.close();
  }),
);

test(
  'ends that outlive us are kept with who keeps them, and let go of in time',
  onBench(async (bench) => {
    const [stdin, stdout] = [bench.fifo('in'), bench.fifo('out')];
    const calls: string[] = [];
    const name = (path: string): string => path.slice(bench.folder.length);
    const held = {
      keep: async (key: string, { read, write }: Record<'read' | 'write', readonly string[]>) => {
        calls.push(`keep ${key} r${read.map(name).join()} w${write.map(name).join()}`);
      },
      drop: async (key: string) => {
        calls.push(`drop ${key}`);
      },
    };
    const io = await bench.open({ stdin, stdout, execId: 'e' }, { held });
    io.connect(new Guest());
    assert.equal(calls.splice(0), ['keep web/e/out r w/out', 'keep web/e/in r/in w']);
    await io.outputEnded();
    assert.equal(calls.splice(0), ['drop web/e/out']);
    await io.close();
    assert.equal(calls.splice(0), []);
    const next = await bench.open({ stdin, stdout, execId: 'e', adopted: true }, { held });
    next.exited(EXIT);
    await next.close();
    assert.ok(calls.includes('drop web/e/in'));
  }),
);

test.run();
