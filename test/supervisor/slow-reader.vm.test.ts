/** Who is attached and reads late gets everything, though the container has ended and keeps no log. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { podFolder } from '../../runtime/supervisor/pod-folder.ts';
import { podUnlocked } from '../../runtime/supervisor/pod-lock.ts';
import { podEnded } from '../../runtime/supervisor/connect.ts';
import { describeMemory, stalledReader } from './stalled-reader.ts';
import { SupervisedHost } from './supervised-host.ts';

/** More than sockets and windows hold on the way. */
const BYTES = 2_000_000;
/** Longer than a delete waits for output; test/long has a minute. */
const PAUSE_MS = 13_000;

const host = new SupervisedHost();
test.after(async () => {
  await host.lcow_[Symbol.asyncDispose]();
  await host[Symbol.asyncDispose]();
});

test('a reader that stops for longer than a delete waits loses nothing', async () => {
  const result = await stalledReader(host, { bytes: BYTES, pauseMs: PAUSE_MS });
  console.log(`  ${describeMemory(result)}`);
  assert.is(result.exit.code, 4);
  assert.is(result.bytes, BYTES);
  await podEnded(host.where, result.id);
  await podEnded(host.where, result.id);
  assert.equal(await host.settledLeftovers(), []);
});

test('a container that is stopped does not wait for a reader that has gone to sleep', async () => {
  const container = await host.sh('yes', { logDriver: 'none' });
  const { id } = container;
  const attached = await container.attach();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const begin = performance.now();
  await container.stop({ timeoutSeconds: 0 });
  console.log(`  stopped within ${Math.round(performance.now() - begin)} ms`);
  await container.remove({ force: true });
  assert.ok(performance.now() - begin < 30_000, `${performance.now() - begin} ms`);
  await podUnlocked(podFolder(host.where, id), AbortSignal.timeout(1000)).catch(() => {});
  await attached.detach();
  assert.equal(await host.settledLeftovers(), []);
});

test.run();
