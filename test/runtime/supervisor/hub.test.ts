import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lcow } from '../../../proto/generated/supervisor.js';
import type { HubClient } from '../../../runtime/supervisor/hub-client.ts';
import {
  type EncodedFrame,
  encodeOutput,
  SERVER_FRAME,
  type ServerFrame,
} from '../../../runtime/supervisor/hub-frame.ts';
import type { Hub } from '../../../runtime/supervisor/hub.ts';
import { type ContainerStdio, HubRegistry } from '../../../runtime/supervisor/hub-registry.ts';
import {
  HUB_URI,
  type OutputStream,
  type ProcessIo,
  type TaskExit,
} from '../../../runtime/task/process-io.ts';
import { rejection } from '../../harness/rejection.ts';
import { FakeProcess } from './fake-process.ts';

const v1 = lcow.supervisor.v1;
const folder = mkdtempSync(join(tmpdir(), 'lcow-hub-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));
const EXIT: TaskExit = { code: 3, exitedAtMs: 1_700_000_000_000, oomKilled: false };
const ALL = { stdin: true, stdout: true, stderr: true };
const unknown = () => Promise.reject(new Error('no such process'));
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const turns = async (count: number) => {
  for (let index = 0; index < count; index += 1) await turn();
};

/** A client whose socket is a queue that it reads when it likes. */
class FakeClient {
  readonly got = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  readonly position: Record<OutputStream, number | undefined> = {
    stdout: undefined,
    stderr: undefined,
  };
  readonly begun = { stdout: 0, stderr: 0 };
  readonly acks: { offset: number; closed: boolean }[] = [];
  exit: lcow.supervisor.v1.Exit.$Properties | undefined;
  attached: lcow.supervisor.v1.Attached.$Properties | undefined;
  joined: HubClient | undefined;
  hub: Hub | undefined;
  paused = false;
  #queue: { frame: lcow.supervisor.v1.ServerFrame; taken: () => void }[] = [];
  #session = 0;

  async attach(hub: Hub, wants = ALL, resume = false): Promise<this> {
    this.hub = hub;
    this.#session += 1;
    const session = this.#session;
    const send = (frame: ServerFrame | EncodedFrame): Promise<void> =>
      new Promise((resolve, reject) => {
        if (session !== this.#session) {
          reject(new Error('gone'));
          return;
        }
        const decoded = v1.ServerFrame.decode(SERVER_FRAME.encode(frame).finish());
        this.#queue.push({ frame: decoded, taken: resolve });
        if (!this.paused) void turn().then(() => this.read());
      });
    const from = { stdout: this.position.stdout ?? 0, stderr: this.position.stderr ?? 0 };
    this.joined = undefined;
    this.joined = await hub.attach({ ...wants, ...(resume ? { resume: from } : {}) }, { send });
    this.#acknowledge();
    return this;
  }

  read(): void {
    for (const { frame, taken } of this.#queue.splice(0)) {
      taken();
      this.#take(frame);
    }
  }

  /** The connection is cut: of what the socket had taken, only the first `kept` frames are read. */
  cut(kept: number): void {
    this.#session += 1;
    for (const { frame } of this.#queue.splice(0).slice(0, kept)) this.#take(frame);
  }

  leave(): void {
    this.#session += 1;
    this.#queue = [];
    if (this.joined !== undefined) this.hub?.leave(this.joined);
  }

  text(stream: OutputStream): Buffer {
    return Buffer.concat(this.got[stream]);
  }

  #take(frame: lcow.supervisor.v1.ServerFrame): void {
    if (frame.attached != null) this.attached = frame.attached;
    if (frame.exit != null) this.exit = frame.exit;
    if (frame.stdinAck != null) {
      this.acks.push({
        offset: frame.stdinAck.offset ?? 0,
        closed: frame.stdinAck.closed ?? false,
      });
    }
    for (const stream of ['stdout', 'stderr'] as const) {
      const data = frame[stream];
      if (data == null) continue;
      assert.is(this.exit, undefined, 'output came after the exit');
      const offset = data.offset ?? 0;
      const bytes = Buffer.from(data.bytes ?? []);
      if (this.position[stream] === undefined) this.begun[stream] = offset;
      assert.is(offset, this.position[stream] ?? offset, `${stream}: a gap or a repetition`);
      this.position[stream] = offset + bytes.length;
      this.got[stream].push(bytes);
    }
    this.#acknowledge();
  }

  #acknowledge(): void {
    if (this.attached?.acknowledge !== true) return;
    this.joined?.acknowledged(this.position.stdout ?? 0, this.position.stderr ?? 0);
  }
}

async function open(
  registry: HubRegistry,
  options: { execId?: string; adopted?: boolean; terminal?: boolean } = {},
): Promise<{ io: ProcessIo; hub: Hub }> {
  const { execId = '', adopted = false, terminal = false } = options;
  const io = await registry.factory({
    ...{ containerId: 'c', execId, terminal, adopted },
    ...{ stdin: HUB_URI, stdout: HUB_URI, stderr: HUB_URI },
  });
  const hub = registry.get('c', execId);
  if (hub === undefined) throw new Error('no hub');
  return { io, hub };
}

function init(stdio: Partial<ContainerStdio> = {}): HubRegistry {
  const registry = new HubRegistry({ returnMs: 200 });
  registry.configure('c', { stdinOnce: false, ...stdio });
  return registry;
}

async function finish(io: ProcessIo): Promise<void> {
  await io.outputEnded();
  io.exited(EXIT);
  await turns(4);
}

const pattern = (bytes: number, seed: number): Buffer =>
  Buffer.from(
    Array.from({ length: bytes }, (_, index) => (index * 31 + seed + (index >> 7)) & 0xff),
  );

test('the log is said to be whole when no more output comes, and not before', async () => {
  const logPath = join(folder, 'whole.log');
  const registry = init({ logPath });
  const { io } = await open(registry);
  let whole = false;
  const logged = registry.logged('c').then(() => {
    whole = true;
  });
  await io.output('stdout', Buffer.from('last words\n'), 0);
  await turns(4);
  assert.not(whole);
  await io.outputEnded();
  await logged;
  assert.match(readFileSync(logPath, 'utf8'), /last words/);
  await io.close();
  await registry.logged('c');
});

test('output frames are what protobufjs would have made', () => {
  fc.assert(
    fc.property(
      fc.constantFrom<OutputStream>('stdout', 'stderr'),
      fc.maxSafeNat(),
      fc.uint8Array({ maxLength: 300 }),
      (stream, offset, bytes) => {
        const frame = v1.ServerFrame.decode(encodeOutput(stream, offset, bytes).data);
        assert.is(frame.frame, stream);
        assert.is(frame[stream]?.offset, offset);
        assert.equal(Buffer.from(frame[stream]?.bytes ?? []), Buffer.from(bytes));
      },
    ),
  );
});

test('nothing is lost or doubled for anybody, whenever supervisors die', async () => {
  let file = 0;
  const death = fc.record({ after: fc.nat(60), kept: fc.nat(4) });
  const scenario = fc.record({
    log: fc.boolean(),
    sizes: fc.tuple(fc.nat(4000), fc.nat(1500)),
    chunks: fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 6 }),
    clients: fc.integer({ min: 1, max: 3 }),
    late: fc.nat(20),
    deaths: fc.array(death, { maxLength: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(scenario, async ({ log, sizes, chunks, clients, late, deaths }) => {
      const logPath = join(folder, `${(file += 1)}.log`);
      const stdio = log ? { logPath } : {};
      const process = new FakeProcess(pattern(sizes[0], 1), pattern(sizes[1], 7));
      let next = 0;
      const chunkBytes = (): number => chunks[(next += 1) % chunks.length] ?? 1;
      let { io, hub } = await open(init(stdio));
      const all = Array.from({ length: clients }, () => new FakeClient());
      for (const client of all) await client.attach(hub);
      let running = process.run(io, chunkBytes);
      const joining = new FakeClient();
      let joined = false;
      const join_ = async (): Promise<void> => {
        if (joined) return;
        joined = true;
        await joining.attach(hub);
        all.push(joining);
      };
      for (const { after, kept } of deaths) {
        await turns(Math.min(after, late));
        if (after >= late) await join_();
        await turns(Math.max(0, after - late));
        process.supervisorDied();
        for (const client of all) {
          client.cut(kept);
          client.leave();
        }
        await Promise.all([running, io.close()]);
        ({ io, hub } = await open(init(stdio), { adopted: true }));
        running = process.run(io, chunkBytes);
        for (const client of all) await client.attach(hub, ALL, true);
      }
      await running;
      await finish(io);
      for (const client of all) {
        for (const stream of ['stdout', 'stderr'] as const) {
          const expected = process.output[stream].subarray(
            client.got[stream].length === 0 ? process.output[stream].length : client.begun[stream],
          );
          if (client !== joining) assert.is(expected.length, process.output[stream].length);
          assert.ok(client.text(stream).equals(expected), `${stream} differs`);
        }
        assert.is(client.exit?.code, 3);
      }
      await io.close();
    }),
    { numRuns: 300 },
  );
});

test('a client that does not read stalls its process only, and one that leaves stops mattering', async () => {
  const registry = init();
  const { io, hub } = await open(registry);
  const other = await open(registry, { execId: 'e' });
  const slow = new FakeClient();
  const quick = await new FakeClient().attach(hub);
  const elsewhere = await new FakeClient().attach(other.hub);
  await slow.attach(hub);
  slow.paused = true;
  const process = new FakeProcess(pattern(500_000, 2));
  const running = process.run(io, () => 65_536);
  await new FakeProcess(pattern(500_000, 3)).run(other.io, () => 65_536);
  await turns(20);
  assert.is(elsewhere.text('stdout').length, 500_000);
  assert.is(process.acknowledged.stdout, 0, 'the first chunk is not handed on yet');
  assert.is(quick.text('stdout').length, 65_536, 'one chunk is under way');
  slow.leave();
  await running;
  await finish(io);
  assert.is(quick.text('stdout').length, 500_000);
  await Promise.all([io.close(), other.io.close()]);
});

test('with nobody attached and no log output is taken; who comes late sees what comes then', async () => {
  const { io, hub } = await open(init());
  await io.output('stdout', Buffer.from('gone'), 0);
  const client = await new FakeClient().attach(hub);
  await io.output('stdout', Buffer.from('seen'), 4);
  await finish(io);
  assert.is(client.text('stdout').toString(), 'seen');
  assert.is(client.begun.stdout, 4);
  const after = await new FakeClient().attach(hub);
  await turns(4);
  assert.is(after.exit?.code, 3);
  await io.close();
});

test("an exec's output waits for its first client", async () => {
  const { io, hub } = await open(init(), { execId: 'e' });
  let taken = false;
  const output = io.output('stdout', Buffer.from('hello'), 0).then(() => (taken = true));
  await turns(5);
  assert.not(taken);
  const client = await new FakeClient().attach(hub);
  await output;
  await finish(io);
  assert.is(client.text('stdout').toString(), 'hello');
  await io.close();
});

test('an exec that is not started yet can be attached to, and keeps nothing when its client leaves', async () => {
  const registry = init();
  const state = async () => ({
    ...{ status: 'created' as const, terminal: false },
    ...{ stdin: HUB_URI, stdout: HUB_URI, stderr: '' },
  });
  const hub = await registry.find('c', 'e', state);
  const client = await new FakeClient().attach(hub);
  const { io } = await open(registry, { execId: 'e' });
  await io.output('stdout', Buffer.from('x'), 0);
  assert.is(client.text('stdout').toString(), 'x');
  await io.close();
  const second = await registry.find('c', 'f', state);
  const leaver = await new FakeClient().attach(second);
  leaver.leave();
  registry.left('c', 'f');
  assert.is(registry.get('c', 'f'), undefined);
  assert.match(String(await rejection(registry.find('c', 'g', unknown))), /no such process/);
});

test('an adopted process without a log waits for its client, but not for ever', async () => {
  const { io } = await open(init(), { adopted: true });
  const started = performance.now();
  await io.output('stdout', Buffer.from('a'), 100);
  const waited = performance.now() - started;
  assert.ok(waited >= 190 && waited < 2000, `${waited} ms`);
  await io.close();
});

test('stdin goes to the guest in order and is acknowledged; it ends with the client it is for', async () => {
  for (const once of [true, false]) {
    const { io, hub } = await open(init({ stdinOnce: once }));
    const process = new FakeProcess(Buffer.alloc(0));
    const client = await new FakeClient().attach(hub);
    await hub.stdin(client.joined as HubClient, Buffer.from('before '));
    hub.resize(80, 24);
    await process.run(io, () => 1);
    await hub.stdin(client.joined as HubClient, Buffer.from('after'));
    await turns(5);
    assert.is(Buffer.concat(process.received).toString(), 'before after');
    assert.equal(client.acks, [
      { offset: 7, closed: false },
      { offset: 12, closed: false },
    ]);
    assert.equal(process.size, [80, 24]);
    client.leave();
    assert.is(process.stdinEnded, once);
    if (!once) {
      const second = await new FakeClient().attach(hub);
      await turns(2);
      assert.is(second.attached?.stdinOffset, 12);
      hub.eof(second.joined as HubClient);
      assert.not(process.stdinEnded);
      io.closeStdin();
      assert.ok(process.stdinEnded);
      await hub.stdin(second.joined as HubClient, Buffer.from('x'));
      await turns(2);
      assert.equal(second.acks, [{ offset: 13, closed: true }]);
    }
    await finish(io);
    await io.close();
  }
});

test('clients stay attached through a restart, see both runs, and are told the last end', async () => {
  for (const logPath of [undefined, join(folder, 'restart.log')]) {
    const registry = init(logPath === undefined ? {} : { logPath });
    registry.retain('c');
    const first = await open(registry);
    const client = await new FakeClient().attach(first.hub);
    await new FakeProcess(Buffer.from('one ')).run(first.io, () => 2);
    await first.io.outputEnded();
    first.io.exited({ ...EXIT, code: 1 });
    await first.io.close();
    await turns(3);
    assert.is(client.exit, undefined);
    const again = await registry.factory({
      ...{ containerId: 'c', execId: '', terminal: false, adopted: false },
      ...{ stdin: HUB_URI, stdout: HUB_URI, stderr: HUB_URI },
    });
    const process = new FakeProcess(Buffer.from('two'));
    await process.run(again, () => 2);
    await hub_(registry).stdin(client.joined as HubClient, Buffer.from('in'));
    await again.outputEnded();
    again.exited(EXIT);
    await again.close();
    registry.release('c');
    await turns(4);
    assert.is(client.text('stdout').toString(), 'one two');
    assert.is(Buffer.concat(process.received).toString(), 'in');
    assert.is(client.exit?.code, 3);
  }
});

test('a stream of another kind is refused by its name', async () => {
  const registry = init();
  const request = { containerId: 'c', execId: '', terminal: false, adopted: false };
  const stdio = { stdin: '', stdout: 'fifo:/x', stderr: '' };
  const error = await rejection(registry.factory({ ...request, ...stdio }));
  assert.match((error as Error).message, /stdout "fifo:\/x" is not "hub:"/);
});

function hub_(registry: HubRegistry): Hub {
  const hub = registry.get('c', '');
  if (hub === undefined) throw new Error('no hub');
  return hub;
}

test.run();
