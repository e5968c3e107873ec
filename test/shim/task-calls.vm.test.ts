/**
 * The shim called as containerd would not: frames that are none, requests that say nothing sensible, hundreds at once,
 * streams that nobody reads, verbs in every order. One pod serves all of it, and lives on.
 */
import { spawnSync } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import { closeSync, constants, createReadStream, openSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ttrpc } from '../../proto/generated/ttrpc.js';
import { RuntimeError } from '../../runtime/errors.ts';
import type { TaskClient } from '../../runtime/task/task-client.ts';
import { encodeFrame, encodeHeader, FRAME_DATA_BYTES_MAX } from '../../runtime/ttrpc/frame.ts';
import { containerdMissing } from '../harness/containerd.ts';
import { ShimCaller } from '../harness/shim-caller.ts';
import { skip } from '../harness/skip.ts';

interface Context {
  caller: ShimCaller;
  address: string;
  tasks: TaskClient;
}

const test = suite<Context>('the task service, called badly');
const QUIET = { terminal: false, stdin: '', stdout: '', stderr: '' };
const FOREVER = ['sleep', '100000'];
/** google.rpc codes. */
const STATUS = { invalid: 3, exhausted: 8, unimplemented: 12 };

/** 'ok', or the code of the error. */
function outcome(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'ok',
    (error: unknown) => (error instanceof RuntimeError ? error.code : String(error)),
  );
}

async function refusal(call: Promise<unknown>): Promise<RuntimeError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof RuntimeError) return error;
  throw new Error(`expected a refusal, got ${String(error)}`);
}

function create({ caller, tasks }: Context, id: string, args: string[], change = {}, stdio = {}) {
  const bundle = caller.bundle(id, args, change);
  return tasks.create({ id, bundle, rootfs: [], ...QUIET, ...stdio });
}

function mkfifo(path: string): string {
  const { status, stderr } = spawnSync('mkfifo', [path], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return path;
}

/** One connection for frames written by hand. */
class Raw {
  readonly #socket: Socket;
  #bytes = Buffer.alloc(0);
  #look = (): void => undefined;
  closed = false;

  constructor(path: string) {
    this.#socket = connect(path);
    this.#socket.on('data', (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      this.#look();
    });
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      this.closed = true;
      this.#look();
    });
  }

  send(...frames: Uint8Array[]): void {
    for (const frame of frames) this.#socket.write(frame);
  }

  /** The next response: its stream and its status. Undefined when the connection was closed instead. */
  async answer(): Promise<{ streamId: number; code: number; message: string } | undefined> {
    const deadline = performance.now() + 10_000;
    for (;;) {
      if (this.#bytes.length >= 10) {
        const length = this.#bytes.readUInt32BE(0);
        if (this.#bytes.length >= 10 + length) {
          const streamId = this.#bytes.readUInt32BE(4);
          const { status } = ttrpc.Response.decode(this.#bytes.subarray(10, 10 + length));
          this.#bytes = this.#bytes.subarray(10 + length);
          return { streamId, code: status?.code ?? 0, message: status?.message ?? '' };
        }
      }
      if (this.closed) return undefined;
      if (performance.now() > deadline) throw new Error('no answer within 10 s');
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1000);
        this.#look = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  close(): void {
    this.#socket.destroy();
  }
}

function request(service: string, method: string, payload = new Uint8Array(0)): Uint8Array {
  return ttrpc.Request.encode({ service, method, payload }).finish();
}

const TASK = 'containerd.task.v2.Task';
const missing = containerdMissing();
if (missing !== undefined) skip(missing);
else {
  test.before(async (context) => {
    const caller = await ShimCaller.open();
    const bundle = caller.bundle('keeper', FOREVER);
    context.caller = caller;
    context.address = await caller.start('keeper', bundle);
    context.tasks = await caller.tasks(context.address);
    await context.tasks.create({ id: 'keeper', bundle, rootfs: [], ...QUIET });
    await context.tasks.start('keeper', '');
  });

  test.after(({ caller }) => caller[Symbol.asyncDispose]());

  // Whatever the test before did: who does it right is served.
  test.before.each(async ({ tasks }) => {
    assert.is((await tasks.state('keeper', '')).status, 'running');
  });

  test('frames that are none are answered or end their connection, nobody else’s', async ({
    address,
  }) => {
    const send = async (...frames: Uint8Array[]): Promise<[number, number] | undefined> => {
      const raw = new Raw(address);
      raw.send(...frames);
      const answer = await raw.answer();
      raw.close();
      return answer && [answer.streamId, answer.code];
    };
    const state = request(TASK, 'State');
    assert.equal(await send(encodeFrame(1, 1, 0, request(TASK, 'Nothing'))), [
      1,
      STATUS.unimplemented,
    ]);
    assert.equal(await send(encodeFrame(1, 1, 0, request('a.B', 'State'))), [
      1,
      STATUS.unimplemented,
    ]);
    assert.equal(await send(encodeFrame(2, 1, 0, state)), [2, STATUS.invalid]);
    const garbage = Buffer.from('ffffffffffffff', 'hex');
    assert.equal(await send(encodeFrame(1, 1, 0, garbage)), [1, STATUS.invalid]);
    const payload = request(TASK, 'State', garbage);
    assert.equal(await send(encodeFrame(1, 1, 0, payload)), [1, STATUS.invalid]);
    // More than a frame may carry: skipped, and refused on its stream.
    const big = FRAME_DATA_BYTES_MAX + 1;
    assert.equal(await send(encodeHeader(1, 1, 0, big), Buffer.alloc(big)), [1, STATUS.exhausted]);
    // An id that is not greater than the last.
    const raw = new Raw(address);
    raw.send(encodeFrame(5, 1, 0, request(TASK, 'Nothing')));
    assert.is((await raw.answer())?.streamId, 5);
    raw.send(encodeFrame(3, 1, 0, state));
    const again = await raw.answer();
    if (again !== undefined) assert.equal([again.streamId, again.code], [3, STATUS.invalid]);
    raw.close();
    // Half a frame, and no more; another kind of frame; nothing at all.
    for (const half of [encodeHeader(1, 1, 0, 100), encodeFrame(1, 99, 7, garbage), garbage]) {
      const one = new Raw(address);
      one.send(half);
      one.close();
    }
  });

  test('five hundred calls at once are all answered', async ({ caller, address, tasks }) => {
    const other = await caller.tasks(address);
    const abort = new AbortController();
    setMaxListeners(0, abort.signal);
    const waits = Array.from({ length: 250 }, () =>
      outcome(tasks.wait('keeper', '', abort.signal)),
    );
    const states = Array.from({ length: 500 }, (_, n) =>
      (n % 2 === 0 ? tasks : other).state(n % 5 === 0 ? 'nobody' : 'keeper', ''),
    );
    const answers = await Promise.all(states.map(outcome));
    assert.is(answers.filter((answer) => answer === 'ok').length, 400);
    assert.is(answers.filter((answer) => answer === 'not-found').length, 100);
    abort.abort();
    assert.equal([...new Set(await Promise.all(waits))], ['cancelled']);
    // Those of a connection that is gone are nobody's.
    const gone = await caller.connect(address);
    for (let n = 0; n < 250; n += 1) {
      const { TASK_METHODS } = await import('../../runtime/task/task-methods.ts');
      gone.call('wait', TASK_METHODS.wait, { id: 'keeper' }).catch(() => undefined);
    }
    await gone.close();
  });

  test('a name that is none, a bundle without a spec or with a wrong one are refused by name', async (context) => {
    const { caller, tasks } = context;
    // The pod's numbers are written down when they have changed, a while later.
    const there = (): string[] => caller.leftovers().filter((line) => !/counters\.json/.test(line));
    const before = there().length;
    for (const id of ['a/b', '../x', 'x'.repeat(300), '']) {
      const bundle = caller.bundle(`bad-${id}`, FOREVER);
      const started = await caller.call('start', id, bundle);
      assert.is(started.code, 1, started.stdout);
      assert.match(started.stderr, /id/, id);
      assert.is(started.stdout, '');
      const refused = await refusal(tasks.create({ id, bundle, rootfs: [], ...QUIET }));
      assert.is(refused.code, 'invalid-argument', `${id}: ${refused.message}`);
    }
    const wrong: [string, object][] = [
      ['process', { process: undefined }],
      ['args', { process: { args: [], cwd: '/' } }],
      ['cwd', { process: { args: ['x'], cwd: 'relative' } }],
      ['root', { root: undefined }],
      ['mounts', { mounts: { destination: '/x' } }],
      ['uid', { process: { args: ['x'], cwd: '/', user: { uid: -1 } } }],
    ];
    for (const [field, change] of wrong) {
      const refused = await refusal(create(context, `wrong-${field}`, FOREVER, change));
      assert.match(refused.message, new RegExp(field), JSON.stringify(change));
      assert.is(await outcome(tasks.state(`wrong-${field}`, '')), 'not-found');
    }
    const bundle = caller.bundle('no-spec', FOREVER);
    for (const text of ['', '{', '[]', '"text"', 'null']) {
      writeFileSync(join(bundle, 'config.json'), text);
      assert.match(
        (await refusal(tasks.create({ id: 'no-spec', bundle, rootfs: [], ...QUIET }))).message,
        /config\.json/,
      );
    }
    spawnSync('rm', [join(bundle, 'config.json')]);
    const started = await caller.call('start', 'no-spec', bundle);
    assert.is(started.code, 1);
    assert.match(started.stderr, /config\.json/);
    const unread = await refusal(tasks.create({ id: 'no-spec', bundle, rootfs: [], ...QUIET }));
    assert.match(unread.message, /config\.json/);
    const garbage = await caller.call(
      'start',
      'no-spec',
      caller.bundle('no-spec', FOREVER),
      Buffer.from('\xff\xff\xff'),
    );
    assert.is(garbage.code, 1, garbage.stdout);
    assert.is((await refusal(create(context, 'keeper', FOREVER))).code, 'already-exists');
    assert.is(there().length, before, there().join('\n'));
  });

  test('streams that nobody reads hold nobody up; who reads slowly gets every byte', async (context) => {
    const { caller, tasks } = context;
    // Nobody opened it, nobody will.
    const alone = mkfifo(join(caller.folder, 'alone'));
    await create(context, 'alone', ['echo', 'unheard'], {}, { stdout: alone });
    await tasks.start('alone', '');
    await tasks.wait('alone', '');
    await tasks.delete('alone', '');
    // Opened, and not read for a while.
    const slow = mkfifo(join(caller.folder, 'slow'));
    const reader = openSync(slow, constants.O_RDONLY | constants.O_NONBLOCK);
    const text =
      'i=0; while [ $i -lt 64 ]; do busybox head -c 65536 /proc/self/exe; i=$((i+1)); done';
    await create(context, 'slow', ['sh', '-c', text], {}, { stdout: slow });
    await tasks.start('slow', '');
    const began = performance.now();
    for (let n = 0; n < 20; n += 1) {
      assert.is((await tasks.state('slow', '')).status, 'running');
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    assert.ok(performance.now() - began < 5000, 'calls wait for the reader');
    let bytes = 0;
    const read = new Promise<void>((resolve, reject) => {
      // Its own descriptor: that one says EAGAIN.
      createReadStream(slow)
        .on('data', (chunk) => (bytes += chunk.length))
        .on('end', resolve)
        .on('error', reject);
    });
    closeSync(reader);
    await tasks.wait('slow', '');
    await tasks.delete('slow', '');
    await read;
    assert.is(bytes, 64 * 65536);
    // A path that is not there.
    const refused = await refusal(
      create(context, 'none', FOREVER, {}, { stdout: join(caller.folder, 'none') }),
    );
    assert.match(refused.message, /none/);
    assert.is(await outcome(tasks.state('none', '')), 'not-found');
  });

  test('verbs in any order answer by the state, and every exit is told once', async (context) => {
    const { caller, tasks } = context;
    const verbs = [
      'create',
      'start',
      'exec',
      'startExec',
      'kill',
      'killExec',
      'delete',
      'deleteExec',
      'pause',
      'resume',
    ];
    const sequences = fc.sample(
      fc.array(fc.constantFrom(...verbs), { minLength: 8, maxLength: 14, size: 'max' }),
      { numRuns: 5, seed: 5 },
    );
    // What goes well first: all of the life, then what chance brings.
    sequences.unshift([
      'create',
      'start',
      'exec',
      'startExec',
      'pause',
      'kill',
      'resume',
      'killExec',
      'deleteExec',
      'kill',
      'delete',
      'create',
      'kill',
      'start',
      'delete',
    ]);
    const answers = new Map<string, number>();
    for (const [n, sequence] of sequences.entries()) {
      const id = `model-${n}`;
      const model = new Model();
      for (const verb of sequence) {
        const expected = model.expect(verb);
        const answer = await outcome(act(context, verb, id));
        assert.is(answer, expected, `${verb} in ${sequence.join(' ')}`);
        answers.set(answer, (answers.get(answer) ?? 0) + 1);
        if (answer !== 'ok') continue;
        if (verb === 'kill') await tasks.wait(id, '');
        if (verb === 'killExec') await tasks.wait(id, 'x');
        if (model.init !== 'none') assert.is((await tasks.state(id, '')).status, model.init);
      }
      if (model.init === 'running' || model.init === 'created' || model.init === 'paused') {
        await tasks.kill(id, '', 9, true);
        await tasks.wait(id, '');
        model.exits += model.exec === 'running' ? 2 : 1;
      }
      if (model.init !== 'none') await tasks.delete(id, '');
      await caller.told(
        `the deletion of ${id}`,
        ({ kind, containerId }) => (kind === 'delete' && containerId === id) || model.creates === 0,
      );
      const exits = caller.events.filter(
        (event) => event.kind === 'exit' && event.containerId === id,
      );
      assert.is(exits.length, model.exits, `${sequence.join(' ')}: ${JSON.stringify(exits)}`);
    }
    assert.ok((answers.get('ok') ?? 0) > 15, JSON.stringify([...answers]));
    assert.ok((answers.get('invalid-state') ?? 0) > 5, JSON.stringify([...answers]));
  });

  test('the last container is deleted, the pod shut down: nothing is left', async ({
    caller,
    tasks,
  }) => {
    await tasks.shutdown('keeper');
    assert.is((await tasks.state('keeper', '')).status, 'running', 'Shutdown ended what lives');
    await tasks.kill('keeper', '', 9, true);
    assert.is((await tasks.wait('keeper', '')).code, 137);
    await tasks.delete('keeper', '');
    await tasks.shutdown('keeper');
    assert.equal(await caller.settledLeftovers(), []);
  });

  test.run();
}

/** One container and its one exec, as containerd's callers see them. */
class Model {
  init: 'none' | 'created' | 'running' | 'paused' | 'stopped' = 'none';
  exec: 'none' | 'created' | 'running' | 'stopped' = 'none';
  exits = 0;
  creates = 0;

  expect(verb: string): string {
    if (verb === 'create') {
      if (this.init !== 'none') return 'already-exists';
      this.init = 'created';
      this.creates += 1;
      return 'ok';
    }
    if (this.init === 'none') return 'not-found';
    switch (verb) {
      case 'start':
        return this.#init('created', 'running');
      case 'pause':
        return this.#init('running', 'paused');
      case 'resume':
        return this.#init('paused', 'running');
      case 'kill':
        if (this.init === 'stopped') return 'not-found';
        this.init = 'stopped';
        this.exits += 1;
        if (this.exec === 'running') this.#execExits();
        return 'ok';
      case 'delete':
        if (this.init === 'running' || this.init === 'paused') return 'invalid-state';
        this.init = 'none';
        this.exec = 'none';
        return 'ok';
      case 'exec':
        if (this.init !== 'running') return 'invalid-state';
        if (this.exec !== 'none') return 'already-exists';
        this.exec = 'created';
        return 'ok';
      case 'startExec':
        if (this.exec === 'none') return 'not-found';
        if (this.exec !== 'created' || this.init !== 'running') return 'invalid-state';
        this.exec = 'running';
        return 'ok';
      case 'killExec':
        if (this.exec === 'none' || this.exec === 'stopped') return 'not-found';
        if (this.exec === 'created') return 'invalid-state';
        this.#execExits();
        return 'ok';
      default:
        if (this.exec === 'none') return 'not-found';
        if (this.exec === 'running') return 'invalid-state';
        this.exec = 'none';
        return 'ok';
    }
  }

  #init(from: string, to: 'running' | 'paused'): string {
    if (this.init !== from) return 'invalid-state';
    this.init = to;
    return 'ok';
  }

  #execExits(): void {
    this.exec = 'stopped';
    this.exits += 1;
  }
}

function act(context: Context, verb: string, id: string): Promise<unknown> {
  const { tasks } = context;
  switch (verb) {
    case 'create':
      return create(context, id, FOREVER);
    case 'start':
      return tasks.start(id, '');
    case 'exec': {
      const process = {
        args: ['/bin/busybox', ...FOREVER],
        cwd: '/',
        env: [],
        user: { uid: 0, gid: 0 },
      };
      return tasks.exec({
        id,
        execId: 'x',
        ...QUIET,
        process: Buffer.from(JSON.stringify(process)),
      });
    }
    case 'startExec':
      return tasks.start(id, 'x');
    case 'kill':
      return tasks.kill(id, '', 9, false);
    case 'killExec':
      return tasks.kill(id, 'x', 9, false);
    case 'delete':
      return tasks.delete(id, '');
    case 'deleteExec':
      return tasks.delete(id, 'x');
    case 'pause':
      return tasks.pause(id);
    default:
      return tasks.resume(id);
  }
}
