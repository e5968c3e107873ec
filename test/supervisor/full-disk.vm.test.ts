/** A run folder without space: the start is refused with that as the reason, nothing stays, and later it works. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { filesBelow } from '../harness/leftovers.ts';
import { rejection } from '../harness/rejection.ts';
import { skip } from '../harness/skip.ts';
import { SupervisedHost } from './supervised-host.ts';

const host = new SupervisedHost();
mkdirSync(host.run, { recursive: true, mode: 0o700 });
const mounted =
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=700', 'lcow-test', host.run]).status === 0;
test.after(async () => {
  await host.lcow_[Symbol.asyncDispose]();
  if (mounted) spawnSync('umount', ['-l', host.run]);
  await host[Symbol.asyncDispose]();
});

if (!mounted) skip('a tmpfs cannot be mounted here');
else {
  test('a full run folder: the error says so, nothing is left, and with space it works', async () => {
    const filler = join(host.run, 'filler');
    fill(filler);
    const error = await rejection(host.sh('exit 0', { name: 'web' }));
    assert.match(String(error), /space|ENOSPC|disk/i);
    rmSync(filler);
    const left = (await host.settledLeftovers()).filter((line) => !line.startsWith('mount'));
    assert.equal(left, []);
    assert.equal(filesBelow(join(host.run, 'pod')), []);
    const container = await host.sh('exit 4', { name: 'web' });
    assert.is(await container.wait(), 4);
  });
}

test.run();

/** Takes the last block. */
function fill(path: string): void {
  for (const bytes of [1 << 16, 4096, 1]) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(bytes), { flag: 'a' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
}
