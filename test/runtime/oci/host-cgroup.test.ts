import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  cgroupBelow,
  enterCgroup,
  hierarchies,
  removeCgroups,
} from '../../../runtime/oci/host-cgroup.ts';

const folder = mkdtempSync(join(tmpdir(), 'lcow-oci-cgroup-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const V1 = `
30 25 0:26 / /sys/fs/cgroup rw - tmpfs tmpfs rw
31 30 0:27 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:9 - cgroup cgroup rw,cpu,cpuacct
32 30 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
33 30 0:29 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset
34 30 0:30 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd
35 30 0:31 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
36 30 0:32 / /odd\\040place rw - cgroup cgroup rw,pids
`;

test('of cgroup v1 the hierarchies that count are used', () => {
  assert.equal(
    hierarchies(V1).map(({ mount, version }) => [mount, version]),
    [
      ['/sys/fs/cgroup/cpu,cpuacct', 1],
      ['/sys/fs/cgroup/memory', 1],
      ['/odd place', 1],
    ],
  );
});

test('cgroup v2 is used where it is alone', () => {
  const v2 = '29 23 0:25 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate';
  assert.equal(hierarchies(v2), [{ mount: '/sys/fs/cgroup', version: 2, controllers: [] }]);
  assert.equal(hierarchies('1 1 0:1 / / rw - ext4 /dev/sda rw'), []);
});

test('a path stays below the mount', () => {
  assert.is(cgroupBelow('/docker/abc'), '/docker/abc');
  assert.is(cgroupBelow('libpod//abc/'), '/libpod/abc');
  assert.is(cgroupBelow(''), undefined);
  assert.is(cgroupBelow('/'), undefined);
  for (const path of ['/../x', 'a/../../b', '..', 'a\0b']) {
    assert.throws(() => cgroupBelow(path), /linux\.cgroupsPath/);
  }
});

test('this process is put into what was made, and only that is ours to remove', async () => {
  const where = ['one', 'two'].map((name) => ({
    mount: join(folder, name),
    version: 1 as const,
    controllers: ['pids'],
  }));
  mkdirSync(join(folder, 'one'));
  mkdirSync(join(folder, 'two', 'docker', 'abc'), { recursive: true });
  mkdirSync(join(folder, 'one', 'mine'));
  const { made, leave } = enterCgroup(
    '/docker/abc',
    () => undefined,
    where,
    '8:pids:/mine\n0::/\n',
  );
  assert.equal(made, [join(folder, 'one', 'docker', 'abc')]);
  for (const { mount } of where) {
    const procs = join(mount, 'docker', 'abc', 'cgroup.procs');
    assert.is(readFileSync(procs, 'utf8'), String(process.pid));
    // A real cgroup's files go with it.
    rmSync(procs);
  }
  leave();
  assert.is(readFileSync(join(folder, 'one', 'mine', 'cgroup.procs'), 'utf8'), String(process.pid));
  assert.is(readFileSync(join(folder, 'two', 'cgroup.procs'), 'utf8'), String(process.pid));
  assert.equal(await removeCgroups(made), []);
  assert.is(existsSync(made[0] ?? ''), false);
  assert.is(existsSync(join(folder, 'two', 'docker', 'abc')), true);
  assert.equal(await removeCgroups(made), [], 'again');
});

test('a hierarchy that cannot be written is told and left', () => {
  const said: string[] = [];
  writeFileSync(join(folder, 'file'), '');
  const { made } = enterCgroup('/x', (text) => said.push(text), [
    { mount: join(folder, 'file'), version: 1, controllers: [] },
    { mount: '/proc/self/nothing', version: 1, controllers: [] },
  ]);
  assert.equal(made, []);
  assert.is(said.length, 2);
  assert.match(said[0] ?? '', /no cgroup .*\/file\/x: ENOTDIR/);
  assert.match(said[1] ?? '', /no cgroup \/proc\/self\/nothing\/x: it is not mounted/);
});

test.run();
