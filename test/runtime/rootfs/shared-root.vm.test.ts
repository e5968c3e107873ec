/**
 * Root filesystems that are the host's folders, in one VM: overlays and binds as containerd's snapshotters describe
 * them, bundles without mounts, disks; what a program can do on them, and that nothing of them is left on the host.
 */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { containerSpec } from '../../../runtime/task/container-spec.ts';
import { HUB_URI } from '../../../runtime/task/process-io.ts';
import type { TaskMount } from '../../../runtime/task/task-service.ts';
import { LcowHost } from '../../harness/lcow-host.ts';
import { rejection } from '../../harness/rejection.ts';
import { repositoryRoot } from '../../harness/repository-root.ts';
import { skip } from '../../harness/skip.ts';
import { TaskPod } from '../task/task-pod.ts';

interface Context {
  host: LcowHost;
  pod: TaskPod;
  /** busybox's files and the probe, a folder of the host. */
  base: string;
}
const test = suite<Context>('shared root');

/** What 9P, by Linux 6.1 and QEMU 7.2, cannot do; the rest of root-probe.c works. */
const NOT_OVER_9P = [
  'xattr-capability EOPNOTSUPP',
  'o-tmpfile EOPNOTSUPP',
  'unlinked-truncate ENOENT',
  'unlinked-chmod ENOENT',
  'fcntl-lock-beside-flock EAGAIN',
  'fallocate EOPNOTSUPP',
  'rename-exchange EINVAL',
  'utimens-nanoseconds wrong',
];

test.before(async (context) => {
  const host = new LcowHost();
  const base = join(host.folder, 'base');
  mkdirSync(base);
  const blobs = join(repositoryRoot(), 'build/images/busybox/blobs/sha256');
  for (const blob of readdirSync(blobs)) {
    if (readFileSync(join(blobs, blob))[0] === 0x7b) continue;
    execFileSync('tar', ['-xf', join(blobs, blob), '-C', base]);
  }
  const probe = join(repositoryRoot(), 'test/runtime/rootfs/root-probe.c');
  execFileSync('cc', ['-O1', '-static', '-s', '-o', join(base, 'bin/root-probe'), probe]);
  Object.assign(context, { host, base, pod: await new TaskPod(host, []).open() });
});

test.after(async ({ host, pod }) => {
  await pod.end();
  const left = await host.settledLeftovers();
  await host[Symbol.asyncDispose]();
  assert.equal(left, []);
});

/** Folders of a snapshot with these layers below it, the topmost first. */
function snapshot({ host }: Context, name: string) {
  const folders = ['fs', 'work'].map((part) => join(host.folder, 'snapshots', name, part));
  for (const folder of folders) mkdirSync(folder, { recursive: true });
  return { upper: folders[0] as string, work: folders[1] as string };
}

function overlay(lower: readonly string[], own?: { upper: string; work: string }): TaskMount {
  const escaped = lower.map((path) => path.replaceAll(/([:\\])/g, '\\$1'));
  const options = [
    'index=off',
    ...(own === undefined ? [] : [`workdir=${own.work}`, `upperdir=${own.upper}`]),
    `lowerdir=${escaped.join(':')}`,
  ];
  return { type: 'overlay', source: 'overlay', target: '', options };
}

function bind(source: string, ...options: string[]): TaskMount {
  return { type: 'bind', source, target: '', options };
}

async function create(
  { host, pod }: Context,
  id: string,
  script: string,
  rootfs: readonly TaskMount[],
  more: { readonly root?: object; readonly mounts?: object[] } = {},
): Promise<void> {
  const bundle = join(host.folder, 'bundle', id);
  mkdirSync(bundle, { recursive: true });
  const spec = containerSpec({ id, image: {}, command: ['sh', '-c', script] });
  const mounts = [...spec.mounts, ...(more.mounts ?? [])];
  const root = more.root ?? spec.root;
  writeFileSync(join(bundle, 'config.json'), JSON.stringify({ ...spec, root, mounts }));
  await pod.tasks.create({
    ...{ id, bundle, rootfs, terminal: false, stdin: '', stdout: HUB_URI, stderr: HUB_URI },
  });
}

/** A container from its start to its end. @returns what it wrote */
async function finish({ pod }: Context, id: string): Promise<string> {
  await pod.tasks.start(id, '');
  const { code } = await pod.tasks.wait(id, '');
  await pod.tasks.delete(id, '');
  const { stdout, stderr } = pod.recorder.of(id).text;
  assert.is(code, 0, `${id}: ${stdout}${stderr}`);
  return stdout;
}

test('an overlay is written through to its upper folder, and is no mount of the host', async (context) => {
  const { base, host, pod } = context;
  const own = snapshot(context, 'one');
  const script =
    'echo kept > /kept; rm /bin/root-probe; chown 7:8 /kept; mkdir -p /a/b; cat /proc/mounts';
  await create(context, 'overlay', script, [overlay([base], own)]);
  const mounts = readFileSync('/proc/self/mounts', 'utf8');
  assert.not(mounts.includes(host.folder), mounts);
  await finish(context, 'overlay');
  assert.is(readFileSync(join(own.upper, 'kept'), 'utf8'), 'kept\n');
  const { uid, gid } = statSync(join(own.upper, 'kept'));
  assert.equal([uid, gid], [7, 8]);
  assert.ok(existsSync(join(own.upper, 'a/b')));
  const whiteout = lstatSync(join(own.upper, 'bin/root-probe'));
  assert.ok(whiteout.isCharacterDevice() && whiteout.rdev === 0);
  assert.ok(existsSync(join(base, 'bin/root-probe')));
  assert.equal(pod.tasks.vm.devices.shares, []);
});

test('a root over 9P can what root-probe.c asks, but for what is known', async (context) => {
  const own = snapshot(context, 'probed');
  const script = 'mkdir /probe && cd /probe && exec /bin/root-probe';
  await create(context, 'probe', script, [overlay([context.base], own)]);
  const lines = (await finish(context, 'probe')).trim().split('\n');
  const failed = lines.filter((line) => !line.endsWith(' ok'));
  assert.equal(failed, NOT_OVER_9P);
  assert.ok(lines.length > 30, lines.join('\n'));
});

test('a chain of layers beyond a page of options is one root, whatever they are called', async (context) => {
  const { base, host } = context;
  const deep = join(host.folder, 'deep', `${'long'.repeat(50)}:with,marks\\`);
  const layers = Array.from({ length: 60 }, (_, index) => join(deep, String(index)));
  for (const [index, layer] of layers.entries()) {
    mkdirSync(layer, { recursive: true });
    writeFileSync(join(layer, `of-${index}`), '');
    writeFileSync(join(layer, 'top'), `${index}\n`);
  }
  const own = snapshot(context, 'deep');
  await create(context, 'deep', 'ls / | grep -c of-; cat /top', [overlay([...layers, base], own)]);
  assert.is(await finish(context, 'deep'), '60\n0\n');
});

test('a view is read-only and still has its mount points; so is an overlay without upper', async (context) => {
  const { base, host } = context;
  const other = join(host.folder, 'other');
  mkdirSync(join(other, 'etc'), { recursive: true });
  writeFileSync(join(other, 'etc/which'), 'other\n');
  const data = join(host.folder, 'data-volume');
  mkdirSync(data);
  const mounts = [
    { destination: '/not/there', type: 'bind', source: data, options: ['rbind', 'rprivate'] },
  ];
  const script = '! touch /x 2>/dev/null && touch /not/there/y && ls -d /etc /not/there';
  await create(context, 'bind-view', script, [bind(base, 'rbind', 'ro')], { mounts });
  assert.is(await finish(context, 'bind-view'), '/etc\n/not/there\n');
  await create(context, 'overlay-view', `${script}; cat /etc/which`, [overlay([other, base])], {
    mounts,
  });
  assert.is(await finish(context, 'overlay-view'), '/etc\n/not/there\nother\n');
  assert.not(existsSync(join(base, 'not')));
  assert.ok(existsSync(join(data, 'y')));
});

test('without mounts the root is root.path: below the bundle, or anywhere', async (context) => {
  const { base, host } = context;
  const copy = join(host.folder, 'bundle', 'relative', 'rootfs');
  mkdirSync(join(copy, '..'), { recursive: true });
  execFileSync('cp', ['-a', base, copy]);
  const more = { root: { path: 'rootfs' } };
  await create(context, 'relative', 'echo x > /written; cat /written', [], more);
  assert.is(await finish(context, 'relative'), 'x\n');
  assert.is(readFileSync(join(copy, 'written'), 'utf8'), 'x\n');
  const absolute = { root: { path: copy, readonly: true } };
  await create(context, 'absolute', 'cat /written; ! touch /y 2>&1', [], absolute);
  assert.match(await finish(context, 'absolute'), /^x\ntouch: \/y: Read-only file system/);
  const error = await rejection(
    create(context, 'nowhere', 'true', [], { root: { path: 'no-such' } }),
  );
  assert.match(String(error), /root\.path: .*bundle\/nowhere\/no-such/);
});

test('two containers have one folder each as root, at once, by bind mounts', async (context) => {
  const { base, host } = context;
  for (const id of ['left', 'right']) {
    const copy = join(host.folder, id);
    execFileSync('cp', ['-a', base, copy]);
    await create(context, id, `echo ${id} > /me; cat /me`, [bind(copy, 'rbind', 'rw')]);
  }
  for (const id of ['left', 'right']) {
    assert.is(await finish(context, id), `${id}\n`);
    assert.is(readFileSync(join(host.folder, id, 'me'), 'utf8'), `${id}\n`);
  }
});

test('an image of ext4 or ext2 is a disk, written to or viewed', async (context) => {
  const { base, host, pod } = context;
  for (const type of ['ext4', 'ext2']) {
    const image = join(host.folder, `root.${type}`);
    execFileSync('truncate', ['-s', '64M', image]);
    execFileSync('mke2fs', ['-q', '-t', type, '-d', base, image]);
    const disk = (...options: string[]) => ({ type, source: image, target: '', options });
    await create(context, `${type}-rw`, 'echo disk > /written', [disk('loop', 'rw')]);
    await finish(context, `${type}-rw`);
    const script = 'cat /written; ! touch /z 2>/dev/null';
    await create(context, `${type}-ro`, script, [disk('ro', 'loop')]);
    assert.is(await finish(context, `${type}-ro`), 'disk\n');
  }
  assert.equal(pod.tasks.vm.devices.disks, []);
});

test('what cannot be a root is refused by its name, and nothing stays', async (context) => {
  const { base, host, pod } = context;
  const own = snapshot(context, 'refused');
  const plain = (type: string, ...options: string[]) => ({
    type,
    source: base,
    target: '',
    options,
  });
  const withOption = (option: string): TaskMount => {
    const mount = overlay([base], own);
    return { ...mount, options: [option, ...mount.options] };
  };
  const cases: readonly (readonly [RegExp, readonly TaskMount[]])[] = [
    [/rootfs\[0\]\.type is "erofs"/, [plain('erofs', 'ro')]],
    [/rootfs\[0\]\.type is "xfs"/, [plain('xfs')]],
    [
      /rootfs\[1\]\.type is "format\/mkdir\/overlay"/,
      [overlay([base]), plain('format/mkdir/overlay')],
    ],
    [/2 mounts/, [overlay([base], own), overlay([base], own)]],
    [/"uidmap=0:1:2"/, [withOption('uidmap=0:1:2')]],
    [/"strange"/, [withOption('strange')]],
    [/lowerdir\[0\] is "l\/ABC"/, [{ ...overlay([]), options: ['lowerdir=l/ABC:l/DEF'] }]],
    [
      /upperdir and workdir/,
      [{ ...overlay([]), options: [`lowerdir=${base}`, `upperdir=${base}`] }],
    ],
    [/lower\[0\].*gone/, [overlay([join(host.folder, 'gone'), base], own)]],
    [/no block device and no image/, [plain('ext4', 'rw')]],
    [/"nosuid"/, [plain('bind', 'rbind', 'nosuid')]],
    [/both rw and ro/, [plain('bind', 'ro', 'rw')]],
  ];
  for (const [message, mounts] of cases) {
    const error = await rejection(create(context, 'refused', 'true', mounts));
    assert.match(String(error), message);
  }
  assert.equal(pod.tasks.ids, []);
  assert.equal(pod.tasks.vm.devices, { ...pod.tasks.vm.devices, disks: [], shares: [] });
});

test('what the host mounts after the VM was started is refused, not shown as an empty folder', async (context) => {
  const { base, host } = context;
  const propagates = /shared/.test(
    execFileSync('findmnt', ['-no', 'PROPAGATION', '-T', host.folder], { encoding: 'utf8' }),
  );
  const late = join(host.folder, 'late');
  mkdirSync(late);
  execFileSync('mount', ['-t', 'tmpfs', 'late', late]);
  try {
    writeFileSync(join(late, 'file'), 'here\n');
    const own = snapshot(context, 'late');
    const mounts = [
      { destination: '/late', type: 'bind', source: late, options: ['rbind', 'rprivate'] },
    ];
    const created = create(context, 'late', 'cat /late/file', [overlay([base], own)], { mounts });
    if (propagates) {
      await created;
      assert.is(await finish(context, 'late'), 'here\n');
    } else
      assert.match(String(await rejection(created)), /late.*mounted after this VM was started/);
  } finally {
    execFileSync('umount', ['--lazy', late]);
  }
});

test('a VMM that is killed takes its overlay with it', async (context) => {
  const { base, host, pod } = context;
  const own = snapshot(context, 'killed');
  await create(context, 'killed', 'sleep 1000', [overlay([base], own)]);
  await pod.tasks.start('killed', '');
  process.kill(pod.vmmPid, 'SIGKILL');
  await pod.tasks.vmEnded;
  rmSync(own.upper, { recursive: true });
  rmSync(own.work, { recursive: true });
  assert.not(readFileSync('/proc/self/mounts', 'utf8').includes(host.folder));
});

if (process.getuid?.() !== 0) skip('shares need root');
else test.run();
