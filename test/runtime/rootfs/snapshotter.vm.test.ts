/**
 * What containerd's LCOW snapshotter hands over, in a real VM: layers in folders, each with our converter's
 * `layer.vhd`, and snapshots with a `sandbox.vhdx`: one formatted by e2fsprogs with hcsshim's options, one ours.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { RuntimeError } from '../../../runtime/errors.ts';
import { convertLayer } from '../../../runtime/rootfs/layer.ts';
import { createScratch } from '../../../runtime/rootfs/scratch.ts';
import { containerSpec } from '../../../runtime/task/container-spec.ts';
import { LcowHost } from '../../harness/lcow-host.ts';
import { rejection } from '../../harness/rejection.ts';
import { skip } from '../../harness/skip.ts';
import { busyboxLayers, TaskPod } from '../task/task-pod.ts';
import { assertClean, debugfs, hasE2fsprogs } from './file-system-check.ts';
import { buildTar, directory, file } from './tar-builder.ts';

const GIB = 2 ** 30;

interface Context {
  host: LcowHost;
  pod: TaskPod;
  /** The snapshotter's folder. */
  root: string;
}
const test = suite<Context>('snapshotter');

function run(program: string, ...args: string[]): void {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  assert.is(status, 0, `${program} ${args.join(' ')}: ${stdout}${stderr}`);
}

test.before(async (context) => {
  const host = new LcowHost();
  const layers = await busyboxLayers(host);
  const root = join(host.folder, 'snapshots');
  for (const id of ['1', '2', 'made', 'ours', 'fresh', 'plain'])
    mkdirSync(join(root, id), { recursive: true });
  assert.is(layers.length, 1);
  copyFileSync(layers[0] as string, join(root, '1', 'layer.vhd'));
  const top = buildTar([directory('etc/'), file('etc/which-layer', 'the top one\n')]);
  await convertLayer(Readable.from([top]) as AsyncIterable<Buffer>, {
    destination: join(root, '2', 'layer.vhd'),
  });
  // As hcsshim's CreateScratch has it formatted, in its VM.
  const raw = join(host.folder, 'raw');
  run('truncate', '-s', `${GIB}`, raw);
  const features = ['-E', 'lazy_itable_init=0,nodiscard'];
  run(
    'mke2fs',
    '-q',
    '-t',
    'ext4',
    ...features,
    '-O',
    '^has_journal,sparse_super2,^resize_inode',
    raw,
  );
  const options = ['-O', 'vhdx', '-o', 'subformat=dynamic,block_size=1M'];
  run('qemu-img', 'convert', '-f', 'raw', ...options, raw, join(root, 'made', 'sandbox.vhdx'));
  rmSync(raw);
  for (const id of ['ours', 'fresh']) await createScratch(join(root, id, 'sandbox.vhdx'));
  await createScratch(join(root, 'plain', 'scratch.vhd'));
  Object.assign(context, { host, root, pod: await new TaskPod(host, layers).open() });
});

test.after(async ({ host, pod }) => {
  await pod.end();
  const left = await host.settledLeftovers();
  await host[Symbol.asyncDispose]();
  assert.equal(left, []);
});

/** Creates a container of a snapshot's mount. */
async function create(
  { host, pod, root }: Context,
  id: string,
  script: string,
  snapshot: string,
  mode = 'rw',
): Promise<void> {
  const bundle = join(host.folder, 'bundle', id);
  mkdirSync(bundle, { recursive: true });
  const spec = containerSpec({ id, image: {}, command: ['sh', '-c', script] });
  await writeFile(join(bundle, 'config.json'), JSON.stringify(spec));
  const parents = (mode === 'rw' ? ['2', '1'] : ['1']).map((layer) => join(root, layer));
  const options = [mode, `parentLayerPaths=${JSON.stringify(parents)}`];
  await pod.tasks.create({
    ...{ id, bundle, terminal: false, stdin: '', stdout: 'hub:', stderr: 'hub:' },
    rootfs: [{ type: 'lcow-layer', source: join(root, snapshot), target: '', options }],
  });
}

async function finish({ pod }: Context, id: string): Promise<string> {
  const { tasks, recorder } = pod;
  const { code } = await tasks.wait(id, '');
  await tasks.delete(id, '');
  const { stdout, stderr } = recorder.of(id).text;
  assert.is(code, 0, `${id}: ${stdout}${stderr}`);
  return stdout;
}

for (const snapshot of ['made', 'ours']) {
  test(`writes stay in sandbox.vhdx (${snapshot}), for the next container and for e2fsck`, async (context) => {
    const { pod, root, host } = context;
    const script = 'cat /etc/which-layer; echo kept > /kept; head -c 3000000 /dev/zero > /big';
    await create(context, `${snapshot}-1`, script, snapshot);
    await pod.tasks.start(`${snapshot}-1`, '');
    assert.is(await finish(context, `${snapshot}-1`), 'the top one\n');
    await create(
      context,
      `${snapshot}-2`,
      'cat /kept; wc -c < /big; rm /etc/which-layer',
      snapshot,
    );
    await pod.tasks.start(`${snapshot}-2`, '');
    assert.is(await finish(context, `${snapshot}-2`), 'kept\n3000000\n');
    assert.equal(pod.tasks.vm.devices.disks, []);
    const raw = join(host.folder, 'looked-at');
    const vhdx = join(root, snapshot, 'sandbox.vhdx');
    run('qemu-img', 'check', '-f', 'vhdx', vhdx);
    run('qemu-img', 'convert', '-f', 'vhdx', '-O', 'raw', vhdx, raw);
    assertClean(raw);
    assert.match(debugfs(raw, 'cat /upper/kept'), /^kept/);
    assert.match(debugfs(raw, 'stat /upper/etc/which-layer'), /Type: character special/);
    rmSync(raw);
  });
}

test('a VM with a VHDX that is written to is not saved, and says so', async (context) => {
  const { pod, host } = context;
  await create(context, 'unsaved', 'sleep 1000', 'fresh');
  await pod.tasks.start('unsaved', '');
  const folder = join(host.folder, 'unsaved');
  const error = await rejection(pod.tasks.checkpoint('unsaved', folder));
  assert.is((error as RuntimeError).code, 'unsupported');
  assert.match(String(error), /vhdx format .*does not support live migration/);
  assert.not(existsSync(folder));
  await pod.remove('unsaved');
});

test('a container that is alone in its VM is saved whole, told once, and goes on or ends', async (context) => {
  const { pod, host } = context;
  const { tasks } = pod;
  await create(
    context,
    'saved',
    'trap "echo asked; exit 0" TERM; echo ready; while :; do sleep 0.1; done',
    'plain',
  );
  await tasks.start('saved', '');
  await pod.recorder.of('saved').shows('ready');
  const folder = join(host.folder, 'checkpoint');
  await tasks.checkpoint('saved', folder);
  assert.ok(statSync(join(folder, 'vm.state')).size > 1_000_000);
  assert.is(statSync(join(folder, 'vm.state')).mode & 0o777, 0o600);
  const told = pod.events.filter(({ kind }) => kind === 'checkpointed');
  assert.equal(told, [{ kind: 'checkpointed', containerId: 'saved', checkpoint: folder }]);
  await tasks.kill('saved', '', 15, false);
  await tasks.wait('saved', '');
  assert.is(pod.recorder.of('saved').text.stdout, 'ready\nasked\n');
  await tasks.delete('saved', '');
  await create(context, 'ended', 'sleep 1000', 'plain');
  await create(context, 'beside', 'sleep 1000', 'made');
  const second = join(host.folder, 'second');
  const created = await rejection(tasks.checkpoint('ended', second));
  assert.match(String(created), /it is created/);
  await tasks.start('ended', '');
  assert.match(String(await rejection(tasks.checkpoint('ended', second))), /has 2 containers/);
  assert.match(
    String(await rejection(tasks.checkpoint('ended', 'x'))),
    /"x", not an absolute path/,
  );
  await pod.remove('beside');
  await tasks.checkpoint('ended', second, true);
  assert.is((await tasks.wait('ended', '')).code, 137);
  await tasks.delete('ended', '');
  rmSync(folder, { recursive: true });
  rmSync(second, { recursive: true });
});

test('containers of a pod share the layers; a view of a layer is read-only', async (context) => {
  const { pod } = context;
  await create(context, 'left', 'cat /etc/which-layer', 'made');
  await create(context, 'right', 'cat /etc/which-layer', 'fresh');
  await create(context, 'view', 'cat /etc/which-layer; ! touch /x 2>/dev/null', '2', 'ro');
  const disks = pod.tasks.vm.devices.disks
    .map(({ path, readOnly }) => `${readOnly} ${path}`)
    .sort();
  assert.is(disks.length, 4, disks.join('\n'));
  for (const id of ['left', 'right', 'view']) await pod.tasks.start(id, '');
  for (const id of ['right', 'view']) assert.is(await finish(context, id), 'the top one\n');
  // Its own container removed the file.
  const { code } = await pod.tasks.wait('left', '');
  await pod.tasks.delete('left', '');
  assert.is(code, 1);
  assert.match(pod.recorder.of('left').text.stderr, /No such file/);
});

test('a sandbox.vhdx that is cut short is refused by its path, and nothing stays', async (context) => {
  const { pod, root } = context;
  mkdirSync(join(root, 'cut'));
  const path = join(root, 'cut', 'sandbox.vhdx');
  await writeFile(path, 'vhdxfile');
  const error = await create(context, 'cut', 'true', 'cut').then(
    () => 'it was created',
    (cause: unknown) => String(cause),
  );
  assert.match(error, /cut\/sandbox\.vhdx.*a VHDX without its header/);
  assert.equal(pod.tasks.ids, []);
  assert.equal(pod.tasks.vm.devices.disks, [], pod.lines.join('\n'));
});

if (!hasE2fsprogs() || spawnSync('qemu-img', ['--version']).status !== 0) {
  skip('e2fsprogs or qemu-img are not installed');
} else test.run();
