/** `lcow cp` in and out of a container on a real VM, a hostile one too. */
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LcowHost } from '../harness/lcow-host.ts';

const test = suite<{ host: LcowHost }>('cp', { host: new LcowHost() });

const COUNTER = 'trap "exit 7" TERM; i=0; while :; do i=$((i+1)); echo line $i; sleep 0.1; done';

test.after(async ({ host }) => {
  const left = await host.settledLeftovers();
  await host[Symbol.asyncDispose]();
  assert.equal(left, []);
});

test.before(async ({ host }) => {
  await host.ok('run', '-d', '--name', 'web', host.busybox, 'sh', '-c', COUNTER);
});

test('cp takes files and folders in and out, by docker’s rules', async ({ host }) => {
  const at = (path: string): string => join(host.folder, path);
  mkdirSync(at('in/sub'), { recursive: true });
  writeFileSync(at('in/sub/file'), 'content');
  symlinkSync('sub/file', at('in/link'));
  await host.ok('cp', at('in'), 'web:/tmp');
  assert.is(await host.ok('exec', 'web', 'cat', '/tmp/in/link'), 'content');
  assert.is(await host.ok('exec', 'web', 'stat', '-c', '%u:%g', '/tmp/in/sub/file'), '0:0');
  await host.ok('cp', `${at('in')}/.`, 'web:/tmp/new');
  assert.is(await host.ok('exec', 'web', 'cat', '/tmp/new/sub/file'), 'content');
  await host.ok('cp', at('in/sub/file'), 'web:/tmp/renamed');
  assert.is(await host.ok('exec', 'web', 'cat', '/tmp/renamed'), 'content');
  await host.ok('cp', 'web:/tmp/renamed', at('out-file'));
  assert.is(readFileSync(at('out-file'), 'utf8'), 'content');
  await host.ok('cp', 'web:/tmp/in', at('out'));
  assert.is(readFileSync(at('out/sub/file'), 'utf8'), 'content');
  await host.ok('cp', 'web:/tmp/in', at('out'));
  assert.ok(existsSync(at('out/in/sub/file')));
  assert.is((await host.lcow('cp', 'web:/nope', at('x'))).code, 1);
  assert.is((await host.lcow('cp', at('in'), 'web:/tmp/renamed')).code, 1);
});

test('cp with - is a tar, both ways', async ({ host }) => {
  const out = await host.lcow('cp', 'web:/tmp/in', '-');
  const tar = Buffer.from(out.stdout, 'latin1');
  assert.is(tar.length % 512, 0);
  const back = host.start(['cp', '-', 'web:/mnt'], { input: tar });
  assert.is((await back.finished).code, 0);
  assert.is(await host.ok('exec', 'web', 'cat', '/mnt/in/sub/file'), 'content');
});

test('a hostile container cannot write through a link or leave a setuid program', async ({
  host,
}) => {
  await host.ok(
    ...['exec', 'web', 'sh', '-c'],
    'mkdir /tmp/h && cd /tmp/h && ln -s /etc l && cp /bin/busybox su && chmod 4755 su && echo x > f',
  );
  await host.ok('cp', 'web:/tmp/h', join(host.folder, 'h'));
  assert.is(statSync(join(host.folder, 'h/su')).mode & 0o7777, 0o755);
  // A second copy over a link that stands in the way replaces it.
  symlinkSync(join(host.folder, 'out-file'), join(host.folder, 'trap'));
  mkdirSync(join(host.folder, 'd'));
  symlinkSync(join(host.folder, 'out-file'), join(host.folder, 'd/f'));
  await host.ok('cp', 'web:/tmp/h/f', join(host.folder, 'd'));
  assert.is(readFileSync(join(host.folder, 'out-file'), 'utf8'), 'content');
});

test('rm -f ends it', async ({ host }) => {
  assert.is(await host.ok('rm', '-f', 'web'), 'web');
});

test.run();
