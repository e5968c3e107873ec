/** What of a container is on the host: the pids that are told, and the hooks that run there. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RuntimeError } from '../../../runtime/errors.ts';
import { readHooks, runHooks } from '../../../runtime/task/host-hooks.ts';
import type {
  HostProcesses,
  HostProcessKey,
  HostProcessRequest,
} from '../../../runtime/task/host-process.ts';
import { HostSide } from '../../../runtime/task/host-side.ts';
import type { TaskEvent } from '../../../runtime/task/task-event.ts';
import { Tasks } from '../../../runtime/task/tasks.ts';
import { rejection } from '../../harness/rejection.ts';
import { FakeBackend, FakeIo, FakeRecords } from './fake-backend.ts';

const NONE = { terminal: false, stdin: '', stdout: '', stderr: '' };
const SPEC = {
  ociVersion: '1.1.0',
  process: { args: ['sleep', '10'], cwd: '/' },
  annotations: { of: 'it' },
  linux: { namespaces: [{ type: 'mount' }, { type: 'network' }] },
};
const process_ = Buffer.from(JSON.stringify({ args: ['sh', '-c', 'exit'], cwd: '/' }));

class FakeHostProcesses implements HostProcesses {
  readonly held = new Map<string, number>();
  readonly requests: HostProcessRequest[] = [];
  fails: string | undefined;
  /** Somebody kills one. */
  kill: (containerId: string, execId: string) => void = () => undefined;
  #next = 5000;

  async hold(request: HostProcessRequest): Promise<{ pid: number }> {
    const { containerId, execId } = request;
    if (this.fails === execId) throw new RuntimeError('unavailable', 'hold', 'there is no room');
    this.requests.push(request);
    this.#next += 1;
    this.held.set(`${containerId}/${execId}`, this.#next);
    return { pid: this.#next };
  }

  async release(containerId: string, execId: string): Promise<void> {
    this.held.delete(`${containerId}/${execId}`);
  }

  async adopt(): Promise<[]> {
    return [];
  }

  onKilled(call: (process: HostProcessKey) => void): void {
    this.kill = (containerId, execId) => call({ containerId, execId });
  }
}

class World implements Disposable {
  readonly bundle = mkdtempSync(join(tmpdir(), 'lcow-hooks-'));
  readonly processes = new FakeHostProcesses();
  readonly backend = new FakeBackend();
  readonly records = new FakeRecords();
  readonly events: TaskEvent[] = [];
  readonly lines: string[] = [];
  readonly tasks: Tasks;

  constructor({ withProcesses = true } = {}) {
    const log = (line: string): void => void this.lines.push(line);
    this.tasks = new Tasks({
      ...{ backend: this.backend, records: this.records, log },
      emit: (event) => void this.events.push(event),
      io: async (request) => new FakeIo(request),
      host: new HostSide({ log, ...(withProcesses ? { processes: this.processes } : {}) }),
    });
  }

  write(spec: object): void {
    writeFileSync(join(this.bundle, 'config.json'), JSON.stringify(spec));
  }

  create(): Promise<{ pid: number }> {
    return this.tasks.create({ id: 'c', bundle: this.bundle, rootfs: [], ...NONE });
  }

  /** A hook that writes down what it was given. */
  hook(name: string, more: object = {}): object {
    const script = `echo "$0 $1 $PWD $(env | grep -v -e ^PWD= -e ^SHLVL= -e ^_=)" >> ${name}; cat >> ${name}; echo >> ${name}`;
    const { argv0 = 'argv0', ...rest } = more as { argv0?: string };
    const args = [argv0, '-c', script, 'zero', 'one'];
    return { path: '/bin/sh', args, env: [`NAME=${name}=x`], ...rest };
  }

  wrote(name: string): { line: string; state: Record<string, unknown> } {
    const [line = '', state = '{}'] = readFileSync(join(this.bundle, name), 'utf8').split('\n');
    return { line, state: JSON.parse(state) as Record<string, unknown> };
  }

  [Symbol.dispose](): void {
    rmSync(this.bundle, { recursive: true, force: true });
  }
}

test('the host process’s pid is told everywhere, one of its own for each exec, until it is deleted', async () => {
  using world = new World();
  world.write(SPEC);
  const { tasks, processes, events } = world;
  const { pid } = await world.create();
  assert.is(pid, 5001);
  assert.equal(processes.requests[0], {
    ...{ containerId: 'c', execId: '', title: 'sleep 10', network: 'new' },
  });
  assert.equal(await tasks.start('c', ''), { pid });
  assert.is((await tasks.state('c', '')).pid, pid);
  assert.is((await tasks.connect('c')).taskPid, pid);
  for (const execId of ['x', 'y']) {
    await tasks.exec({ id: 'c', execId, ...NONE, process: process_ });
  }
  const x = (await tasks.start('c', 'x')).pid;
  const y = (await tasks.start('c', 'y')).pid;
  assert.is(new Set([pid, x, y]).size, 3);
  assert.equal(processes.requests[1], {
    ...{ containerId: 'c', execId: 'x', title: 'sh -c exit' },
    network: { path: `/proc/${pid}/ns/net` },
  });
  assert.equal(await tasks.pids('c'), [
    { pid, execId: '' },
    { pid: x, execId: 'x' },
    { pid: y, execId: 'y' },
  ]);
  const meant = tasks.ofHostPid(y);
  const guestPid = world.backend.containers.get('c')?.execs.get('y')?.pid;
  assert.equal(meant, { containerId: 'c', execId: 'y', guestPid });
  assert.is(tasks.ofHostPid(guestPid ?? 0), undefined);
  // On disk before anybody relies on it.
  assert.is(world.records.saved.get('c')?.init.hostPid, pid);
  assert.is(world.records.saved.get('c')?.execs['x']?.hostPid, x);
  world.backend.containers.get('c')?.execs.get('x')?.exit(3);
  await tasks.wait('c', 'x');
  assert.is((await tasks.pids('c')).length, 2);
  assert.ok(processes.held.has('c/x'), 'an exec that was not deleted keeps its pid');
  assert.is((await tasks.delete('c', 'x')).pid, x);
  assert.not.ok(processes.held.has('c/x'));
  await tasks.kill('c', '', 9, true);
  await tasks.wait('c', '');
  assert.is((await tasks.delete('c', '')).pid, pid);
  assert.is(processes.held.size, 0);
  const told = events.map((event) => [event.kind, 'pid' in event ? event.pid : undefined]);
  assert.equal(told, [
    ['create', pid],
    ['start', pid],
    ['exec-added', undefined],
    ['exec-added', undefined],
    ['exec-started', x],
    ['exec-started', y],
    ['exit', x],
    ['exit', y],
    ['exit', pid],
    ['delete', pid],
  ]);
});

test('a process of the host that somebody kills ends what it stands for, and that alone', async () => {
  using world = new World();
  world.write(SPEC);
  const { tasks, processes, events } = world;
  const { pid } = await world.create();
  await tasks.start('c', '');
  await tasks.exec({ id: 'c', execId: 'x', ...NONE, process: process_ });
  const x = (await tasks.start('c', 'x')).pid;
  processes.kill('c', 'x');
  assert.is((await tasks.wait('c', 'x')).code, 137);
  assert.is((await tasks.state('c', '')).status, 'running');
  await tasks.delete('c', 'x');
  processes.kill('c', '');
  assert.is((await tasks.wait('c', '')).code, 137);
  // Of what has ended, and of what never was.
  processes.kill('c', '');
  processes.kill('c', 'none');
  processes.kill('none', '');
  await tasks.delete('c', '');
  assert.equal(
    events.flatMap((event) => (event.kind === 'exit' ? [[event.pid, event.exitStatus]] : [])),
    [
      [x, 137],
      [pid, 137],
    ],
  );
  // While the container is still being made; the next of that name is another.
  world.write({
    ...SPEC,
    hooks: { prestart: [{ path: '/bin/sh', args: ['sh', '-c', 'sleep 0.2'] }] },
  });
  const creating = world.create();
  processes.kill('c', '');
  await creating;
  assert.is((await tasks.wait('c', '')).code, 137);
  await tasks.delete('c', '');
  await world.create();
  await new Promise((resolve) => setImmediate(resolve));
  assert.is((await tasks.state('c', '')).status, 'created');
});

test('the network of a container is as its namespaces say', async () => {
  const cases: [unknown, HostProcessRequest['network']][] = [
    [[{ type: 'network', path: '/run/netns/x' }], { path: '/run/netns/x' }],
    [[{ type: 'network', path: '' }], 'new'],
    [[{ type: 'pid' }], 'host'],
    [undefined, 'host'],
  ];
  for (const [namespaces, network] of cases) {
    using world = new World();
    world.write({ ...SPEC, linux: { namespaces } });
    await world.create();
    assert.equal(world.processes.requests[0]?.network, network);
  }
});

test('hooks of the host run at their time, with the state, their own arguments and environment', async () => {
  using world = new World();
  const hooks = Object.fromEntries(
    ['prestart', 'createRuntime', 'poststart', 'poststop'].map((name) => [
      name,
      [world.hook(name)],
    ]),
  );
  world.write({ ...SPEC, hooks });
  const { pid } = await world.create();
  const expected = {
    ociVersion: '1.1.0',
    id: 'c',
    bundle: world.bundle,
    annotations: { of: 'it' },
  };
  for (const name of ['prestart', 'createRuntime']) {
    const { line, state } = world.wrote(name);
    assert.is(line, `zero one ${world.bundle} NAME=${name}=x`);
    assert.equal(state, { ...expected, status: 'creating', pid });
  }
  assert.throws(() => world.wrote('poststart'));
  await world.tasks.start('c', '');
  assert.equal(world.wrote('poststart').state, { ...expected, status: 'running', pid });
  await world.tasks.kill('c', '', 9, false);
  await world.tasks.wait('c', '');
  assert.throws(() => world.wrote('poststop'));
  await world.tasks.delete('c', '');
  assert.equal(world.wrote('poststop').state, { ...expected, status: 'stopped' });
  assert.equal(world.lines, []);
});

test('argv[0] is the one of the hook', async () => {
  using world = new World();
  const script = 'tr "\\0" "\\n" < /proc/$$/cmdline | head -1 > name';
  const args = ['libnetwork-setkey', '-c', script];
  world.write({ ...SPEC, hooks: { prestart: [{ path: '/bin/sh', args }] } });
  await world.create();
  assert.is(readFileSync(join(world.bundle, 'name'), 'utf8'), 'libnetwork-setkey\n');
});

test('a hook that fails before the container is created fails the Create, which leaves nothing', async () => {
  using world = new World();
  const failing = { path: '/bin/sh', args: ['sh', '-c', 'echo out; echo no bridge >&2; exit 3'] };
  const hooks = { prestart: [failing], createRuntime: [world.hook('later')] };
  world.write({ ...SPEC, hooks: { ...hooks, poststop: [world.hook('poststop')] } });
  const error = (await rejection(world.create())) as RuntimeError;
  assert.match(error.message, /hooks\.prestart\[0\] \/bin\/sh: exit status 3: (out\n)?no bridge/);
  assert.throws(() => world.wrote('later'));
  assert.is(world.wrote('poststop').state['status'], 'stopped');
  assert.is(world.backend.containers.size, 0);
  assert.is(world.processes.held.size, 0);
  assert.is(world.records.saved.size, 0);
  assert.equal(world.events, []);
});

test('a hook that fails later is logged, and the container goes on', async () => {
  using world = new World();
  const failing = [{ path: '/nowhere/hook' }];
  world.write({ ...SPEC, hooks: { poststart: failing, poststop: failing } });
  await world.create();
  await world.tasks.start('c', '');
  await world.tasks.kill('c', '', 9, false);
  await world.tasks.wait('c', '');
  await world.tasks.delete('c', '');
  assert.is(world.lines.length, 2);
  assert.match(world.lines[0] ?? '', /poststart.*hooks\.poststart\[0\] \/nowhere\/hook.*ENOENT/);
});

test('without a process of the host, hooks that need one are refused by name', async () => {
  using world = new World({ withProcesses: false });
  world.write({ ...SPEC, hooks: { poststop: [{ path: '/bin/true' }], prestart: [] } });
  const error = (await rejection(world.create())) as RuntimeError;
  assert.is(error.code, 'unsupported');
  assert.match(error.message, /hooks\.poststop: no process of the host/);
  world.write(SPEC);
  assert.is((await world.create()).pid, 101, 'the guest’s pid is told');
});

test('an exec without a host process is taken back in the guest; a Create without one was none', async () => {
  using world = new World();
  world.write(SPEC);
  world.processes.fails = '';
  assert.match(((await rejection(world.create())) as Error).message, /there is no room/);
  assert.is(world.records.saved.size, 0);
  world.processes.fails = 'x';
  await world.create();
  await world.tasks.start('c', '');
  await world.tasks.exec({ id: 'c', execId: 'x', ...NONE, process: process_ });
  assert.match(
    ((await rejection(world.tasks.start('c', 'x'))) as Error).message,
    /there is no room/,
  );
  assert.is(world.backend.containers.get('c')?.execs.size, 0);
  world.backend.failStart = true;
  await world.tasks.exec({ id: 'c', execId: 'y', ...NONE, process: process_ });
  await rejection(world.tasks.start('c', 'y'));
  assert.not.ok(world.processes.held.has('c/y'), 'an exec that failed holds nothing');
});

test('a hook that takes too long is killed with what it started', async () => {
  using world = new World();
  const args = ['sh', '-c', 'sleep 100 & echo $! > child; wait'];
  const hooks = readHooks('create', { prestart: [{ path: '/bin/sh', args, timeout: 1 }] });
  const state = { ociVersion: '1', id: 'c', bundle: world.bundle, annotations: {} };
  const error = (await rejection(
    runHooks('create', 'prestart', hooks.prestart, { ...state, status: 'creating', pid: 7 }),
  )) as RuntimeError;
  assert.is(error.code, 'timeout');
  const child = Number(readFileSync(join(world.bundle, 'child'), 'utf8'));
  assert.not.ok(lives(child));
});

test('wrong hooks are told by field', () => {
  const wrong: [unknown, RegExp][] = [
    [[], /hooks is not an object/],
    [{ prestart: {} }, /hooks\.prestart is not a list/],
    [{ prestart: [{ path: 'sh' }] }, /hooks\.prestart\[0\]\.path is "sh", not an absolute path/],
    [{ poststop: [{ path: '/x', args: [1] }] }, /hooks\.poststop\[0\]\.args\[0\]/],
    [{ poststart: [{ path: '/x', env: ['A'] }] }, /hooks\.poststart\[0\]\.env\[0\] is not name/],
    [{ prestart: [{ path: '/x', timeout: 0 }] }, /hooks\.prestart\[0\]\.timeout is 0/],
    [{ createRuntime: [{ path: '/x', timeout: 1.5 }] }, /timeout is 1\.5/],
    [{ prestop: [{ path: '/x' }] }, /hooks\.prestop is no kind of hook/],
  ];
  for (const [value, expected] of wrong) assert.throws(() => readHooks('create', value), expected);
  fc.assert(
    fc.property(fc.anything(), (value) => {
      try {
        readHooks('create', { prestart: [value] });
      } catch (error) {
        assert.instance(error, RuntimeError);
      }
    }),
  );
});

function lives(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

test.run();
