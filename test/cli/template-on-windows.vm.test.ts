/**
 * `lcow template` where templates are systems of HCS's: by command, through FFI and the stand-in, with real VMs. The
 * rules by themselves are in test/runtime/template/template-systems.test.ts.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ComputeService } from '../../hcs/service.ts';
import { openWindowsService } from '../../hcs/windows/windows-service.ts';
import { LcowHost } from '../harness/lcow-host.ts';
import { skip } from '../harness/skip.ts';
import { NO_ENDPOINTS } from '../hcs/windows/stand-in-bench.ts';
import { buildStandIn } from '../stand-in/build-stand-in.ts';
import { type RunningBridge, startBridge } from '../stand-in/start-bridge.ts';

const BUILD = 26100;
const SIZE = ['--memory', '256m'] as const;
/** A limit that makes a VM of that size. */
const RUN = ['run', '--rm', '--network', 'none', '--timeline', '-m', '62m', 'busybox'] as const;

interface Context {
  root: string;
  bridge: RunningBridge;
  host: LcowHost;
  /** Of this process, beside the commands'. */
  service: ComputeService;
  id: string;
}

const test = suite<Context>('lcow template on Windows');

test.before(async (context) => {
  const libraries = await buildStandIn();
  context.root = await mkdtemp(join(tmpdir(), 'lcow-template-hcs-'));
  context.bridge = await startBridge(context.root);
  context.host = new LcowHost({ LCOW_TEST_HCS: JSON.stringify({ ...libraries, build: BUILD }) });
  context.service = await openWindowsService({ endpoints: NO_ENDPOINTS, libraries, build: BUILD });
  await context.host.ok('image', 'import', context.host.busybox);
  context.id = await context.host.ok('template', 'create', ...SIZE);
});

test.after(async ({ root, bridge, host, service }) => {
  await service[Symbol.asyncDispose]();
  await bridge.close();
  await host[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});

async function stateOf({ service }: Context, id: string): Promise<string | undefined> {
  return (await service.enumerate({ Ids: [id] }))[0]?.State;
}

test('what was made is a system that no process holds', async (context) => {
  const { host, id } = context;
  assert.is(await stateOf(context, id), 'SavedAsTemplate');
  assert.is(await host.ok('template', 'list', '-q'), id);
  assert.is(await host.ok('template', 'create', ...SIZE), id);
  const [shown] = JSON.parse(await host.ok('template', 'inspect', id)) as Record<string, unknown>[];
  assert.is(shown?.['MemoryMiB'], 256);
  assert.not.match(JSON.stringify(shown), /secret/i);
});

test('containers are clones of it, each somebody else', async ({ host }) => {
  const script = 'cat /proc/sys/kernel/random/boot_id; head -c 24 /dev/urandom | base64; date +%s';
  const said = await Promise.all(
    [1, 2].map(async () => {
      const { code, stdout, stderr } = await host.lcow(...RUN, 'sh', '-c', script);
      assert.is(code, 0, stderr);
      assert.not.match(stderr, /^kernel /m);
      return stdout.trim().split('\n');
    }),
  );
  const [one = [], other = []] = said;
  assert.is(new Set([...one.slice(0, 2), ...other.slice(0, 2)]).size, 4, said.join('\n'));
  assert.ok(Math.abs(Number(one[2]) - Date.now() / 1000) < 60, one[2]);
});

test('removed, it goes on for the clone it has, and ends after it', async (context) => {
  const { host, id } = context;
  await host.ok(
    'run',
    '-d',
    '--name',
    'web',
    '--network',
    'none',
    '-m',
    '62m',
    'busybox',
    'sleep',
    '1000',
  );
  assert.is(await host.ok('template', 'rm', id), id);
  assert.is(await host.ok('template', 'list', '-q'), '');
  assert.is(await stateOf(context, id), 'SavedAsTemplate');
  assert.is(await host.ok('exec', 'web', 'echo', 'lives'), 'lives');
  const again = await host.lcow('template', 'create', ...SIZE);
  assert.is(again.code, 125);
  assert.match(again.stderr, /its system goes on for the clones it has/);
  await host.ok('rm', '-f', 'web');
  // Its supervisor, which might make another clone, and the clone take a moment to end.
  const deadline = Date.now() + 60_000;
  while ((await stateOf(context, id)) !== undefined) {
    assert.ok(Date.now() < deadline, 'its system goes on');
    assert.is(await host.ok('template', 'prune'), '');
  }
});

test('one whose system is gone, as after a start of the host, is told of, and the VM boots', async (context) => {
  const { host, service } = context;
  const id = await host.ok('template', 'create', ...SIZE);
  await using system = await service.open(id);
  await system.terminate();
  await host.ok('pod', 'create', ...SIZE, '--network', 'none', 'later');
  await host.ok('run', '-d', '--pod', 'later', 'busybox', 'sleep', '1000');
  await host.supervisorShows(`clone ${id}: its system is gone`);
  assert.is(await host.ok('template', 'list', '-q'), '');
  await host.ok('pod', 'rm', '-f', 'later');
});

test('nothing is left', async ({ host, service }) => {
  await host.lcow('template', 'prune', '--all');
  assert.equal(await service.enumerate(), []);
  assert.equal(await host.settledLeftovers(), []);
});

try {
  await buildStandIn();
  test.run();
} catch (error) {
  skip(`lcow template on Windows: ${(error as Error).message}`);
}
