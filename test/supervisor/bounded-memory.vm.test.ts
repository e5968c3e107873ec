/** A supervisor with more callers than anybody has: its memory stays bounded, and it goes on working. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { connectSupervisor } from '../../runtime/supervisor/connect.ts';
import { residentMiB, SupervisedHost } from './supervised-host.ts';

const CALLS = 500;
const READERS = 50;
const GROWTH_MIB_MAX = 40;

const host = new SupervisedHost();
test.after(async () => {
  await host.lcow_[Symbol.asyncDispose]();
  await host[Symbol.asyncDispose]();
});

test('500 calls at once and 50 readers that read nothing: memory is bounded, all are answered', async () => {
  // As much as it is let: what nobody takes keeps it from writing more.
  const container = await host.sh('read x; yes 0123456789abcdef0123456789abcdef', {
    openStdin: true,
  });
  const { id } = container;
  const pid = host.supervisorOf(id);
  await using client = await connectSupervisor(host.where, id);
  await client.task.stats(id);
  const before = residentMiB(pid);

  const readers = await Promise.all(
    Array.from({ length: READERS }, () =>
      client.attach({ containerId: id, execId: '', stdin: false, stdout: true, stderr: true }),
    ),
  );
  const typist = await container.attach({ stdin: true });
  typist.stdin?.write('go\n');
  await typist.detach();
  let most = residentMiB(pid);
  const look = setInterval(() => {
    most = Math.max(most, residentMiB(pid));
  }, 20);
  const waits: Promise<unknown>[] = [];
  for (let round = 0; round < 3; round += 1) {
    const answers = Array.from({ length: CALLS }, async (_, n): Promise<unknown> => {
      if (n % 5 === 0) return client.task.stats(id);
      if (n % 5 === 1 && round === 0) {
        waits.push(client.task.wait(id, ''));
        return undefined;
      }
      return client.task.state(id, '');
    });
    await Promise.all(answers);
  }
  clearInterval(look);
  console.log(
    `  resident: ${before.toFixed(1)} MiB before, ${most.toFixed(1)} at most, ${residentMiB(pid).toFixed(1)} after`,
  );
  assert.ok(most - before < GROWTH_MIB_MAX, `it grew by ${(most - before).toFixed(1)} MiB`);

  // Who reads nothing holds nobody else up for long: once they leave, a reader gets on.
  await Promise.all(readers.map((reader) => reader.detach()));
  const reader = await container.attach();
  await new Promise((resolve) => reader.stdout.once('data', resolve));
  await reader.detach();
  await container.kill();
  assert.is(((await Promise.all(waits)) as { code: number }[])[0]?.code, 137);
  assert.is(waits.length, CALLS / 5);
  await container.remove({ force: true });
  assert.equal(await host.settledLeftovers(), []);
});

test.run();
