/**
 * Every verb in every state, in random order, with exits, kills and the VM's death thrown in, against a model of
 * containerd's semantics: what each call answers, and which events are told in which order.
 */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RuntimeError } from '../../../runtime/errors.ts';
import type { TaskEvent } from '../../../runtime/task/task-event.ts';
import { Tasks } from '../../../runtime/task/tasks.ts';
import { FakeBackend, FakeIo, FakeRecords } from './fake-backend.ts';

const CONTAINERS = ['a', 'b'];
const EXECS = ['x', 'y'];
const RUNS = Number(process.env['LCOW_MODEL_RUNS'] ?? 1200);

type Status = 'created' | 'running' | 'paused' | 'stopped';
interface ModelProcess {
  status: Status;
  /** Never ran, though its start was tried. */
  failed?: boolean;
}
interface ModelTask extends ModelProcess {
  readonly execs: Map<string, ModelProcess>;
}

interface Command {
  readonly verb: string;
  readonly id: string;
  readonly execId: string;
  readonly flag: boolean;
}

const VERBS = [
  ...[
    'create',
    'create',
    'start',
    'start',
    'start',
    'exec',
    'exec',
    'startExec',
    'startExec',
    'exec',
    'startExec',
  ],
  ...[
    'kill',
    'killExec',
    'killExec',
    'term',
    'delete',
    'deleteExec',
    'pause',
    'resume',
    'update',
    'stats',
  ],
  ...['state', 'stateExec', 'wait', 'waitExec', 'pids', 'closeIo', 'resizePty', 'checkpoint'],
  ...['connect', 'shutdown', 'exit', 'exitExec', 'exitExec'],
];

const command: fc.Arbitrary<Command> = fc.record({
  verb: fc.oneof(
    { weight: 80, arbitrary: fc.constantFrom(...VERBS) },
    { weight: 1, arbitrary: fc.constant('vmDies') },
  ),
  // One of them mostly: more of what happens to it is not the first thing.
  id: fc.oneof(
    { weight: 4, arbitrary: fc.constant('a') },
    { weight: 1, arbitrary: fc.constantFrom(...CONTAINERS) },
  ),
  execId: fc.constantFrom(...EXECS),
  flag: fc.nat(5).map((chance) => chance === 0),
});

/** How far the first container has come before the random part. */
const beginning: fc.Arbitrary<Command[]> = fc
  .nat(5)
  .map((length) =>
    ['create', 'start', 'exec', 'startExec', 'pause']
      .slice(0, length)
      .map((verb) => ({ verb, id: 'a', execId: 'x', flag: false })),
  );

const sequence: fc.Arbitrary<Command[]> = fc
  .tuple(beginning, fc.array(command, { minLength: 5, maxLength: 50, size: 'max' }))
  .map(([first, rest]) => [...first, ...rest]);

/** The model: the answer of each call by state, 'ok' or an error's code. */
class Model {
  readonly tasks = new Map<string, ModelTask>();
  dead = false;

  expect({ verb, id, execId, flag }: Command): string {
    const task = this.tasks.get(id);
    if (verb === 'connect' || verb === 'shutdown') return 'ok';
    if (verb === 'create') return this.#create(id, task, flag);
    if (task === undefined) return 'not-found';
    const exec = task.execs.get(execId);
    switch (verb) {
      case 'start':
        if (task.status !== 'created') return 'invalid-state';
        if (flag) return this.#ended(task, 'command-not-found');
        task.status = 'running';
        return 'ok';
      case 'exec':
        if (task.status !== 'running') return 'invalid-state';
        if (exec !== undefined) return 'already-exists';
        task.execs.set(execId, { status: 'created' });
        return 'ok';
      case 'startExec':
        if (exec === undefined) return 'not-found';
        if (exec.status !== 'created' || task.status !== 'running') return 'invalid-state';
        exec.status = flag ? 'stopped' : 'running';
        if (flag) exec.failed = true;
        return flag ? 'command-not-found' : 'ok';
      case 'kill':
      case 'term':
        if (task.status === 'stopped') return 'not-found';
        return verb === 'kill' ? this.#ended(task, 'ok') : 'ok';
      case 'killExec':
        if (exec === undefined || exec.status === 'stopped') return 'not-found';
        if (exec.status === 'created') return 'invalid-state';
        if (flag) return this.#ended(task, 'ok');
        exec.status = 'stopped';
        return 'ok';
      case 'delete':
        if (task.status === 'running' || task.status === 'paused') return 'invalid-state';
        this.tasks.delete(id);
        return 'ok';
      case 'deleteExec':
        if (exec === undefined) return 'not-found';
        if (exec.status === 'running') return 'invalid-state';
        task.execs.delete(execId);
        return 'ok';
      case 'pause':
        return this.#freeze(task, 'running', 'paused');
      case 'resume':
        return this.#freeze(task, 'paused', 'running');
      case 'update':
        return task.status === 'stopped' ? 'invalid-state' : 'ok';
      case 'stats':
        return this.dead ? 'unavailable' : 'ok';
      case 'stateExec':
      case 'waitExec':
        return exec === undefined ? 'not-found' : 'ok';
      case 'checkpoint':
        return 'unsupported';
      default:
        return 'ok';
    }
  }

  /** The guest's own doing. */
  happens({ verb, id, execId }: Command): void {
    const task = this.tasks.get(id);
    if (verb === 'vmDies') {
      this.dead = true;
      for (const each of this.tasks.values()) this.#ended(each, '');
    } else if (verb === 'exit' && task !== undefined && task.status !== 'created') {
      this.#ended(task, '');
    } else if (verb === 'exitExec') {
      const exec = task?.execs.get(execId);
      if (exec?.status === 'running') exec.status = 'stopped';
    }
  }

  #create(id: string, task: ModelTask | undefined, fails: boolean): string {
    if (task !== undefined) return 'already-exists';
    if (this.dead) return 'unavailable';
    if (fails) return 'not-found';
    this.tasks.set(id, { status: 'created', execs: new Map() });
    return 'ok';
  }

  #freeze(task: ModelTask, from: Status, to: Status): string {
    if (task.status !== from) return 'invalid-state';
    task.status = to;
    return 'ok';
  }

  #ended(task: ModelTask, answer: string): string {
    task.status = 'stopped';
    for (const exec of task.execs.values()) if (exec.status === 'running') exec.status = 'stopped';
    return answer;
  }
}

test('every sequence of calls answers as the model says, and tells what happened in order', async () => {
  const answers = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(sequence, async (commands) => {
      const world = new World(answers);
      for (const each of commands) await world.run(each);
      await world.finish();
    }),
    { numRuns: RUNS },
  );
  for (const verb of new Set(VERBS)) {
    if (verb === 'exit' || verb === 'exitExec' || verb === 'checkpoint') continue;
    const often = answers.get(`${verb} ok`) ?? 0;
    assert.ok(often > RUNS / 30, `${verb} succeeded ${often} times`);
  }
  for (const refused of ['start invalid-state', 'exec invalid-state', 'kill not-found'])
    assert.ok((answers.get(refused) ?? 0) > RUNS / 30, refused);
});

class World {
  readonly backend = new FakeBackend();
  readonly records = new FakeRecords();
  readonly events: TaskEvent[] = [];
  readonly ios: FakeIo[] = [];
  readonly model = new Model();
  /** What was answered how often: a run that sees only errors has tested nothing. */
  readonly answers: Map<string, number>;

  constructor(answers: Map<string, number>) {
    this.answers = answers;
  }

  readonly tasks = new Tasks({
    backend: this.backend,
    records: this.records,
    io: async (request) => {
      const io = new FakeIo(request);
      this.ios.push(io);
      return io;
    },
    emit: (event) => {
      // What is told of an exit is on disk by then.
      if (event.kind === 'exit') {
        const record = this.records.saved.get(event.containerId);
        const process = event.execId === '' ? record?.init : record?.execs[event.execId];
        assert.ok(process?.exit, `the exit of ${event.containerId}/${event.execId} is on disk`);
      }
      this.events.push(event);
    },
    log: () => {},
  });

  async run(each: Command): Promise<void> {
    const { verb, id, execId } = each;
    if (verb === 'exit' || verb === 'exitExec' || verb === 'vmDies') {
      const running = this.model.tasks.get(id)?.status !== 'created';
      this.model.happens(each);
      if (verb === 'vmDies') this.backend.vmDies();
      else if (verb === 'exit' && running) this.backend.containers.get(id)?.exitInit(3);
      else if (verb === 'exitExec') this.backend.containers.get(id)?.execs.get(execId)?.exit(4);
      await settle();
      await this.compare();
      return;
    }
    this.backend.failCreate = verb === 'create' && each.flag;
    this.backend.failStart = (verb === 'start' || verb === 'startExec') && each.flag;
    const expected = this.model.expect(each);
    const answer = await this.call(each).then(
      () => 'ok',
      (error: unknown) => (error instanceof RuntimeError ? error.code : String(error)),
    );
    assert.is(answer, expected, JSON.stringify(each));
    const seen = `${verb} ${answer}`;
    this.answers.set(seen, (this.answers.get(seen) ?? 0) + 1);
    await settle();
    await this.compare();
  }

  call({ verb, id, execId, flag }: Command): Promise<unknown> {
    const { tasks } = this;
    const stdio = { terminal: flag, stdin: 'in', stdout: 'out', stderr: flag ? '' : 'err' };
    switch (verb) {
      case 'create':
        return tasks.create({ id, bundle: '/b', rootfs: [], ...stdio });
      case 'start':
        return tasks.start(id, '');
      case 'startExec':
        return tasks.start(id, execId);
      case 'exec':
        return tasks.exec({ id, execId, ...stdio, process: Buffer.from('{}') });
      case 'kill':
        return tasks.kill(id, '', 9, flag);
      case 'term':
        return tasks.kill(id, '', 15, flag);
      case 'killExec':
        return tasks.kill(id, execId, 9, flag);
      case 'delete':
        return tasks.delete(id, '');
      case 'deleteExec':
        return tasks.delete(id, execId);
      case 'pause':
        return tasks.pause(id);
      case 'resume':
        return tasks.resume(id);
      case 'update':
        return tasks.update(id, Buffer.from('{}'));
      case 'stats':
        return tasks.stats(id);
      case 'state':
        return tasks.state(id, '');
      case 'stateExec':
        return tasks.state(id, execId);
      case 'wait':
        return this.waitBriefly(id, '');
      case 'waitExec':
        return this.waitBriefly(id, execId);
      case 'pids':
        return tasks.pids(id).then((pids) => assert.ok(pids.length >= 1));
      case 'closeIo':
        return tasks.closeIo(id, '', true);
      case 'resizePty':
        return tasks.resizePty(id, '', 80, 24);
      case 'checkpoint':
        return tasks.checkpoint(id, '/c');
      case 'connect':
        return tasks.connect(id);
      case 'shutdown':
        return tasks.shutdown(id);
      default:
        throw new Error(verb);
    }
  }

  /** A wait answers at once when it has stopped, and only then. */
  async waitBriefly(id: string, execId: string): Promise<void> {
    const process =
      execId === '' ? this.model.tasks.get(id) : this.model.tasks.get(id)?.execs.get(execId);
    const wait = this.tasks.wait(id, execId);
    const answered = await Promise.race([wait.then(() => true), settle().then(() => false)]);
    wait.catch(() => {});
    assert.is(answered, process?.status === 'stopped');
  }

  async compare(): Promise<void> {
    assert.equal(this.tasks.ids.sort(), [...this.model.tasks.keys()].sort());
    for (const [id, task] of this.model.tasks) {
      const state = await this.tasks.state(id, '');
      assert.is(state.status, task.status, id);
      assert.is(state.exit !== undefined, task.status === 'stopped');
      assert.ok(state.pid >= 1);
      for (const [execId, exec] of task.execs) {
        assert.is((await this.tasks.state(id, execId)).status, exec.status, `${id}/${execId}`);
      }
    }
  }

  /** Ends everything and looks at what was told. */
  async finish(): Promise<void> {
    this.backend.failStart = false;
    for (const [id, { status }] of [...this.model.tasks]) {
      if (status === 'running' || status === 'paused') {
        await this.tasks.kill(id, '', 9, true);
        await this.tasks.wait(id, '');
      }
      await this.tasks.delete(id, '');
    }
    assert.equal([...this.records.saved.keys()], []);
    assert.equal(
      [...this.backend.containers.keys()].filter(() => !this.backend.dead),
      [],
    );
    for (const io of this.ios) {
      assert.ok(io.closed > 0, `io of ${io.request.containerId}/${io.request.execId} is closed`);
      assert.ok(io.exits.length <= 1);
    }
    checkOrder(this.events);
  }
}

/** containerd's rules of order, one life of a container after the other. */
function checkOrder(events: readonly TaskEvent[]): void {
  for (const id of CONTAINERS) {
    const lives: TaskEvent[][] = [];
    for (const event of events.filter(({ containerId }) => containerId === id)) {
      if (event.kind === 'create') lives.push([]);
      lives.at(-1)?.push(event);
    }
    for (const life of lives) {
      const kinds = life.map(({ kind }) => kind);
      assert.is(kinds[0], 'create');
      assert.is(kinds.at(-1), 'delete');
      assert.is(kinds.filter((kind) => kind === 'delete').length, 1);
      const at = (kind: string, execId: string): number[] =>
        life.flatMap((event, index) =>
          event.kind === kind && ('execId' in event ? event.execId : '') === execId ? [index] : [],
        );
      const initExits = at('exit', '');
      assert.is(initExits.length, 1, `one exit of init: ${kinds.join(' ')}`);
      const initExit = initExits[0] ?? -1;
      assert.ok((at('start', '')[0] ?? -1) < initExit, 'start before exit');
      for (const [index, event] of life.entries()) {
        if (event.kind === 'exit') assert.ok(index <= initExit, "init's exit is the last");
        if (event.kind !== 'exit' || event.execId === '') continue;
        const started = at('exec-started', event.execId).filter((start) => start < index);
        const exits = at('exit', event.execId).filter((exit) => exit <= index);
        assert.is(exits.length, started.length, 'one exit for each start, after it');
        assert.ok((at('exec-added', event.execId)[0] ?? index) < (started[0] ?? -1));
      }
      for (const execId of EXECS) {
        assert.is(at('exec-started', execId).length, at('exit', execId).length);
      }
    }
  }
}

/** Lets everything that is under way in memory come to rest. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

test.run();
