/** `lcow-holder shim`: what outlives a supervisor, against a supervisor without a VM. */
import {
  existsSync,
  readFileSync,
  readlinkSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RuntimeError } from '../../../runtime/errors.ts';
import {
  encodeFrame,
  encodeHeader,
  FRAME_TYPE,
  FrameDecoder,
} from '../../../runtime/ttrpc/frame.ts';
import { taskHandlers } from '../../../runtime/task/task-ttrpc.ts';
import type { TaskService } from '../../../runtime/task/task-service.ts';
import { TtrpcServer } from '../../../runtime/ttrpc/server.ts';
import { rejection } from '../../harness/rejection.ts';
import { skip } from '../../harness/skip.ts';
import { becomes, builtHolder, exitOf, HeldPod, isAlive } from './held-pod.ts';

const NONE = { terminal: false, stdin: '', stdout: '', stderr: '' };
const create = { id: 'c', bundle: '/b', rootfs: [], ...NONE };
const network = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

if (builtHolder() === undefined) skip('the holder is not built here: node bin/setup.mjs');
else register();

function register(): void {
  test('calls go through; the address is private, and a second holder finds it taken', async () => {
    await using pod = new HeldPod();
    const { task } = await pod.connect();
    assert.is(pod.words, 'ready\n');
    assert.is(statSync(pod.socket).mode & 0o777, 0o600);
    assert.is((await task.state('c', '')).pid, pod.supervisor);
    const [{ args } = { args: '' }] = pod.starts();
    assert.is(args, `--pod ${pod.folder} --holder 4`);
    const second = pod.spawnHolder();
    const [words] = (await once(second.stdout ?? second, 'data')) as [Buffer];
    assert.is(words.toString(), 'taken\n');
    assert.is(await exitOf(second), 75);
    // Many at once, on one connection and on others.
    const states = await Promise.all(
      Array.from({ length: 500 }, (_, index) => task.state('c'.repeat(index + 1), '')),
    );
    assert.ok(states.every(({ bundle }, index) => bundle.length === index + 1));
    const others = await Promise.all(Array.from({ length: 20 }, () => pod.connect()));
    await Promise.all(others.map((other) => other.task.state('c', '')));
  });

  test('kill -9 of the supervisor: a Wait goes on, a Create is unavailable, the connection stays', async () => {
    await using pod = new HeldPod();
    const { task } = await pod.connect();
    const waits = [task.wait('c', ''), task.wait('c', 'exec')];
    const creating = rejection(task.create(create));
    await becomes('it was asked', () => pod.calls().length === 3);
    const first = pod.supervisor;
    pod.killSupervisor();
    const error = (await creating) as RuntimeError;
    assert.is(error.code, 'unavailable');
    // Asked while there is none: it waits for the next.
    const state = await task.state('c', '');
    assert.is.not(state.pid, first);
    assert.match(pod.starts()[1]?.args ?? '', /--holder 4 --adopt$/);
    await becomes('the waits were asked again', () => pod.calls().length === 5);
    await task.kill('c', '', 9, false);
    await task.kill('c', 'exec', 15, false);
    assert.equal(
      (await Promise.all(waits)).map(({ code }) => code),
      [137, 143],
    );
    assert.is(pod.calls().filter((call) => call === 'create').length, 1);
  });

  test('held processes: their namespaces, their names, their life', async () => {
    await using pod = new HeldPod();
    const { task } = await pod.connect();
    const hold = (execId: string, value: unknown) =>
      task.exec({ id: 'c', execId, ...NONE, process: network(value) });
    await hold('fresh', 'new');
    const fresh = (await task.state('c', 'fresh')).pid;
    await hold('same', { path: `/proc/${fresh}/ns/net` });
    await hold('host', 'host');
    const pidOf = async (execId: string): Promise<number> => (await task.state('c', execId)).pid;
    const [same, host] = [await pidOf('same'), await pidOf('host')];
    const namespace = (pid: number | string): string => readlinkSync(`/proc/${pid}/ns/net`);
    assert.is(namespace(host), namespace('self'));
    assert.is.not(namespace(fresh), namespace('self'));
    assert.is(namespace(same), namespace(fresh));
    assert.is(readFileSync(`/proc/${fresh}/cmdline`, 'latin1'), 'held fresh\0');
    // Signals do nothing to it.
    process.kill(fresh, 'SIGTERM');
    pod.killSupervisor();
    const pids = (await task.pids('c')).map(({ pid }) => pid);
    assert.equal(new Set(pids), new Set([fresh, same, host]));
    assert.ok(pids.every(isAlive));
    await task.delete('c', 'same');
    assert.not.ok(isAlive(same), 'a release is answered when the process is gone');
    const wrong = (await rejection(hold('wrong', { path: '/etc/passwd' }))) as RuntimeError;
    assert.match(wrong.message, /join the network namespace \/etc\/passwd: it is none/);
    const twice = (await rejection(hold('fresh', 'new'))) as RuntimeError;
    assert.match(twice.message, /c\/fresh is held already/);
    pod.child.kill('SIGKILL');
    await pod.exited;
    await becomes('they end with the holder', () => !isAlive(fresh) && !isAlive(host));
  });

  test('a held process that somebody kills is told at once, and to an adopter; a released one is not', async () => {
    await using pod = new HeldPod();
    const { task } = await pod.connect();
    const hold = async (execId: string): Promise<number> => {
      await task.exec({ id: 'c', execId, ...NONE, process: network('host') });
      return (await task.state('c', execId)).pid;
    };
    const killed = await hold('killed');
    await hold('released');
    await hold('stays');
    const later = await hold('later');
    process.kill(killed, 'SIGKILL');
    await becomes('it was told', () => pod.calls().includes('killed c/killed'));
    await task.delete('c', 'released');
    await task.delete('c', 'killed');
    // No supervisor is there to be told.
    process.kill(pod.supervisor, 'SIGSTOP');
    process.kill(later, 'SIGKILL');
    pod.killSupervisor();
    await task.state('c', '');
    await task.checkpoint('c', 'stays later');
    assert.equal(pod.calls(), ['killed c/killed', 'gone later']);
    assert.equal(
      (await task.pids('c')).map(({ execId }) => execId),
      ['stays'],
    );
  });

  test('the end of the pod leaves nothing, and what was answered is delivered', async () => {
    await using pod = new HeldPod();
    const { task } = await pod.connect();
    await task.exec({ id: 'c', execId: 'e', ...NONE, process: network('new') });
    const held = (await task.state('c', 'e')).pid;
    const waiting = rejection(task.wait('c', ''));
    await task.shutdown('c');
    assert.is(await pod.exited, 0);
    assert.is(((await waiting) as RuntimeError).code, 'unavailable');
    assert.not.ok(existsSync(pod.socket));
    await becomes('the held process is gone', () => !isAlive(held));
    assert.is(pod.starts().length, 0, 'the folder is gone');
  });

  test('SIGTERM is the supervisor’s to act on', async () => {
    await using pod = new HeldPod();
    const { task } = await pod.connect();
    await task.state('c', '');
    pod.child.kill('SIGTERM');
    assert.is(await pod.exited, 0);
  });

  test('a supervisor that cannot start is told at once, and one that crashes again and again is given up', async () => {
    await using refused = new HeldPod({ crash: '1' });
    const error = (await rejection(
      refused.connect().then(({ task }) => task.create(create)),
    )) as RuntimeError;
    assert.is(error.code, 'unavailable');
    assert.is(await refused.exited, 1);
    assert.is(refused.starts().length, 1);
    assert.match(refused.stderr, /ended with status 1 before it served/);
    await using crashing = new HeldPod({ crash: '70' });
    const { task } = await crashing.connect();
    const waiting = rejection(task.wait('c', ''));
    assert.is(await crashing.exited, 1);
    assert.is(((await waiting) as RuntimeError).code, 'unavailable');
    assert.is(crashing.starts().length, 5);
    assert.not.ok(existsSync(crashing.socket));
  });

  test('where another supervisor has the pod, that one is asked; when it goes, an own one follows', async () => {
    await using pod = new HeldPod();
    const { task } = await pod.connect();
    await task.state('c', '');
    writeFileSync(join(pod.folder, 'crash'), '75');
    const path = join(pod.folder, 'task.sock');
    pod.killSupervisor();
    await becomes('an own one found the lock taken', () => pod.starts().length === 2);
    const state = { id: 'c', execId: '', bundle: '', pid: 4711, status: 'running', ...NONE };
    const fake = { state: async () => state } as unknown as TaskService;
    const server = new TtrpcServer(taskHandlers(fake));
    const listening = createServer((socket) => void server.serve(socket));
    unlinkSync(path);
    listening.listen(path);
    assert.is((await task.state('c', '')).pid, 4711);
    writeFileSync(join(pod.folder, 'crash'), '');
    unlinkSync(join(pod.folder, 'crash'));
    listening.close();
    await server.close();
    assert.is((await task.state('c', '')).pid, pod.supervisor);
  });

  test('frames that are none: refused as containerd’s server does, and the connection goes on', async () => {
    await using pod = new HeldPod();
    const { task } = await pod.connect();
    const socket = connect(pod.socket);
    await once(socket, 'connect');
    const decoder = new FrameDecoder();
    const answers: string[] = [];
    socket.on('data', (chunk: Buffer) => {
      for (const frame of decoder.push(chunk)) {
        if (frame.kind === 'frame') {
          answers.push(`${frame.streamId} ${Buffer.from(frame.payload).toString('latin1')}`);
        }
      }
    });
    const request = FRAME_TYPE.request;
    socket.write(encodeFrame(2, request, 0, Buffer.from('x')));
    socket.write(encodeFrame(5, request, 0, Buffer.from([0xff])));
    socket.write(encodeFrame(5, request, 0, Buffer.alloc(0)));
    socket.write(encodeHeader(7, request, 0, (4 << 20) + 1));
    socket.write(Buffer.alloc((4 << 20) + 1));
    socket.write(encodeFrame(9, 77, 0, Buffer.from('of a version to come')));
    socket.write(encodeFrame(11, FRAME_TYPE.data, 0, Buffer.from('x')));
    socket.write(encodeFrame(13, request, 0, Buffer.alloc(0)));
    await becomes('all were answered', () => answers.length === 6);
    const about = (stream: number): string =>
      answers.filter((answer) => answer.startsWith(`${stream} `)).join(' ');
    assert.match(about(2), /StreamID must be odd/);
    assert.match(about(5), /StreamID cannot be re-used/);
    assert.match(about(5), /unmarshal request error/);
    assert.match(about(7), /exceed maximum message size/);
    assert.match(about(11), /StreamID was never requested/);
    assert.match(about(13), /service/);
    socket.destroy();
    assert.is((await task.state('c', '')).pid, pod.supervisor);
  });

  test('a client that does not read holds up nobody else, and the holder’s memory stays', async () => {
    await using pod = new HeldPod();
    const { task } = await pod.connect();
    await task.state('c', '');
    const before = residentKiB(pod.child.pid ?? 0);
    const deaf = connect(pod.socket);
    await once(deaf, 'connect');
    deaf.pause();
    const big = Buffer.concat([
      Buffer.from('\x0a\x17containerd.task.v2.Task\x12\x05State\x1a'),
      // 3: payload {1: 60 000 characters}, which come back as the bundle.
      Buffer.from([0xe4, 0xd4, 0x03, 0x0a, 0xe0, 0xd4, 0x03]),
      Buffer.alloc(60_000, 'c'),
    ]);
    let sent = 0;
    for (let stream = 1, taken = true; taken && stream < 4000; stream += 2) {
      sent += big.length;
      if (deaf.write(encodeFrame(stream, FRAME_TYPE.request, 0, big))) continue;
      // It is read on, or it is not.
      const drained = once(deaf, 'drain').then(() => true);
      taken = await Promise.race([drained, pause(500).then(() => false)]);
    }
    assert.ok(sent < 16 << 20, `the holder, which nobody reads from, took ${sent} bytes`);
    assert.is((await task.state('c', '')).pid, pod.supervisor);
    const after = residentKiB(pod.child.pid ?? 0);
    assert.ok(after - before < 12 * 1024, `${before} KiB became ${after} KiB`);
    deaf.destroy();
  });
}

function residentKiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return Number(/VmRSS:\s*(\d+)/.exec(status)?.[1]);
}

test.run();
