/** A supervisor that goes, and one that comes: output goes on, exits are told once. */
import * as assert from 'uvu/assert';
import { podSuite } from './pod-suite.ts';
import { checkCount, COUNT, TaskPod } from './task-pod.ts';

const ADOPTIONS = 10;

const test = podSuite('adoption');

test('a supervisor that goes is followed by one that adopts: output goes on, exits are told once', async ({
  host,
  layers,
}) => {
  const pod = await new TaskPod(host, layers).open();
  const took: number[] = [];
  try {
    await pod.create('counts', ['sh', '-c', COUNT], { stdin: true });
    await pod.create('ends', ['sh', '-c', 'read line; sleep 3; exit 9'], { stdin: true });
    await pod.create('waits', ['sleep', '1000']);
    for (const id of ['counts', 'ends', 'waits']) await pod.tasks.start(id, '');
    await pod.exec('waits', 'running', ['sleep', '1000']);
    await pod.tasks.start('waits', 'running');
    await pod.exec('waits', 'reserved', ['sh', '-c', 'echo late']);
    await pod.recorder.of('counts').shows('\n60\n');
    // It is as if killed: it takes nothing and tells nothing from here on.
    pod.life.alive = false;
    const first = pod.tasks;
    await pod.recorder.of('ends').input?.write(Buffer.from('go\n'));
    await first.letGo();
    await pod.service[Symbol.asyncDispose]();
    // Nobody is there to be told when it ends.
    await new Promise((resolve) => setTimeout(resolve, 6000));
    const known = pod.events.length;

    await pod.open(true);
    const { tasks, recorder } = pod;
    assert.equal(
      pod.events.slice(known).map(({ kind, containerId }) => `${kind} ${containerId}`),
      ['exit ends'],
    );
    const ended = await tasks.state('ends', '');
    assert.is(ended.exit?.code, 9);
    assert.ok((ended.exit?.exitedAtMs ?? 0) < Date.now());
    assert.is((await tasks.state('waits', 'running')).status, 'running');
    assert.is((await tasks.state('waits', 'reserved')).status, 'created');
    await tasks.start('waits', 'reserved');
    assert.is((await tasks.wait('waits', 'reserved')).code, 0);
    await recorder.of('waits', 'reserved').shows('late');
    const counting = recorder.of('counts');
    await counting.shows('\n200\n');
    await counting.input?.write(Buffer.from('stop\n'));
    assert.is((await tasks.wait('counts', '')).code, 0);
    for (const id of ['counts', 'ends']) await tasks.delete(id, '');
    assert.equal(counting.faults, []);
    checkCount(counting.text.stdout);

    // Again and again, with nothing to tell.
    for (let round = 0; round < ADOPTIONS; round += 1) {
      await pod.tasks.letGo();
      await pod.service[Symbol.asyncDispose]();
      const before = pod.events.length;
      const begin = performance.now();
      await pod.open(true);
      took.push(performance.now() - begin);
      assert.is(pod.events.length, before);
      assert.is(pod.tasks.vm.devices.disks.length, layers.length + 1);
      await pod.exec('waits', `again-${round}`, ['true']);
      await pod.tasks.start('waits', `again-${round}`);
      assert.is((await pod.tasks.wait('waits', `again-${round}`)).code, 0);
      await pod.tasks.delete('waits', `again-${round}`);
    }
    took.sort((a, b) => a - b);
    console.log(`  ${ADOPTIONS} adoptions: median ${took[ADOPTIONS >> 1]?.toFixed(0)} ms`);
    await pod.tasks.stopAll(0);
    await pod.tasks.delete('waits', '');
    assert.equal(pod.tasks.vm.devices.disks, []);
  } finally {
    await pod.end();
  }
});

test.run();
