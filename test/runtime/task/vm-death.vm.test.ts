/** The VM's death, however it comes: every process's exit is told at once, with the cause. */
import * as assert from 'uvu/assert';
import { rejection } from '../../harness/rejection.ts';
import { podSuite } from './pod-suite.ts';
import { TaskPod } from './task-pod.ts';

const test = podSuite('vm death');

for (const [way, kill] of [
  ['terminated', (pod: TaskPod) => pod.tasks.vm.system.terminate()],
  ['ended by kill -9 of its VMM', (pod: TaskPod) => process.kill(pod.vmmPid, 'SIGKILL')],
] as const) {
  test(`a VM that is ${way} ends every process at once, with the cause`, async ({
    host,
    layers,
  }) => {
    const pod = await new TaskPod(host, layers).open();
    try {
      const { tasks } = pod;
      for (const id of ['p', 'q']) {
        await pod.create(id, ['sleep', '1000']);
        await tasks.start(id, '');
      }
      await pod.exec('p', 'e', ['sleep', '1000']);
      await tasks.start('p', 'e');
      const begin = performance.now();
      const waits = [tasks.wait('p', ''), tasks.wait('q', ''), tasks.wait('p', 'e')];
      await kill(pod);
      for (const exit of await Promise.all(waits)) {
        assert.is(exit.code, 137);
        assert.match(exit.error ?? '', /the VM exited/);
      }
      assert.ok(performance.now() - begin < 2000);
      assert.match(await tasks.vmEnded, /the VM exited/);
      assert.equal(pod.kinds('p').slice(-2), ['exit:e', 'exit']);
      for (const id of ['p', 'q']) await tasks.delete(id, '');
      assert.is(
        ((await rejection(pod.create('r', ['true']))) as { code?: string }).code,
        'unavailable',
      );
    } finally {
      await pod.end();
    }
  });
}

test('a guest that stops answering is declared dead, and every process says so', async ({
  host,
  layers,
}) => {
  const pod = await new TaskPod(host, layers, {
    liveness: { intervalMs: 100, deadlineMs: 3000 },
  }).open();
  try {
    const { tasks } = pod;
    await pod.create('p', ['sleep', '1000']);
    await tasks.start('p', '');
    await pod.exec('p', 'e', ['sleep', '1000']);
    await tasks.start('p', 'e');
    const waits = [tasks.wait('p', ''), tasks.wait('p', 'e')];
    // One that is only slow lives.
    process.kill(pod.vmmPid, 'SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 1000));
    process.kill(pod.vmmPid, 'SIGCONT');
    await tasks.stats('p');
    await new Promise((resolve) => setTimeout(resolve, 1000));
    assert.is((await tasks.state('p', '')).status, 'running');

    const begin = performance.now();
    process.kill(pod.vmmPid, 'SIGSTOP');
    const asked = rejection(tasks.stats('p'));
    for (const exit of await Promise.all(waits)) {
      assert.is(exit.code, 137);
      assert.match(exit.error ?? '', /the guest stopped answering/);
    }
    const tookMs = performance.now() - begin;
    assert.ok(tookMs > 2500 && tookMs < 8000, `${tookMs} ms`);
    assert.is(((await asked) as { code?: string }).code, 'unavailable');
    assert.match(await tasks.vmEnded, /no answer to a ping within 3 s/);
    assert.match(pod.lines.join('\n'), /the guest stopped answering/);
    assert.equal(pod.kinds('p').slice(-2), ['exit:e', 'exit']);
  } finally {
    await pod.end();
  }
});

test.run();
