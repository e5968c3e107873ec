/** A general LinuxKit image: built from YAML, booted with the agent as init, its containers run as LinuxKit runs them. */
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LcowHost } from '../harness/lcow-host.ts';
import { repositoryRoot } from '../harness/repository-root.ts';
import { skip } from '../harness/skip.ts';
import { makeProgramsLayout, programsLayout } from './debian-programs.ts';

const why = makeProgramsLayout();
if (why === undefined) runs();
else skip(why);

function runs(): void {
  const test = suite<{ host: LcowHost }>('a LinuxKit image', { host: new LcowHost() });

  test.after(async ({ host }) => {
    const left = await host.settledLeftovers();
    await host[Symbol.asyncDispose]();
    assert.equal(left, []);
  });

  test('onboot, services and onshutdown run in order; its web server answers', async ({ host }) => {
    const yaml = join(repositoryRoot(), 'test/linuxkit/web.yml');
    await host.ok('linuxkit', 'build', '-q', '--oci', programsLayout(), '-o', host.folder, yaml);
    const boot = host.start([
      ...['uvm', 'boot', '--kernel', join(host.folder, 'web-kernel')],
      ...['--initrd', join(host.folder, 'web-initrd.img'), '--network', 'dhcp'],
      ...['-p', '127.0.0.1::80', '--wait', '--exec', '/init --version'],
    ]);
    let said = '';
    boot.child.stderr?.on('data', (bytes: Buffer) => {
      said += bytes.toString();
    });
    await boot.shows('image: up, 1 failed');
    const port = Number(/published 127\.0\.0\.1:(\d+)->80\/tcp/.exec(said)?.[1]);
    const answer = await fetch(`http://127.0.0.1:${port}/`, {
      signal: AbortSignal.timeout(20_000),
    });
    assert.is(answer.status, 200);
    assert.match(answer.headers.get('server') ?? '', /^nginx/);
    assert.is(await answer.text(), 'served by an image\n');
    boot.child.kill('SIGINT');
    const { code, stdout, stderr } = await boot.finished;
    assert.is(code, 0, stderr);
    assert.match(stdout, /^lcow-agent /);
    const lines = stderr.split('\n').filter((line) => line.startsWith('image: '));
    const pidless = lines.map((line) => line.replace(/pid \d+/, 'pid'));
    assert.equal(pidless, [
      'image: onboot 000-sysctl ended with 0',
      'image: onboot 001-dhcp ended with 0',
      // One that fails is told with its last words, and the next follow.
      'image: onboot.002-fails: it cannot be',
      'image: onboot 002-fails ended with 7',
      // Both are alive until the end, or it would be told here.
      'image: service openntpd started, pid',
      'image: service web started, pid',
      'image: up, 1 failed',
      'image: onshutdown 000-goodbye ended with 0',
    ]);
  });

  test.run();
}
