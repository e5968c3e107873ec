import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lcow } from '../../../proto/generated/supervisor.js';
import type { ContainerState } from '../../../runtime/container/container-record.ts';
import { RuntimeError } from '../../../runtime/errors.ts';
import { hostBootId } from '../../../runtime/ownership.ts';
import type { Clock } from '../../../runtime/supervisor/clock.ts';
import { KeepRecords } from '../../../runtime/supervisor/keep-record.ts';
import { Keeper } from '../../../runtime/supervisor/keeper.ts';
import type { KeeperHost } from '../../../runtime/supervisor/keeper-host.ts';
import type { CreateTask } from '../../../runtime/task/task-service.ts';
import { rejection } from '../../harness/rejection.ts';
import { FakeTasks } from './fake-tasks.ts';

/** Time that goes on when told; both of its clocks can be looked at. */
class FakeClock implements Clock {
  now = 0;
  wall = 1_700_000_000_000;
  timers: { at: number; call: () => void }[] = [];
  wallMs = (): number => this.wall;
  monotonicMs = (): number => this.now;
  after = (ms: number, call: () => void): (() => void) => {
    const timer = { at: this.now + ms, call };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((each) => each !== timer);
    };
  };
  pass(ms: number): void {
    this.now += ms;
    this.wall += ms;
    const due = this.timers.filter(({ at }) => at <= this.now);
    this.timers = this.timers.filter(({ at }) => at > this.now);
    for (const { call } of due) call();
  }
  /** Lets the next timer fire. */
  next(): number {
    const ms = Math.min(...this.timers.map(({ at }) => at)) - this.now;
    this.pass(ms);
    return ms;
  }
}

/** The keeper's surroundings; `told` is what the outside sees, in order, beside what was on disk then. */
class World {
  readonly folder = mkdtempSync(join(tmpdir(), 'lcow-keeper-'));
  readonly clock = new FakeClock();
  tasks = new FakeTasks();
  readonly states = new Map<string, ContainerState>();
  readonly told: string[] = [];
  readonly logged: string[] = [];
  logIsWhole: Promise<void> = Promise.resolve();
  removed: string[] = [];
  finished = 0;
  journalHasEnd = false;
  failWrites: Error | undefined;
  readonly keeper: Keeper;

  constructor(readonlyOptions: { lone?: boolean; from?: World } = {}) {
    const { lone = true, from } = readonlyOptions;
    const folder = from?.folder ?? this.folder;
    if (from !== undefined) {
      this.tasks = from.tasks;
      this.states = from.states;
    }
    const host: KeeperHost = {
      pod: 'pod',
      lone,
      clock: this.clock,
      records: new KeepRecords(folder),
      tasks: () => Promise.resolve(this.tasks.service),
      bootedTasks: () => Promise.resolve(this.tasks.service),
      store: {
        readState: (id) => {
          const state = this.states.get(id);
          if (state === undefined) throw new RuntimeError('not-found', 'read', id);
          return state;
        },
        writeState: async (id, state) => {
          if (this.failWrites !== undefined) throw this.failWrites;
          await new Promise((resolve) => setImmediate(resolve));
          this.states.set(id, state);
        },
        setAside: async (id) => {
          this.states.delete(id);
          return () => {
            this.removed.push(id);
            return Promise.resolve();
          };
        },
      },
      publish: (event) => {
        const { status = 'gone', restartCount = '' } = this.states.get(event.containerId) ?? {};
        this.told.push(`${event.kind} (${status} ${restartCount})`.replace(' )', ')'));
      },
      note: (action) => void this.told.push(action),
      wasEndTold: () => Promise.resolve(this.journalHasEnd),
      log: (line) => void this.logged.push(line),
      hubs: {
        configure: () => undefined,
        retain: () => undefined,
        release: (id) => void this.told.push(`release ${id}`),
        drained: () => Promise.resolve(),
        logged: () => this.logIsWhole,
        forget: () => undefined,
      },
      finishing: () => void this.told.push('finishing'),
      finished: () => {
        this.finished += 1;
      },
    };
    this.keeper = new Keeper(host);
    this.tasks.emit = (event) => this.keeper.onEvent(event);
    this.tasks.io = this.keeper.keepIo(this.tasks.io);
  }
}

const worlds: World[] = [];
function world(options: ConstructorParameters<typeof World>[0] = {}): World {
  const made = new World(options);
  worlds.push(made);
  return made;
}
test.after(() => {
  for (const { folder } of worlds) rmSync(folder, { recursive: true, force: true });
});

function request(
  options: Partial<lcow.supervisor.v1.CreateOptions.$Properties> = {},
  id = 'c',
): CreateTask {
  const value = lcow.supervisor.v1.CreateOptions.encode(options).finish();
  return {
    ...{ id, bundle: `/b/${id}`, rootfs: [], terminal: false, stdin: '', stdout: '', stderr: '' },
    options: { typeUrl: 'lcow.supervisor.v1.CreateOptions', value },
  };
}

/** Until everything that was caused has happened; timers do not pass. */
async function quiet(): Promise<void> {
  for (let i = 0; i < 40; i += 1) await new Promise((resolve) => setTimeout(resolve, 0));
}

async function started(w: World, options = {}, id = 'c'): Promise<void> {
  await w.keeper.create(request(options, id));
  await w.keeper.start(id, '');
}

test('a state is on disk before its event is told, and the exit before who waits', async () => {
  const w = world();
  await started(w);
  assert.equal(w.told, ['create (created 0)', 'start (running 0)']);
  assert.is(w.states.get('c')?.pod, 'pod');
  const waiting = w.keeper.wait('c', '');
  w.tasks.exit('c', 3, { oomKilled: true });
  assert.is((await waiting).code, 3);
  const state = w.states.get('c');
  assert.is(state?.status, 'exited');
  assert.is(state?.exitCode, 3);
  assert.is(state?.oomKilled, true);
  assert.is(state?.pod, undefined);
  await quiet();
  assert.equal(w.told.slice(2), ['finishing', 'release c', 'exit (exited 0)']);
  assert.is(w.finished, 1);
  assert.not(w.tasks.tasks.has('c'));
});

test('an end is written and told once its log is whole, or two seconds late', async () => {
  const w = world();
  let whole!: () => void;
  w.logIsWhole = new Promise((resolve) => {
    whole = resolve;
  });
  await started(w);
  let over = false;
  const waiting = w.keeper.wait('c', '').then(() => {
    over = true;
  });
  w.tasks.exit('c', 0);
  await quiet();
  assert.equal([over, w.states.get('c')?.status], [false, 'running']);
  whole();
  await waiting;
  assert.is(w.states.get('c')?.status, 'exited');

  const late = world();
  late.logIsWhole = new Promise(() => {});
  await started(late);
  const waited = late.keeper.wait('c', '');
  late.tasks.exit('c', 4);
  await quiet();
  assert.is(late.clock.next(), 2000);
  assert.is((await waited).code, 4);
});

test('its stdio hears of the exit once its state is on disk', async () => {
  const w = world();
  const heard: (string | undefined)[] = [];
  const open = w.tasks.io;
  w.tasks.io = w.keeper.keepIo(async (asked) => {
    const io = await open(asked);
    io.exited = () => void heard.push(w.states.get('c')?.status);
    return io;
  });
  await started(w);
  w.tasks.exit('c', 0);
  await quiet();
  assert.equal(heard, ['exited']);
});

test('restarts follow docker: the delay doubles, and a long run resets it', async () => {
  const w = world();
  await started(w, { restart: { name: 'always' } });
  const delays: number[] = [];
  for (let i = 0; i < 5; i += 1) {
    w.clock.pass(i === 3 ? 10_000 : 5);
    w.tasks.exit('c', 0);
    await quiet();
    assert.is(w.states.get('c')?.status, 'restarting');
    delays.push(w.clock.next());
    await quiet();
    assert.is(w.states.get('c')?.status, 'running');
    assert.is(w.states.get('c')?.restartCount, i + 1);
  }
  assert.equal(delays, [100, 200, 400, 100, 200]);
  assert.is(w.finished, 0);
});

test('on-failure stops after its maximum, and at success', async () => {
  const w = world();
  await started(w, { restart: { name: 'on-failure', maximum: 2 } });
  for (let i = 0; i < 2; i += 1) {
    w.tasks.exit('c', 7);
    await quiet();
    w.clock.next();
    await quiet();
  }
  w.tasks.exit('c', 7);
  await quiet();
  assert.is(w.states.get('c')?.status, 'exited');
  assert.is(w.states.get('c')?.restartCount, 2);
  assert.is(w.finished, 1);
});

test('stop sends the signal, then SIGKILL, and suppresses the restart', async () => {
  const w = world();
  w.tasks.endsBy = () => false;
  await started(w, { restart: { name: 'always' }, stopSignal: 2 });
  const stopping = w.keeper.stop('c', 0, 5000);
  await quiet();
  assert.ok(w.tasks.calls.includes('kill c 2'));
  assert.is(w.states.get('c')?.status, 'running');
  w.clock.pass(5000);
  assert.equal(await stopping, { code: 137, killed: true });
  await quiet();
  assert.is(w.states.get('c')?.status, 'exited');
  assert.is(w.clock.timers.length, 0);
});

test('stop of a container that waits for its restart ends the wait', async () => {
  const w = world();
  await started(w, { restart: { name: 'always' } });
  w.tasks.exit('c', 4);
  await quiet();
  assert.equal(await w.keeper.stop('c', 0, 1000), { code: 4, killed: false });
  await quiet();
  assert.is(w.states.get('c')?.status, 'exited');
  assert.is(w.clock.timers.length, 0);
  assert.is(w.finished, 1);
});

test('Keep{release} keeps it from restarting, Keep{restart} changes the policy', async () => {
  const w = world({ lone: false });
  await started(w, { restart: { name: 'always' } }, 'a');
  await w.keeper.keep('a', { release: true });
  w.tasks.exit('a', 1);
  await quiet();
  assert.is(w.states.get('a')?.status, 'exited');
  await started(w, {}, 'b');
  await w.keeper.keep('b', { restart: { name: 'always', maximum: 0 } });
  w.tasks.exit('b', 1);
  await quiet();
  assert.is(w.states.get('b')?.status, 'restarting');
  assert.equal(w.states.get('b')?.restart, { name: 'always', maximum: 0 });
});

test('stop resumes what is paused, so that it can take its signal', async () => {
  const w = world();
  await started(w);
  await w.keeper.pause('c');
  assert.is(w.states.get('c')?.status, 'paused');
  w.tasks.endsBy = () => false;
  const stopping = w.keeper.stop('c', 15, 100);
  await quiet();
  assert.is(w.states.get('c')?.status, 'running');
  w.clock.pass(100);
  await stopping;
});

test('auto-remove frees folder and name before the exit is told', async () => {
  const w = world();
  await started(w, { autoRemove: true });
  const heard = w.keeper.wait('c', '').then(() => w.states.has('c'));
  w.tasks.exit('c', 0);
  assert.is(await heard, false);
  await quiet();
  assert.equal(w.told.slice(-5), [
    'finishing',
    'release c',
    'exit (gone)',
    'delete (gone)',
    'destroy',
  ]);
  assert.equal(w.removed, ['c']);
});

test('a command that cannot be started ends the container with its exit status', async () => {
  const w = world();
  await w.keeper.create(request());
  w.tasks.failStart = new RuntimeError('command-not-found', 'start it', 'no such file');
  await rejection(w.keeper.start('c', ''));
  await quiet();
  const state = w.states.get('c');
  assert.is(state?.status, 'exited');
  assert.is(state?.exitCode, 127);
  assert.match(state?.error ?? '', /no such file/);
  assert.not(w.told.some((line) => line.startsWith('exit')));
  assert.is(w.finished, 1);
  assert.not(w.tasks.tasks.has('c'));
});

test('a create that fails leaves nothing, and ends the lone pod', async () => {
  const w = world();
  w.tasks.failCreate = new RuntimeError('unavailable', 'boot', 'the VM exited');
  await rejection(w.keeper.create(request()));
  assert.equal(w.keeper.ids, []);
  assert.equal(w.told, []);
  assert.is(w.finished, 1);
});

test('a container that exists is not created again', async () => {
  const w = world();
  await started(w);
  const error = await rejection(w.keeper.create(request()));
  assert.is((error as RuntimeError).code, 'already-exists');
});

test('a state that cannot be written is said, and the container goes on', async () => {
  const w = world();
  await w.keeper.create(request());
  w.failWrites = new Error('ENOSPC: no space left on device');
  await w.keeper.start('c', '');
  assert.match(w.logged.join('\n'), /ENOSPC/);
  w.failWrites = undefined;
  w.tasks.exit('c', 0);
  await quiet();
  assert.is(w.states.get('c')?.status, 'exited');
});

test('containers that are not ours pass through', async () => {
  const w = world();
  const { options: _, ...plain } = request();
  await w.keeper.create(plain);
  await w.keeper.start('c', '');
  w.tasks.exit('c', 5);
  await quiet();
  assert.is(w.states.size, 0);
  assert.ok(w.tasks.tasks.has('c'));
  assert.is((await w.keeper.delete('c', '')).exit.code, 5);
});

test('a successor goes on: what runs, what ended meanwhile, what waits for its restart', async () => {
  const first = world({ lone: false });
  for (const id of ['runs', 'ended']) await started(first, {}, id);
  await started(first, { restart: { name: 'always' } }, 'waits');
  first.tasks.exit('waits', 1);
  await quiet();
  // kill -9 of the first: its timers and its memory are gone.
  first.tasks.emit = () => undefined;
  const ended = first.tasks.tasks.get('ended');
  if (ended === undefined) throw new Error('no task');
  ended.status = 'stopped';
  ended.exit = { code: 9, exitedAtMs: 5000, oomKilled: false };
  const second = world({ lone: false, from: first });
  second.keeper.load();
  await second.keeper.adopted();
  await quiet();
  assert.is(second.states.get('runs')?.status, 'running');
  assert.is(second.states.get('ended')?.exitCode, 9);
  assert.equal(
    second.told.filter((line) => line.startsWith('exit')),
    ['exit (exited 0)'],
  );
  assert.is(second.states.get('waits')?.status, 'restarting');
  second.clock.next();
  await quiet();
  assert.is(second.states.get('waits')?.status, 'running');
});

test('what its policy restarts and what ended without a supervisor is restarted by the successor', async () => {
  const first = world({ lone: false });
  await started(first, { restart: { name: 'always' } });
  first.tasks.emit = () => undefined;
  const task = first.tasks.tasks.get('c');
  if (task === undefined) throw new Error('no task');
  task.status = 'stopped';
  task.exit = { code: 3, exitedAtMs: 5000, oomKilled: false };
  const second = world({ lone: false, from: first });
  second.keeper.load();
  await second.keeper.adopted();
  await quiet();
  assert.is(second.states.get('c')?.status, 'restarting');
  second.clock.next();
  await quiet();
  assert.is(second.states.get('c')?.status, 'running');
});

test('an end that was told before the supervisor died is not told again', async () => {
  const first = world({ lone: false });
  await started(first);
  first.tasks.emit = () => undefined;
  const task = first.tasks.tasks.get('c');
  if (task === undefined) throw new Error('no task');
  task.status = 'stopped';
  task.exit = { code: 2, exitedAtMs: 5000, oomKilled: false };
  first.states.set('c', {
    status: 'exited',
    hostBootId: hostBootId(),
    restartCount: 0,
    exitCode: 2,
    finishedAt: new Date(5000).toISOString(),
  });
  const second = world({ lone: false, from: first });
  second.journalHasEnd = true;
  second.keeper.load();
  await second.keeper.adopted();
  await quiet();
  assert.not(second.told.some((line) => line.startsWith('exit')));
  assert.not(second.tasks.tasks.has('c'));
});

test('a clock that is set back changes no delay', async () => {
  const w = world();
  await started(w, { restart: { name: 'always' } });
  w.clock.pass(20_000);
  w.clock.wall -= 3_600_000;
  w.tasks.exit('c', 0);
  await quiet();
  assert.is(w.clock.next(), 100);
});

test.run();
