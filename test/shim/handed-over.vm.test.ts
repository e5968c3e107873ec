/** Commands of a real containerd that the pool's daemon runs, and what becomes of them without it. Nothing is parked here. */
import { readFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { PoolStatus } from '../../runtime/pool/pool-status.ts';
import { ContainerdHost, containerdMissing } from '../harness/containerd.ts';
import type { Finished } from '../harness/lcow-host.ts';
import { repositoryRoot } from '../harness/repository-root.ts';
import { skip } from '../harness/skip.ts';

const test = suite<{ host: ContainerdHost }>("commands that the pool's daemon runs");
const HOLDER = 'lcow-holder shim';

async function ok(host: ContainerdHost, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await host.lcow(...args);
  assert.is(code, 0, `lcow ${args.join(' ')}: ${stderr}`);
  return stdout;
}

async function status(host: ContainerdHost): Promise<PoolStatus> {
  return JSON.parse(await ok(host, 'pool', 'status', '--format', 'json')) as PoolStatus;
}

function once(host: ContainerdHost, id: string, script: string): Promise<Finished> {
  return host.ctr(...host.runArguments(['--rm'], id, 'sh', '-c', script));
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not within 20 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const startPool = (host: ContainerdHost): Promise<string> =>
  ok(host, 'pool', 'start', '--size', '1', '--memory-ceiling', '1m');

const missing = containerdMissing();
if (missing !== undefined) skip(missing);
else {
  test.before(async (context) => {
    context.host = await ContainerdHost.start();
    await startPool(context.host);
  });

  test.after(async ({ host }) => {
    await host.lcow('pool', 'stop');
    const left = await host.settledLeftovers();
    await host[Symbol.asyncDispose]();
    assert.equal(left, []);
  });

  test('a container runs by it: start and delete are counted, and answered as Node would', async ({
    host,
  }) => {
    const run = await once(host, 'first', 'echo out; echo err >&2; exit 3');
    assert.equal(run, { code: 3, stdout: 'out\n', stderr: 'err\n' });
    const { commands } = await status(host);
    assert.equal(commands, { handedOver: 2, refused: 0, lastRefusal: '' });
    assert.match(await ok(host, 'pool', 'status'), /Commands run: +2\n/);
  });

  test("the holder is containerd's own, with the score that its shims have", async ({ host }) => {
    await host.ok(...host.runArguments(['-d'], 'stays', 'sleep', '100000'));
    const [holder = 0] = host.pids(HOLDER);
    const scoreOf = (pid: number): number =>
      Number(readFileSync(`/proc/${pid}/oom_score_adj`, 'latin1'));
    assert.is(scoreOf(holder), Math.min(scoreOf(host.pid) + 1, 1000));
    const cgroupOf = (pid: number): string => readFileSync(`/proc/${pid}/cgroup`, 'latin1');
    assert.is(cgroupOf(holder), cgroupOf(host.pid));
  });

  test('kill -9 of the daemon: its containers go on, and the next ones come by Node', async ({
    host,
  }) => {
    process.kill((await status(host)).pid, 'SIGKILL');
    assert.is(await host.ok(...host.execArguments([], 'stays', 'echo', 'in it')), 'in it');
    assert.equal(await once(host, 'second', 'echo hi'), { code: 0, stdout: 'hi\n', stderr: '' });
    await host.remove('stays');
    await until('no holder', () => host.pids(HOLDER).length === 0);
  });

  test('one that was built anew since is left alone, and says so', async ({ host }) => {
    await startPool(host);
    const bundle = join(repositoryRoot(), 'dist/bundle/containerd-shim-lcow-v1.bundle');
    const { atime, mtime } = statSync(bundle);
    utimesSync(bundle, atime, new Date(mtime.getTime() + 1000));
    try {
      assert.equal(await once(host, 'third', 'echo hi'), { code: 0, stdout: 'hi\n', stderr: '' });
    } finally {
      utimesSync(bundle, atime, mtime);
    }
    const { commands } = await status(host);
    assert.is(commands.handedOver, 0);
    assert.is(commands.refused, 2);
    assert.match(commands.lastRefusal, 'was built anew since this process runs');
  });

  test.run();
}
