/** stdin of one client through supervisors that are killed: the process gets every byte once, in order. */
import { once } from 'node:events';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { podFolder } from '../../runtime/supervisor/pod-folder.ts';
import { podUnlocked } from '../../runtime/supervisor/pod-lock.ts';
import { SupervisedHost } from './supervised-host.ts';

const LINES = 30_000;
const KILLS = 3;

const host = new SupervisedHost();
test.after(async () => {
  await host.lcow_[Symbol.asyncDispose]();
  await host[Symbol.asyncDispose]();
});

test('what a client types while supervisors are killed arrives whole, once, and in order', async () => {
  const container = await host.sh('cat; echo end', { openStdin: true, stdinOnce: true });
  const { id } = container;
  const attached = await container.attach({ stdin: true });
  const { stdin } = attached;
  assert.ok(stdin);
  let text = '';
  let seen: () => void = () => {};
  attached.stdout.on('data', (bytes: Buffer) => {
    text += bytes.toString('latin1');
    seen();
  });
  const everyKill = Math.floor(LINES / (KILLS + 1));
  for (let line = 1; line <= LINES; line += 1) {
    if (!stdin.write(`line ${line} of ${LINES}, so that it is not short\n`)) {
      await once(stdin, 'drain');
    }
    if (line % everyKill !== 0 || line / everyKill > KILLS) continue;
    // Some of it has come through, some is on its way.
    const from = text.length;
    while (text.length === from && !text.includes(`line ${line} `)) {
      await new Promise<void>((resolve) => {
        seen = resolve;
      });
    }
    process.kill(host.supervisorOf(id), 'SIGKILL');
    await podUnlocked(podFolder(host.where, id), AbortSignal.timeout(10_000));
  }
  stdin.end();
  assert.is((await attached.exited).code, 0);
  const lines = text.split('\n');
  const wrong = lines.findIndex(
    (line, at) => at < LINES && line !== `line ${at + 1} of ${LINES}, so that it is not short`,
  );
  assert.is(wrong, -1, `line ${wrong + 1} is ${JSON.stringify(lines[wrong])}`);
  assert.equal(lines.slice(LINES), ['end', '']);
  await container.remove({ force: true });
  assert.equal(await host.settledLeftovers(), []);
});

test.run();
