/**
 * A container's life by Windows' Node under Wine: the bundled `lcow`, its supervisor reached over a named pipe, HCS's
 * stand-in, and a real VM on Linux.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../harness/repository-root.ts';
import { skip } from '../harness/skip.ts';
import { WindowsProgram } from './windows-program.ts';
import { windowsPath } from './windows-test-file.ts';

const IMAGE = join(repositoryRoot(), 'build', 'images', 'busybox');
const LOOP = 'trap "echo got term; exit 5" TERM; echo started; while :; do sleep 0.2; done';

interface Context {
  program: WindowsProgram;
}

const test = suite<Context>("a container's life on Windows");

test.before(async (context) => {
  context.program = await WindowsProgram.open();
  await context.program.ok('image', 'import', windowsPath(IMAGE), '--name', 'busybox');
});

test.after(async ({ program }) => {
  await program[Symbol.asyncDispose]();
});

test('a host without the service is told which feature to enable', async ({ program }) => {
  await program.removeService('vmcompute');
  const { code, stderr } = await program.lcow('run', '--rm', 'busybox', 'true');
  await program.addService('vmcompute');
  assert.is(code, 125);
  assert.match(
    stderr,
    /there is no service vmcompute.*Enable-WindowsOptionalFeature.*restart Windows/,
  );
});

test('run has output, streams apart, and exit status', async ({ program }) => {
  const script = 'echo out; echo err >&2; exit 3';
  const { code, stdout, stderr } = await program.lcow('run', '--rm', 'busybox', 'sh', '-c', script);
  assert.equal([code, stdout, stderr], [3, 'out\n', 'err\n']);
});

test('create, start, ps, exec, logs and inspect reach it', async ({ program }) => {
  const id = await program.ok('create', '--name', 'web', 'busybox', 'sh', '-c', LOOP);
  assert.match(id, /^[0-9a-f]{64}$/);
  assert.is(await program.ok('start', 'web'), 'web');
  assert.is(program.supervisors().length, 1);
  assert.is(await program.ok('ps', '--format', '{{.Names}} {{.State}}'), 'web running');
  const exec = await program.lcow('exec', 'web', 'sh', '-c', 'echo in; echo bad >&2; exit 9');
  assert.equal([exec.code, exec.stdout, exec.stderr], [9, 'in\n', 'bad\n']);
  assert.is(await program.ok('logs', 'web'), 'started');
  assert.is(await program.ok('inspect', '--format', '{{.State.Status}}', 'web'), 'running');
});

test('a supervisor that is killed is replaced, and the VM lives on', async ({ program }) => {
  const [first] = program.supervisors();
  if (first === undefined) return assert.unreachable('there is no supervisor');
  process.kill(first, 'SIGKILL');
  assert.is(await program.ok('exec', 'web', 'echo', 'adopted'), 'adopted');
  const now = program.supervisors();
  assert.is(now.length, 1);
  assert.is.not(now[0], first);
});

test('kill, wait and rm end it', async ({ program }) => {
  assert.is(await program.ok('kill', '--signal', 'TERM', 'web'), 'web');
  assert.is(await program.ok('wait', 'web'), '5');
  assert.is(await program.ok('logs', 'web'), 'started\ngot term');
  assert.is(await program.ok('ps', '-a', '--format', '{{.Names}} {{.State}}'), 'web exited');
  assert.is(await program.ok('rm', 'web'), 'web');
  assert.is(await program.ok('ps', '-a', '-q'), '');
  const actions = await program.ok(
    'events',
    '--since',
    '10m',
    '--until',
    '0s',
    '--filter',
    'container=web',
    '--format',
    '{{.Action}}',
  );
  const seen = actions.split('\n').filter((action) => !action.startsWith('exec_'));
  assert.equal(seen, ['create', 'start', 'kill', 'die', 'destroy']);
});

test('a container is a clone of the template that was made, which goes when it is removed', async ({
  program,
}) => {
  const id = await program.ok('template', 'create', '--memory', '256m');
  assert.is(await program.ok('template', 'list', '-q'), id);
  // A limit that makes a VM of that size.
  const limits = ['--network', 'none', '-m', '62m'];
  const run = await program.lcow(
    'run',
    '--rm',
    '--timeline',
    ...limits,
    'busybox',
    'echo',
    'cloned',
  );
  assert.equal([run.code, run.stdout], [0, 'cloned\n'], run.stderr);
  assert.match(run.stderr, /^agent answers /m, run.stderr);
  assert.not.match(run.stderr, /^kernel /m);
  assert.is(await program.ok('template', 'rm', id), id);
  assert.is(await program.ok('template', 'list', '-q'), '');
  // While the clone's supervisor ends, which might make another, the system is kept.
  for (let turn = 0; turn < 10 && program.leftovers().length > 0; turn++) {
    await program.ok('template', 'prune');
  }
});

test('nothing is left', async ({ program }) => {
  const deadline = performance.now() + 20_000;
  while (program.leftovers().length > 0 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.equal(program.leftovers(), []);
});

if (!existsSync(join(repositoryRoot(), 'dist', 'bundle', 'lcow.bundle')) || !existsSync(IMAGE)) {
  skip("a container's life on Windows: `npm run setup` builds the bundle and the image");
} else {
  test.run();
}
