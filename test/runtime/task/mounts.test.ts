/** Mounts of a bundle and of Create: what becomes a share or a disk, and what is refused by name. */
import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RuntimeError } from '../../../runtime/errors.ts';
import { readBundle } from '../../../runtime/task/bundle.ts';
import { planMounts } from '../../../runtime/task/host-mounts.ts';
import { isHostPath } from '../../../runtime/task/lcow-layer.ts';
import { planRootfs as plan } from '../../../runtime/task/rootfs-mounts.ts';
import type { TaskMount } from '../../../runtime/task/task-service.ts';
import { rejection } from '../../harness/rejection.ts';

const bind = (source: string, destination: string, options: string[] = ['rbind']) => ({
  ...{ type: 'bind', source, destination, options },
});
const planRootfs = (op: string, mounts: readonly TaskMount[]) =>
  plan(op, mounts, { bundle: '/bundle', path: undefined });
const refusal = (run: () => unknown): RuntimeError => {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof RuntimeError);
    return error;
  }
  throw new Error('it was not refused');
};

test('binds of the host become shares and stay in their place; the rest stays as it is', () => {
  const proc = { type: 'proc', source: 'proc', destination: '/proc', options: [] };
  const plan = planMounts('op', '/bundle', [
    bind('/host/data', '/data', ['rbind', 'ro', 'noexec']),
    proc,
    bind('uvm:///init', '/sbin/init'),
    bind('rel/file', '/etc/file'),
  ]);
  assert.equal(plan.shares, [
    { hostPath: '/host/data', readOnly: true, destination: '/data' },
    { hostPath: join('/bundle', 'rel/file'), readOnly: false, destination: '/etc/file' },
  ]);
  const placed = plan.place('box', [undefined, 'file']);
  assert.equal(
    placed.map(({ source }) => source),
    [
      'uvm:///run/lcow/c/box/mounts/m0',
      'proc',
      'uvm:///init',
      'uvm:///run/lcow/c/box/mounts/m1/file',
    ],
  );
  assert.equal(placed[0]?.options, ['rbind', 'ro', 'noexec']);
});

test('what cannot work in a VM is refused by name', () => {
  const nfs = { type: 'nfs', source: 'server:/x', destination: '/n', options: [] };
  const type = refusal(() => planMounts('op', '/b', [nfs]));
  assert.is(type.code, 'unsupported');
  assert.match(type.message, /mounts\[0\] \(\/n\).*"nfs"/);
  const shared = refusal(() => planMounts('op', '/b', [bind('/a', '/a', ['rbind', 'rshared'])]));
  assert.match(shared.message, /rshared/);
});

test('a bundle is bounded, whole and of a VM', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lcow-bundle-'));
  const config = join(folder, 'config.json');
  const spec = { process: { args: ['sh'], cwd: '/' }, linux: { namespaces: [{ type: 'mount' }] } };
  const refused = async (text: string, code: string, message: RegExp): Promise<void> => {
    await writeFile(config, text);
    const error = await rejection(readBundle('op', folder));
    assert.ok(error instanceof RuntimeError);
    assert.is(error.code, code);
    assert.match(error.message, message);
  };
  const missing = await rejection(readBundle('op', folder));
  assert.is((missing as RuntimeError).code, 'not-found');
  await refused('{', 'invalid-argument', /not JSON/);
  await refused('[]', 'invalid-argument', /not an object/);
  await refused(' '.repeat((1 << 20) + 1), 'invalid-argument', /1048577 bytes/);
  await refused(
    JSON.stringify({ ...spec, process: { cwd: '/' } }),
    'invalid-argument',
    /process\.args/,
  );
  await refused(
    JSON.stringify({ ...spec, process: { args: ['a'], cwd: 'x' } }),
    'invalid-argument',
    /process\.cwd/,
  );
  await refused(
    JSON.stringify({ ...spec, hooks: { createContainer: [{ path: '/x' }] } }),
    'unsupported',
    /hooks\.createContainer/,
  );
  const foreign = { namespaces: [{ type: 'ipc', path: '/proc/7/ns/ipc' }] };
  await refused(
    JSON.stringify({ ...spec, linux: foreign }),
    'unsupported',
    /no container.*process 7/,
  );
  await writeFile(config, JSON.stringify({ ...spec, later: { kept: true }, hostname: 'h' }));
  const bundle = await readBundle('op', folder);
  assert.is(bundle.hostname, 'h');
  const encoded = JSON.parse(bundle.encode([]).toString()) as Record<string, unknown>;
  assert.equal(encoded['later'], { kept: true });
  await rm(folder, { recursive: true });
});

test('an lcow-layer is a scratch disk and layers, by folder or by file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lcow-rootfs-'));
  for (const name of ['top', 'own', 'linked']) await mkdir(join(folder, name));
  const files = ['top/layer.vhd', 'bottom.vhd', 'own/sandbox.vhdx'];
  for (const file of files) await writeFile(join(folder, file), '');
  const own = join(folder, 'own');
  const top = join(folder, 'top');
  const bottom = join(folder, 'bottom.vhd');
  const parents = (...paths: string[]) => `parentLayerPaths=${JSON.stringify(paths)}`;
  const plain = (source: string, ...options: string[]) => ({
    ...{ type: 'lcow-layer', source, target: '', options },
  });
  const mount = (source: string, ...options: string[]) =>
    plain(source, ...options, parents(top, bottom));
  const layers = [bottom, join(top, 'layer.vhd')];
  assert.equal(await planRootfs('op', [mount(own, 'rw')]), {
    ...{ kind: 'layers', layers, scratch: join(own, 'sandbox.vhdx'), readOnly: false },
  });
  // A view, as containerd describes it: its topmost layer is the source.
  assert.equal(await planRootfs('op', [plain(top, 'ro', parents(bottom))]), {
    ...{ kind: 'layers', layers, readOnly: true },
  });
  assert.equal(await planRootfs('op', [plain(top, 'ro', 'parentLayerPaths=null')]), {
    ...{ kind: 'layers', layers: [join(top, 'layer.vhd')], readOnly: true },
  });
  // An image may have an (empty) layer twice.
  const doubled = await planRootfs('op', [plain(own, parents(top, bottom, top))]);
  assert.equal(doubled.kind === 'layers' && doubled.layers, layers);
  const refused = async (code: string, text: RegExp, ...mounts: unknown[]): Promise<void> => {
    const error = await rejection(planRootfs('op', mounts as never));
    assert.is((error as RuntimeError).code, code, String(error));
    assert.match((error as RuntimeError).message, text);
  };
  await refused('unsupported', /"erofs"/, { ...mount(own), type: 'erofs' });
  await refused('unsupported', /"lcow-partitioned-layer"/, {
    ...{ ...mount(own), type: 'lcow-partitioned-layer' },
  });
  await refused('invalid-argument', /root\.path is missing/);
  await refused('unsupported', /2 mounts/, mount(own), mount(own));
  // On Windows making a link needs a privilege.
  if (process.platform !== 'win32') {
    await symlink(join(own, 'sandbox.vhdx'), join(folder, 'linked', 'sandbox.vhdx'));
    await refused('unsupported', /linked.*share/, mount(join(folder, 'linked'), 'rw'));
  }
  await refused('not-found', /scratch\.vhd/, mount(top));
  await refused('not-found', /source.*layer\.vhd/, mount(own, 'ro'));
  await refused(
    'not-found',
    /parentLayerPaths\[1\].*gone/,
    plain(own, parents(top, join(folder, 'gone'))),
  );
  await refused('invalid-argument', /relative/, mount('relative'));
  await refused('invalid-argument', /not JSON/, plain(own, 'parentLayerPaths=['));
  await refused('invalid-argument', /object, not a list/, plain(own, 'parentLayerPaths={}'));
  await refused('invalid-argument', /129 paths/, plain(own, parents(...Array(129).fill('/x'))));
  await refused('invalid-argument', /\[0\] is 7/, plain(own, 'parentLayerPaths=[7]'));
  await refused('invalid-argument', /names no layer/, plain(own, 'rw'));
  await refused('invalid-argument', /names no layer/, plain(own, 'rw', 'parentLayerPaths=null'));
  await refused('invalid-argument', /twice/, plain(own, parents(top), parents(bottom)));
  await refused('invalid-argument', /layer too/, mount(bottom, 'rw'));
  await refused('invalid-argument', /both rw and ro/, mount(own, 'rw', 'ro'));
  await refused('invalid-argument', /"x"/, mount(own, 'x'));
  await rm(folder, { recursive: true });
});

test('a path of the host is absolute by the rules of that host', () => {
  for (const path of ['/a/b', '//a']) assert.ok(isHostPath(path, 'linux'), path);
  for (const path of ['', 'a', './a', 'C:\\a', '/a\0b'])
    assert.not(isHostPath(path, 'linux'), path);
  const windows = ['C:\\layers\\1', 'd:/x', '\\\\server\\share\\x', '\\\\?\\C:\\x'];
  for (const path of windows) assert.ok(isHostPath(path, 'win32'), path);
  for (const path of ['', 'x', 'C:x', '\\x', '/x', 'C:\\a\0b', `C:\\${'x'.repeat(32_768)}`]) {
    assert.not(isHostPath(path, 'win32'), path.slice(0, 20));
  }
});

test.run();
