/** A run folder whose path is longer than the kernel takes for a socket: containers run in it, and are adopted. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Lcow } from '../../runtime/lcow.ts';
import { podFolder, taskSocket } from '../../runtime/supervisor/pod-folder.ts';
import { podUnlocked } from '../../runtime/supervisor/pod-lock.ts';
import { connectSupervisor, podEnded } from '../../runtime/supervisor/connect.ts';
import { filesBelow } from '../harness/leftovers.ts';
import { LcowHost } from '../harness/lcow-host.ts';

const host = new LcowHost();
const base = mkdtempSync(join(tmpdir(), 'lcow-test-'));
const run = join(base, 'r'.repeat(90 - base.length - 1));
test.after(async () => {
  rmSync(base, { recursive: true, force: true });
  await host[Symbol.asyncDispose]();
});

test('a run folder of 90 characters: a container runs, its output comes, its supervisor is replaced', async () => {
  assert.is(run.length, 90);
  mkdirSync(run, { mode: 0o700 });
  const where = { data: host.data, run };
  await using lcow = Lcow.open(where);
  const container = await lcow.run({
    image: host.busybox,
    command: ['sh', '-c', 'read x; echo got $x; exit 3'],
    openStdin: true,
  });
  const { id } = container;
  const folder = podFolder(where, id);
  assert.ok(taskSocket(folder).length > 160);
  const client = await connectSupervisor(where, id);
  const { supervisorPid } = await client.describe();
  await client[Symbol.asyncDispose]();
  process.kill(supervisorPid, 'SIGKILL');
  await podUnlocked(folder, AbortSignal.timeout(10_000));
  const attached = await container.attach({ stdin: true });
  let text = '';
  attached.stdout.on('data', (bytes: Buffer) => {
    text += bytes.toString();
  });
  attached.stdin?.end('it\n');
  assert.is((await attached.exited).code, 3);
  assert.is(text, 'got it\n');
  await podEnded(where, id);
  await container.remove();
  const left = filesBelow(run).filter(
    (path) => !/^(pod|vm)$|events\.jsonl|\.execution\.json/.test(path),
  );
  assert.equal(left, []);
});

test.run();
