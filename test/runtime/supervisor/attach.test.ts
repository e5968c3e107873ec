import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RuntimeError } from '../../../runtime/errors.ts';
import {
  attachProcess,
  type AttachClientOptions,
} from '../../../runtime/supervisor/attach-client.ts';
import { HubRegistry } from '../../../runtime/supervisor/hub-registry.ts';
import { dialSupervisor } from '../../../runtime/supervisor/supervisor-client-ttrpc.ts';
import {
  supervisorHandlers,
  type SupervisorOperations,
} from '../../../runtime/supervisor/supervisor-service.ts';
import type { NumberedTaskEvent } from '../../../runtime/supervisor/supervisor-client.ts';
import { HUB_URI, type ProcessIo, type TaskExit } from '../../../runtime/task/process-io.ts';
import { TtrpcClient } from '../../../runtime/ttrpc/client.ts';
import { TtrpcServer } from '../../../runtime/ttrpc/server.ts';
import { rejection } from '../../harness/rejection.ts';
import { FakeProcess } from './fake-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'lcow-attach-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));
const EXIT: TaskExit = { code: 7, exitedAtMs: 1_700_000_000_123, oomKilled: true, error: 'why' };
const ALL = { containerId: 'c', execId: '', stdin: true, stdout: true, stderr: true };
let sockets = 0;

/** A supervisor as far as stdio goes, on a socket; `die` is kill -9. */
class FakeSupervisor {
  readonly path: string;
  readonly hubs = new HubRegistry({ returnMs: 5000 });
  readonly #ttrpc: TtrpcServer;
  #markOpened!: () => void;
  readonly #opened = new Promise<void>((resolve) => {
    this.#markOpened = resolve;
  });
  #server: Server | undefined;

  constructor(path: string, operations: Partial<SupervisorOperations> = {}) {
    this.path = path;
    // As of a supervisor that adopts: it answers when it knows.
    const state = async () => {
      await this.#opened;
      const stdio = { stdin: HUB_URI, stdout: HUB_URI, stderr: HUB_URI };
      return { status: 'running' as const, terminal: false, ...stdio };
    };
    this.#ttrpc = new TtrpcServer(
      supervisorHandlers({
        hubs: this.hubs,
        task: { state },
        ...operations,
      } as SupervisorOperations),
    );
  }

  static async start(
    operations: Partial<SupervisorOperations> = {},
    path = join(folder, `${(sockets += 1)}.sock`),
  ): Promise<FakeSupervisor> {
    const supervisor = new FakeSupervisor(path, operations);
    await supervisor.listen();
    return supervisor;
  }

  listen(): Promise<void> {
    this.#server = createServer((socket) => {
      this.connections.add(socket);
      this.#ttrpc.serve(socket);
    });
    return new Promise((resolve) => this.#server?.listen(this.path, resolve));
  }

  readonly connections = new Set<{ destroy(): void }>();

  async open(adopted = false, execId = ''): Promise<ProcessIo> {
    const io = await this.hubs.factory({
      ...{ containerId: 'c', execId, terminal: false, adopted },
      ...{ stdin: HUB_URI, stdout: HUB_URI, stderr: HUB_URI },
    });
    this.#markOpened();
    return io;
  }

  async die(): Promise<void> {
    for (const socket of this.connections) socket.destroy();
    await new Promise((resolve) => this.#server?.close(resolve));
    await this.#ttrpc.close();
  }

  attach(options: Partial<AttachClientOptions> = {}) {
    return attachProcess(() => TtrpcClient.connect(this.path), { ...ALL, ...options });
  }
}

async function read(stream: Readable): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

const pattern = (bytes: number): Buffer => {
  const buffer = Buffer.alloc(bytes);
  for (let at = 0; at + 4 <= bytes; at += 4) buffer.writeUInt32LE((at * 2654435761) >>> 0, at);
  return buffer;
};

test('stdio goes both ways, and the exit comes after all output', async () => {
  const supervisor = await FakeSupervisor.start();
  supervisor.hubs.configure('c', { stdinOnce: true });
  const io = await supervisor.open();
  const process = new FakeProcess(pattern(3_000_001), Buffer.from('complaint'));
  const attached = await supervisor.attach();
  assert.not(attached.terminal);
  attached.resize(100, 30);
  const input = pattern(2_500_000);
  attached.stdin?.end(input);
  const [out, error] = [read(attached.stdout), read(attached.stderr)];
  await process.run(io, () => 65_536);
  while (!process.stdinEnded) await new Promise((resolve) => setImmediate(resolve));
  await io.outputEnded();
  io.exited(EXIT);
  assert.equal(await attached.exited, EXIT);
  assert.ok((await out).equals(process.output.stdout));
  assert.is((await error).toString(), 'complaint');
  assert.ok(Buffer.concat(process.received).equals(input));
  assert.equal(process.size, [100, 30]);
  await supervisor.die();
});

/** A supervisor whose task service adds and starts one exec, `e`, and tells what it was asked. */
async function execSupervisor(start: () => Promise<{ pid: number }>) {
  const asked: unknown[] = [];
  const opened: { io?: ProcessIo } = {};
  const supervisor = await FakeSupervisor.start({
    task: {
      state: () => Promise.reject(new Error('nobody asks')),
      exec: async (request) => {
        asked.push({ ...request, process: Buffer.from(request.process).toString() });
        opened.io = await supervisor.open(false, request.execId);
      },
      start: (id, execId) => {
        asked.push(['start', id, execId]);
        return start();
      },
      delete: async (id, execId) => {
        asked.push(['delete', id, execId]);
        return { pid: 0, exit: EXIT };
      },
    },
  });
  return { supervisor, asked, opened };
}

const EXEC = {
  ...{ containerId: 'c', execId: 'e', stdin: false, stdout: true, stderr: true },
  exec: { terminal: false, process: Buffer.from('{"args":["true"]}') },
};
const ADDED = {
  ...{ id: 'c', execId: 'e', terminal: false, stdin: '', stdout: HUB_URI, stderr: HUB_URI },
  process: '{"args":["true"]}',
};

test('an attach adds an exec, joins its streams and starts it, on the one connection there is', async () => {
  const process = new FakeProcess(Buffer.from('out'), Buffer.from('err'));
  const { supervisor, asked, opened } = await execSupervisor(async () => {
    // Output may come before the answer.
    await process.run(opened.io as ProcessIo, () => 65_536);
    return { pid: 9 };
  });
  await using client = await dialSupervisor({ pod: 'p', path: supervisor.path });
  const attached = await client.attach(EXEC);
  assert.equal(asked, [ADDED, ['start', 'c', 'e']]);
  assert.is(supervisor.connections.size, 1);
  const [out, error] = [read(attached.stdout), read(attached.stderr)];
  await opened.io?.outputEnded();
  opened.io?.exited(EXIT);
  assert.equal(await attached.exited, EXIT);
  assert.equal([(await out).toString(), (await error).toString()], ['out', 'err']);
  await client.task.delete('c', 'e').catch(() => undefined);
  assert.is(supervisor.connections.size, 2);
  await supervisor.die();
});

test("an exec that cannot be started is deleted, and told in the service's words", async () => {
  const why = new RuntimeError('command-not-found', 'exec "e"', 'cannot execute "nope"');
  const { supervisor, asked } = await execSupervisor(() => Promise.reject(why));
  const error = await rejection(supervisor.attach(EXEC));
  assert.instance(error, RuntimeError);
  assert.equal(
    [(error as RuntimeError).code, (error as RuntimeError).message],
    ['command-not-found', 'cannot exec "e": cannot execute "nope"'],
  );
  assert.equal(asked, [ADDED, ['start', 'c', 'e'], ['delete', 'c', 'e']]);
  await supervisor.die();
});

test('the death of the supervisor loses and doubles nothing, either way, with a log or without', async () => {
  for (const logPath of [undefined, join(folder, 'death.log')]) {
    const path = join(folder, `${(sockets += 1)}.sock`);
    const process = new FakeProcess(pattern(6_000_000), pattern(300_000));
    const input = pattern(4_000_000);
    let supervisor = await FakeSupervisor.start({}, path);
    const configure = (): void =>
      supervisor.hubs.configure('c', { stdinOnce: true, ...(logPath && { logPath }) });
    configure();
    let io = await supervisor.open();
    const lost: number[] = [];
    const attached = await supervisor.attach({ onLost: (_stream, bytes) => lost.push(bytes) });
    Readable.from(chunksOf(input, 50_000)).pipe(attached.stdin as NodeJS.WritableStream);
    const out = read(attached.stdout);
    const error = read(attached.stderr);
    for (let life = 0; life < 5; life += 1) {
      const running = process.run(io, () => 60_000);
      const until = process.acknowledged.stdout + 1_000_000;
      while (process.acknowledged.stdout < until) await new Promise(setImmediate);
      process.supervisorDied();
      await supervisor.die();
      await Promise.all([running, io.close()]);
      supervisor = await FakeSupervisor.start({}, path);
      configure();
      io = await supervisor.open(true);
    }
    await process.run(io, () => 60_000);
    while (!process.stdinEnded) await new Promise(setImmediate);
    await io.outputEnded();
    io.exited(EXIT);
    assert.is((await attached.exited).code, 7);
    assert.ok((await out).equals(process.output.stdout));
    assert.ok((await error).equals(process.output.stderr));
    assert.ok(Buffer.concat(process.received).equals(input), 'stdin differs');
    assert.equal(lost, []);
    await io.close();
    await supervisor.die();
  }
});

test('when the pod is gone, the exit is what was written of it, else there is word of why', async () => {
  const supervisor = await FakeSupervisor.start();
  const io = await supervisor.open();
  let dead = false;
  const connect = async (): Promise<TtrpcClient> => {
    if (!dead) return TtrpcClient.connect(supervisor.path);
    throw new RuntimeError('not-found', 'connect to the pod', 'there is none');
  };
  const told = await attachProcess(connect, { ...ALL, lookUpExit: async () => EXIT });
  const untold = await attachProcess(connect, ALL);
  dead = true;
  await supervisor.die();
  assert.equal(await told.exited, EXIT);
  const error = (await rejection(untold.exited)) as RuntimeError;
  assert.is(error.code, 'unavailable');
  assert.match(error.message, /neither the process nor word of its exit is left/);
  await io.close();
});

test('a supervisor that stays away is given up', async () => {
  const supervisor = await FakeSupervisor.start();
  const io = await supervisor.open();
  const attached = await supervisor.attach({ giveUpMs: 150 });
  await supervisor.die();
  const error = (await rejection(attached.exited)) as RuntimeError;
  assert.match(error.message, /its supervisor cannot be reached/);
  await io.close();
});

test('who detaches leaves the process alone, and its output goes on to the others', async () => {
  const supervisor = await FakeSupervisor.start();
  const io = await supervisor.open();
  const [leaver, stays] = [await supervisor.attach(), await supervisor.attach()];
  await leaver.detach();
  assert.is(((await rejection(leaver.exited)) as RuntimeError).code, 'cancelled');
  const out = read(stays.stdout);
  await io.output('stdout', Buffer.from('on'), 0);
  await io.outputEnded();
  io.exited(EXIT);
  assert.is((await out).toString(), 'on');
  assert.is((await read(leaver.stdout)).length, 0);
  await supervisor.die();
});

test('what does not belong is refused by its name', async () => {
  const none = new RuntimeError('not-found', 'look up container "c"', 'there is none');
  const task = { state: () => Promise.reject(none) };
  const supervisor = await FakeSupervisor.start({ task } as unknown as SupervisorOperations);
  const error = (await rejection(supervisor.attach())) as RuntimeError;
  assert.match(error.message, /container "c": there is none/);
  assert.is(error.code, 'not-found');
  await supervisor.die();
});

test('500 clients that do not read hold one chunk between them, and stall one process only', async () => {
  const supervisor = await FakeSupervisor.start();
  const [io, other] = [await supervisor.open(), await supervisor.open(false, 'e')];
  const clients = [];
  for (let index = 0; index < 500; index += 1)
    clients.push(await supervisor.attach({ stdin: false }));
  const reader = await supervisor.attach({ execId: 'e' });
  const out = read(reader.stdout);
  const before = process.memoryUsage();
  const stalled = new FakeProcess(pattern(20_000_000));
  const running = stalled.run(io, () => 65_536);
  await new FakeProcess(pattern(1_000_000)).run(other, () => 65_536);
  await other.outputEnded();
  other.exited(EXIT);
  assert.is((await out).length, 1_000_000);
  const after = process.memoryUsage();
  const grown = (after.rss - before.rss) / 1e6;
  // Both ends of 500 sockets are in this process: a few chunks each, of the 20 MB for each that there are.
  assert.ok(grown < 250, `${grown} MB`);
  assert.ok(stalled.acknowledged.stdout < 5_000_000, `${stalled.acknowledged.stdout}`);
  stalled.supervisorDied();
  await supervisor.die();
  await Promise.all([running, ...clients.map((client) => client.detach())]);
});

test('calls carry what they are given, and streams of bytes end as they are ended', async () => {
  const tar = pattern(1_000_003);
  const event = { kind: 'exit', containerId: 'c', execId: 'e', pid: 4, exitStatus: 137 } as const;
  const numbered: NumberedTaskEvent[] = [
    { sequence: 5, atMs: 1_700_000_000_000, event: { kind: 'oom', containerId: 'c' } },
    {
      sequence: 6,
      atMs: 1_700_000_000_001,
      event: { ...event, exitedAtMs: 1_700_000_000_000, oomKilled: true, error: 'the VM exited' },
    },
  ];
  const supervisor = await FakeSupervisor.start({
    stop: async (id, signal, timeoutMs) => {
      assert.equal([id, signal, timeoutMs], ['c', 15, 10_000]);
      return { code: 143, killed: false };
    },
    keep: async (id, change) => {
      assert.equal([id, change], ['c', { restart: { name: 'always', maximum: 0 } }]);
    },
    execInVm: async (request) => {
      assert.equal(request, { args: ['ls'], stdin: false, terminal: { width: 1, height: 2 } });
      return { execId: 'x' };
    },
    top: async () => [
      {
        ...{ pid: 1, ppid: 0, uid: 3, state: 'S', startNs: 5, cpuNs: 6, rssBytes: 7, tty: 't' },
        ...{ command: 'sh', containerPid: 1, execId: '' },
      },
    ],
    statPath: async () => ({ name: 'n', mode: 0o755, size: 9, linkTarget: '', isDirectory: true }),
    stacks: async () => 'stacks',
    copyIn: async (id, path, stream) => {
      if (path === '/no') throw new RuntimeError('not-found', 'copy', 'no such folder');
      assert.equal([id, path], ['c', '/to']);
      return (await read(stream)).length;
    },
    copyOut: async function* (_id, path) {
      yield tar.subarray(0, 700_000);
      if (path === '/broken') throw new RuntimeError('data-loss', 'copy', 'it broke');
      yield tar.subarray(700_000);
    },
    events: async function* ({ after }) {
      for (const one of numbered) if (one.sequence > after) yield one;
    },
    kernelLog: async function* () {
      yield { level: 6, text: 'Linux' };
    },
  });
  await using client = await dialSupervisor({ pod: 'p', path: supervisor.path });
  assert.equal(await client.stop('c', 15, 10_000), { code: 143, killed: false });
  await client.keep('c', { restart: { name: 'always', maximum: 0 } });
  const terminal = { width: 1, height: 2 };
  assert.equal(await client.execInVm({ args: ['ls'], stdin: false, terminal }), { execId: 'x' });
  assert.is((await client.top('c'))[0]?.command, 'sh');
  assert.is((await client.statPath('c', '/')).isDirectory, true);
  assert.is(await client.stacks(), 'stacks');
  assert.is(await client.copyIn('c', '/to', Readable.from(chunksOf(tar, 300_000))), tar.length);
  const refused = await rejection(client.copyIn('c', '/no', Readable.from(chunksOf(tar, 1000))));
  assert.is((refused as RuntimeError).code, 'not-found', String(refused));
  assert.ok((await read(client.copyOut('c', '/from'))).equals(tar));
  const broken = await rejection(read(client.copyOut('c', '/broken')));
  assert.match((broken as Error).message, /it broke/);
  const events: NumberedTaskEvent[] = [];
  for await (const one of client.events({ after: 4 })) events.push(one);
  assert.equal(events, numbered);
  for await (const line of client.kernelLog({ follow: false })) assert.is(line.text, 'Linux');
  await supervisor.die();
});

function* chunksOf(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test.run();
