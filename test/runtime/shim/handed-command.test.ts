/** A command of containerd's in a process that is not its own: what of the caller counts, and which are refused. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { messageOf } from '../../../runtime/errors.ts';
import {
  type CallerOfCommand,
  type CommandOfCaller,
  shimCommand,
} from '../../../runtime/shim/handed-command.ts';
import type { HolderCommand } from '../../../runtime/shim/holder-process.ts';
import { listPodIds, podFolder, readPodRecord } from '../../../runtime/supervisor/pod-folder.ts';
import { rejection } from '../../harness/rejection.ts';

const root = mkdtempSync(join(tmpdir(), 'lcow-handed-'));
const where = { data: join(root, 'data'), run: join(root, 'run') };
const holder = join(root, 'holder');
writeFileSync(holder, '', { mode: 0o700 });
const bundle = join(root, 'bundle');
mkdirSync(bundle);
writeFileSync(join(bundle, 'config.json'), '{}');
const NOTHING = new Uint8Array(0);
const FLAGS = ['-namespace', 'ns1', '-address', join(root, 'c.sock'), '-id', 'c1'];

function command(action: string, change: Partial<CommandOfCaller> = {}): CommandOfCaller {
  return {
    arguments: [...FLAGS, action],
    // The bundle is the current folder, as containerd has it.
    folder: bundle,
    environment: {
      ...{
        LCOW_DATA: where.data,
        LCOW_RUN: where.run,
        LCOW_HOLDER: holder,
        LCOW_SHIM_MEMORY: '300m',
      },
      ...{ HOME: root, SECRET: 'no', TTRPC_ADDRESS: '/run/t.sock' },
    },
    namespaces: { net: readlinkSync('/proc/self/ns/net') },
    ...change,
  };
}

/** A caller whose holder says that it serves. */
function caller(
  wanted: HolderCommand[],
  signal = new AbortController().signal,
): CallerOfCommand & { readonly holders: ChildProcess[] } {
  const holders: ChildProcess[] = [];
  const spawnHolder = async (each: HolderCommand) => {
    wanted.push(each);
    const holder = spawn('sleep', ['30'], { stdio: 'ignore' });
    holders.push(holder);
    return { pid: holder.pid, words: 'ready\n', ended: undefined };
  };
  return { signal, spawn: spawnHolder, holders };
}

const why = async (change: Partial<CommandOfCaller>, action = 'start'): Promise<string> =>
  messageOf(await rejection(shimCommand(where, command(action, change))));

test('start makes the pod with the settings, the folder and the environment of who asked', async () => {
  const ready = await shimCommand(where, command('start'));
  assert.equal([ready.takesInput, ready.mayRepeat], [true, false]);
  const wanted: HolderCommand[] = [];
  const asking = caller(wanted);
  const { status, stdout, stderr } = await ready.run(NOTHING, asking);
  for (const each of asking.holders) each.kill('SIGKILL');
  assert.equal({ status, stderr }, { status: 0, stderr: '' });
  const address = Buffer.from(stdout).toString();
  assert.is(readFileSync(join(bundle, 'address'), 'utf8'), address);
  const [pod = ''] = listPodIds(where);
  const folder = podFolder(where, pod);
  const record = readPodRecord(folder);
  assert.is(record?.shape.memoryMiB, 300);
  assert.is(record?.containerd?.ttrpcAddress, '/run/t.sock');
  const [{ program, environment, log } = { program: [], environment: {}, log: '' }] = wanted;
  assert.equal(program.slice(0, 4), [holder, 'shim', '--socket', address.slice('unix://'.length)]);
  assert.is(log, join(folder, 'supervisor.log'));
  assert.is(environment['LCOW_SHIM_MEMORY'], '300m');
  assert.is(environment['SECRET'], undefined);
  rmSync(where.run, { recursive: true });
});

test('a caller that has gone: what was made is taken back, as far as its holder is told', async () => {
  const gone = new AbortController();
  const asking = caller([], gone.signal);
  rmSync(join(bundle, 'address'));
  const ready = await shimCommand(where, command('start'));
  const { status, stderr } = await ready.run(NOTHING, {
    ...asking,
    spawn: async (each) => {
      const started = await asking.spawn(each);
      gone.abort(new Error('the caller has gone'));
      return started;
    },
  });
  assert.is(status, 1);
  assert.match(stderr, 'containerd-shim-lcow-v1: the caller has gone');
  assert.not(existsSync(join(bundle, 'address')));
  const [holder] = asking.holders;
  const [, signal] = (await once(holder as ChildProcess, 'exit')) as [number, string];
  assert.is(signal, 'SIGTERM');
  rmSync(where.run, { recursive: true });
});

test('one whose holder cannot be started leaves nothing', async () => {
  const ready = await shimCommand(where, command('start'));
  const spawn = async (): Promise<never> => {
    throw new Error('no place to be');
  };
  const { status, stderr } = await ready.run(NOTHING, { ...caller([]), spawn });
  assert.is(status, 1);
  assert.match(stderr, 'no place to be');
  assert.equal(listPodIds(where), []);
});

test('delete of what is gone is answered, and may be run once more', async () => {
  const ready = await shimCommand(where, command('delete'));
  assert.equal([ready.takesInput, ready.mayRepeat], [false, true]);
  const { status, stdout } = await ready.run(NOTHING, caller([]));
  assert.is(status, 0);
  // Field 2, exit_status: 255.
  assert.ok(Buffer.from(stdout).toString('hex').startsWith('10ff01'));
});

test('what this process cannot do as the caller would is refused, and nothing done', async () => {
  assert.match(await why({}, 'other'), 'it is neither start nor delete');
  assert.match(await why({ arguments: ['-v'] }), 'it is neither start nor delete');
  assert.match(await why({ arguments: ['-info'] }), 'it is neither start nor delete');
  assert.match(await why({ arguments: ['-id'] }), '-id has no value');
  assert.match(await why({ namespaces: { net: 'net:[1]' } }), 'its namespace is net:[1], and ours');
  const { environment } = command('start');
  const other = (name: string, value: string) =>
    why({ environment: { ...environment, [name]: value } });
  assert.match(await other('LCOW_RUN', '/elsewhere'), 'its run folder is "/elsewhere", and ours');
  assert.match(await other('LCOW_DATA', '/elsewhere'), 'its data folder is "/elsewhere", and ours');
  assert.match(await other('LCOW_CONFIG', 'here.toml'), 'LCOW_CONFIG is "here.toml", not absolute');
  assert.match(await other('LCOW_CONFIG', join(root, 'none')), 'there is no such file');
  assert.match(await other('LCOW_SHIM_MEMORY', 'much'), 'LCOW_SHIM_MEMORY');
  const config = join(root, 'config.toml');
  writeFileSync(config, 'run = "/configured"\n');
  const { LCOW_RUN: _, ...without } = environment;
  assert.match(
    await why({ environment: { ...without, LCOW_CONFIG: config } }),
    'its run folder is "/configured"',
  );
  assert.equal(listPodIds(where), []);
});

test.after(() => rmSync(root, { recursive: true }));
test.run();
