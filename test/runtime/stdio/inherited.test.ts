/** Descriptors that a process of this host has: pipes, files, terminals, and what cannot be opened anew. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { RuntimeError } from '../../../runtime/errors.ts';
import { rejection } from '../../harness/rejection.ts';
import { type Bench, EXIT, FifoEnd, Guest, onBench, openFiles, until } from './stdio-suite.ts';

/** A process that has these as its fds 3 and on, and nothing to do with them. */
async function holder(...fds: number[]): Promise<{ pid: number; kill: () => Promise<void> }> {
  const child = spawn('sleep', ['1000'], { stdio: ['ignore', 'ignore', 'ignore', ...fds] });
  await once(child, 'spawn');
  await until(() => readlinkSync(`/proc/${child.pid}/exe`).endsWith('sleep'));
  return { pid: child.pid ?? 0, kill: () => end(child) };
}

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/** Both ends of a pipe. */
function pipe(bench: Bench, name: string): { reader: FifoEnd; writer: FifoEnd } {
  const path = bench.fifo(name);
  const reader = new FifoEnd(path, 'read');
  return { reader, writer: new FifoEnd(path, 'write') };
}

test(
  'output goes into an inherited pipe, which ends with the process that has it',
  onBench(async (bench) => {
    const out = pipe(bench, 'out');
    const { pid, kill } = await holder(out.writer.fd);
    out.writer.close();
    const io = await bench.open({ stdout: `process:${pid}/3` });
    await io.output('stdout', Buffer.from('hello'), 0);
    assert.is(String(out.reader.take()), 'hello');
    await io.outputEnded();
    assert.is(out.reader.take()?.length, 0);
    await kill();
    assert.is(out.reader.take(), undefined);
    io.exited(EXIT);
    await io.close();
    out.reader.close();
    assert.equal(openFiles(bench.folder), []);
  }),
);

test(
  'a pipe whose reader has gone takes output and loses it',
  onBench(async (bench) => {
    const [gone, going] = [pipe(bench, 'gone'), pipe(bench, 'going')];
    const { pid, kill } = await holder(gone.writer.fd, going.writer.fd);
    gone.writer.close();
    gone.reader.close();
    const io = await bench.open({ stdout: `process:${pid}/3`, stderr: `process:${pid}/4` });
    assert.equal(io.wants, { stdin: false, stdout: true, stderr: true });
    await io.output('stdout', Buffer.from('lost'), 0);
    going.reader.close();
    going.writer.close();
    await io.output('stderr', Buffer.from('lost'), 0);
    await io.output('stderr', Buffer.from('as well'), 4);
    assert.is(bench.troubles.length, 1);
    await io.close();
    await kill();
  }),
);

test(
  'an inherited pipe ends stdin when its writers have gone, without CloseIO',
  onBench(async (bench) => {
    const input = pipe(bench, 'in');
    const { pid, kill } = await holder(input.reader.fd);
    input.reader.close();
    const io = await bench.open({ stdin: `process:${pid}/3` });
    const guest = new Guest();
    io.connect(guest);
    writeFileSync(input.writer.fd, 'hello');
    await guest.has(5);
    assert.is(guest.isEnded, false);
    input.writer.close();
    await guest.ended;
    await io.close();
    await kill();
  }),
);

test(
  'an inherited file is read from where it was, and appended to',
  onBench(async (bench) => {
    writeFileSync(bench.path('in'), 'skipped, read');
    writeFileSync(bench.path('out'), 'old ');
    const opened = [openSync(bench.path('in'), 'r'), openSync(bench.path('out'), 'a')] as const;
    const child = spawn('bash', ['-c', 'read -N 9 -u 3; echo; exec sleep 1000'], {
      stdio: ['ignore', 'pipe', 'ignore', ...opened],
    });
    await once(child.stdout as NodeJS.ReadableStream, 'data');
    for (const fd of opened) closeSync(fd);
    const { pid } = child;
    const request = {
      stdin: `process:${pid}/3`,
      stdout: `process:${pid}/4`,
      stderr: `process:${pid}/4`,
    };
    const io = await bench.open(request);
    const guest = new Guest();
    io.connect(guest);
    await guest.ended;
    assert.is(String(guest.received), 'read');
    await Promise.all([
      io.output('stdout', Buffer.from('a'), 0),
      io.output('stderr', Buffer.from('b'), 0),
    ]);
    await io.close();
    // What the guest had is not read again, wherever its owner has read to since.
    const next = await bench.open({ ...request, adopted: true });
    const later = new Guest(1);
    next.connect(later);
    await later.ended;
    assert.is(String(later.received), 'ead');
    await next.output('stdout', Buffer.from('c'), 1);
    next.exited(EXIT);
    await next.close();
    await end(child);
    assert.match(readFileSync(bench.path('out'), 'utf8'), /^old (ab|ba)c$/);
    assert.equal(openFiles(bench.folder), []);
  }),
);

test(
  '/dev/null is an end of input and takes all output',
  onBench(async (bench) => {
    const { pid, kill } = await holder();
    const io = await bench.open({ stdin: `process:${pid}/0`, stdout: `process:${pid}/1` });
    const guest = new Guest();
    io.connect(guest);
    await guest.ended;
    await io.output('stdout', Buffer.from('x'), 0);
    await io.close();
    await kill();
  }),
);

test(
  'a socket, a device, a folder, a missing descriptor and a process that is gone are refused by name',
  onBench(async (bench) => {
    const server = createServer().listen(bench.path('socket'));
    await once(server, 'listening');
    const client = connect(bench.path('socket'));
    await once(client, 'connect');
    const [zero, folder] = [openSync('/dev/zero', 'r+'), openSync(bench.folder, 'r')];
    const socket = (client as unknown as { _handle: { fd: number } })._handle.fd;
    const { pid, kill } = await holder(socket, zero, folder);
    const refused: [number, string][] = [
      [3, 'it is a socket (socket:['],
      [4, 'it is a device that is no terminal'],
      [5, 'neither a pipe nor a terminal'],
      [99, 'ENOENT'],
    ];
    for (const [fd, words] of refused) {
      for (const field of ['stdin', 'stdout'] as const) {
        const uri = `process:${pid}/${fd}`;
        const error = (await rejection(bench.open({ [field]: uri }))) as RuntimeError;
        assert.is(error.code, 'invalid-argument');
        assert.ok(error.message.includes(`${field} "${uri}": `), error.message);
        assert.ok(error.message.includes(words), error.message);
      }
    }
    await kill();
    const gone = await rejection(bench.open({ stdin: `process:${pid}/3` }));
    assert.match((gone as RuntimeError).message, 'that process is gone');
    client.destroy();
    server.close();
    closeSync(zero);
    closeSync(folder);
  }),
);

test(
  'a terminal is read and written without waiting for who is at it, and leaves nothing open',
  onBench(async (bench) => {
    // script(1) has the terminal's other side; what it prints is what is written to the terminal.
    const script = spawn(
      'script',
      ['-q', '-c', 'stty raw -echo; echo ready; exec sleep 1000', '/dev/null'],
      {
        stdio: ['pipe', 'pipe', 'ignore'],
      },
    );
    const shown: Buffer[] = [];
    script.stdout.on('data', (bytes: Buffer) => shown.push(bytes));
    const text = (): string => Buffer.concat(shown).toString();
    await until(() => text().includes('ready'));
    const children = readFileSync(`/proc/${script.pid}/task/${script.pid}/children`, 'latin1');
    const pid = Number(children.trim().split(' ')[0]);
    const terminals = (): number =>
      readdirSync('/proc/self/fd').filter((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`).startsWith('/dev/pts/');
        } catch {
          return false;
        }
      }).length;
    const before = terminals();
    const io = await bench.open({
      terminal: true,
      stdin: `process:${pid}/0`,
      stdout: `process:${pid}/1`,
    });
    const guest = new Guest();
    io.connect(guest);
    shown.length = 0;
    // Nobody reads what script prints: the terminal is full, and we are not.
    script.stdout.pause();
    script.kill('SIGSTOP');
    const sent = Buffer.alloc(200_000, 'abcdefgh');
    let taken = false;
    const done = io.output('stdout', sent, 0).then(() => {
      taken = true;
    });
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
    assert.is(taken, false);
    script.kill('SIGCONT');
    script.stdout.resume();
    await done;
    await until(() => Buffer.concat(shown).length === sent.length);
    assert.ok(Buffer.concat(shown).equals(sent));
    script.stdin.write('typed');
    await guest.has(5);
    assert.is(String(guest.received), 'typed');
    process.kill(pid, 'SIGKILL');
    await once(script, 'exit');
    await guest.ended;
    await io.output('stdout', Buffer.from('x'), sent.length);
    io.exited(EXIT);
    await io.close();
    await until(() => terminals() === before);
  }),
);

test.run();
