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
    try {
      await boot.shows('image: up, 1 failed');
      const port = Number(/published 127\.0\.0\.1:(\d+)->80\/tcp/.exec(said)?.[1]);
      assert.ok(port > 0, said);
      const answer = await ask(`http://127.0.0.1:${port}/`);
      assert.is(answer.status, 200);
      assert.match(answer.headers.get('server') ?? '', /^nginx/);
      assert.is(await answer.text(), 'served by an image\n');
    } finally {
      boot.child.kill('SIGINT');
      await boot.finished;
    }
    const { code, stdout, stderr } = await boot.finished;
    assert.is(code, 0, stderr);
    assert.match(stdout, /^lcow-agent /);
    const all = stderr.split('\n').filter((line) => line.startsWith('image: '));
    const pidless = all.map((line) => line.replace(/pid \d+/, 'pid'));
    const end = pidless.findIndex((line) => line.includes('onshutdown'));
    // Then they are ended, and told as far as there is time.
    const rest = pidless.slice(end + 1);
    assert.equal(
      rest.filter((line) => !/^image: service (openntpd|web) ended with \d+$/.test(line)),
      [],
    );
    assert.equal(pidless.slice(0, end + 1), [
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

/** A service that was started does not listen at once: until it does, connections are reset. */
async function ask(url: string): Promise<Response> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      return await fetch(url, { signal: AbortSignal.timeout(20_000) });
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
