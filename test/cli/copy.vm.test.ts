/** `lcow cp` in and out of a container on a real VM, a hostile one too. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LcowHost } from '../harness/lcow-host.ts';

const test = suite<{ host: LcowHost }>('cp', { host: LcowHost.withTemplate() });

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
  const back = host.start(['cp', '-', 'web:/home'], { input: tar });
  const { code, stderr } = await back.finished;
  assert.is(code, 0, stderr);
  assert.is(await host.ok('exec', 'web', 'cat', '/home/in/sub/file'), 'content');
});

test('-a keeps owners and special bits, -L follows a link, both ways', async ({ host }) => {
  const at = (path: string): string => join(host.folder, path);
  const make = 'mkdir /tmp/own && cd /tmp/own && echo x > f && chown 7:8 f && chmod 4755 f';
  await host.ok('exec', 'web', 'sh', '-c', `${make}; ln -s f l; ln -s own /tmp/via`);
  await host.ok('cp', '-a', 'web:/tmp/own', at('own'));
  const { uid, gid, mode } = statSync(at('own/f'));
  assert.equal([uid, gid, mode & 0o7777], [7, 8, 0o4755]);
  await host.ok('cp', '-a', at('own'), 'web:/tmp/back');
  const seen = await host.ok('exec', 'web', 'stat', '-c', '%u:%g %a', '/tmp/back/f');
  assert.is(seen, '7:8 4755');
  await host.ok('cp', 'web:/tmp/own/l', at('link'));
  assert.is(readlinkSync(at('link')), 'f');
  await host.ok('cp', '-L', 'web:/tmp/own/l', at('followed'));
  assert.is(readFileSync(at('followed'), 'utf8'), 'x\n');
  await host.ok('cp', '-L', at('own/l'), 'web:/tmp/followed');
  assert.is(await host.ok('exec', 'web', 'stat', '-c', '%F', '/tmp/followed'), 'regular file');
  await host.ok('cp', 'web:/tmp/via/.', at('contents'));
  assert.ok(existsSync(at('contents/f')));
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
  assert.is(readlinkSync(join(host.folder, 'h/l')), '/etc', 'a link is a link, to wherever');
  // A tar that makes a link and then writes through it reaches nothing beside.
  mkdirSync(join(host.folder, 'outside'));
  await host.ok(
    ...['exec', 'web', 'sh', '-c'],
    `mkdir -p /tmp/w/a && ln -s ${host.folder}/outside /tmp/w/a/z && ln -s a/z /tmp/w/b`,
  );
  await host.ok('cp', 'web:/tmp/w', join(host.folder, 'w'));
  await host.ok(
    'exec',
    'web',
    'sh',
    '-c',
    'rm /tmp/w/a/z && mkdir /tmp/w/a/z && echo x > /tmp/w/a/z/f',
  );
  await host.lcow('cp', 'web:/tmp/w/.', join(host.folder, 'w'));
  assert.not(existsSync(join(host.folder, 'outside/f')));
  assert.not(lstatSync(join(host.folder, 'w/a/z')).isFile());
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
