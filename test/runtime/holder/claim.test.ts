/** `lcow-holder shim --pool`: the first supervisor is one that was parked; against supervisors without a VM. */
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { skip } from '../../harness/skip.ts';
import { becomes, builtHolder, exitOf, FakePool, HeldPod, isAlive } from './held-pod.ts';

const NONE = { terminal: false, stdin: '', stdout: '', stderr: '' };

if (builtHolder() === undefined) skip('the holder is not built here: node bin/setup.mjs');
else register();

function register(): void {
  test('one that is parked serves the pod, over the connection that took it', async () => {
    await using pool = new FakePool();
    const parked = await pool.park();
    await using pod = new HeldPod({}, pool);
    const { task } = await pod.connect();
    assert.is((await task.state('c', '')).pid, parked.pid);
    const [{ pid, args }] = pod.starts() as [{ pid: number; args: string }];
    assert.is(pid, parked.pid);
    const oomScoreAdj = Number(readFileSync('/proc/self/oom_score_adj', 'latin1'));
    assert.equal(JSON.parse(args), { pod: 'pod', holder: true, oomScoreAdj });
    assert.equal(pool.free, []);
    assert.is(pool.misses, 0);
    // It is the control channel, both ways.
    const process = Buffer.from(JSON.stringify('host'));
    await task.exec({ id: 'c', execId: 'x', ...NONE, process });
    const held = (await task.state('c', 'x')).pid;
    assert.ok(isAlive(held));
    globalThis.process.kill(held, 'SIGKILL');
    await becomes('it is told', () => pod.calls().includes('killed c/x'));
    await task.shutdown('');
    assert.is(await pod.exited, 0);
    assert.is(pod.stderr, '');
  });

  test('kill -9 of the claimed one: a Wait goes on, what is held stays, the next adopts', async () => {
    await using pool = new FakePool();
    const parked = await pool.park();
    await using pod = new HeldPod({}, pool);
    const { task } = await pod.connect();
    assert.is((await task.state('c', '')).pid, parked.pid);
    await pool.park();
    const process = Buffer.from(JSON.stringify('host'));
    await task.exec({ id: 'c', execId: 'x', ...NONE, process });
    const waiting = task.wait('c', 'x');
    waiting.catch(() => undefined);
    await becomes('it was asked', () => pod.calls().includes('wait'));
    const held = (await task.state('c', 'x')).pid;
    const ended = exitOf(parked);
    parked.kill('SIGKILL');
    await ended;
    const after = await task.state('c', 'x');
    assert.is(after.pid, held);
    assert.match(pod.starts()[1]?.args ?? '', /--holder 4 --adopt$/);
    await becomes('the wait was asked again', () => pod.calls().length === 2);
    await task.kill('c', 'x', 9, false);
    assert.is((await waiting).code, 137);
    assert.is(pool.free.length, 1, 'only a new pod is claimed for');
  });

  test('one that declines is passed over for the next; when all do, one is started', async () => {
    await using pool = new FakePool();
    await pool.park('declines');
    await pool.park('declines');
    await using pod = new HeldPod({}, pool);
    const { task } = await pod.connect();
    assert.is((await task.state('c', '')).pid, pod.supervisor);
    assert.equal(
      pod.starts().map(({ args }) => args),
      [`--pod ${pod.folder} --holder 4`],
    );
    assert.is(pool.claims.length, 2);
    assert.is(pool.misses, 1);
    assert.match(pod.stderr, /parked supervisor \d+: it is of another make/);
    assert.match(pod.stderr, 'no parked supervisor of this shape: one is started');
  });

  test('one that ends in the middle of the claim: one is started, and no other is taken', async () => {
    await using pool = new FakePool();
    const parked = await pool.park('silent');
    await using pod = new HeldPod({}, pool);
    await becomes('it was told', () => pool.claims.length === 1);
    await pool.park();
    parked.kill('SIGKILL');
    const { task } = await pod.connect();
    assert.is((await task.state('c', '')).pid, pod.supervisor);
    assert.match(pod.starts()[0]?.args ?? '', /--holder 4$/);
    assert.is(pool.free.length, 1);
    assert.match(pod.stderr, /parked supervisor \d+: it ended without a word/);
  });

  test('one that says nothing is killed before another has the pod', async () => {
    await using pool = new FakePool();
    const parked = await pool.park('silent');
    await using pod = new HeldPod({}, pool);
    assert.is(await exitOf(parked), 'SIGKILL');
    const { task } = await pod.connect();
    assert.is((await task.state('c', '')).pid, pod.supervisor);
    assert.match(pod.stderr, 'it does not answer, and is killed');
  });

  test('SIGTERM of the holder is for the claimed one', async () => {
    await using pool = new FakePool();
    const parked = await pool.park();
    await using pod = new HeldPod({}, pool);
    const { task } = await pod.connect();
    await task.state('c', '');
    const ended = exitOf(parked);
    pod.child.kill('SIGTERM');
    assert.is(await ended, 0);
    assert.is(await pod.exited, 0);
  });

  test('a claimed one and its successors that die again and again are given up', async () => {
    await using pool = new FakePool();
    const parked = await pool.park();
    await using pod = new HeldPod({}, pool);
    const { task } = await pod.connect();
    await task.state('c', '');
    writeFileSync(`${pod.folder}/crash`, '70');
    parked.kill('SIGKILL');
    assert.is(await pod.exited, 1);
    assert.is(pod.starts().length, 5);
  });

  test.run();
}
