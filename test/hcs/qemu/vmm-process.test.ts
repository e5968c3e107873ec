/** What a VMM's process is started with. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnVmm } from '../../../hcs/qemu/vmm-process.ts';

const folders: string[] = [];
test.after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

test('QEMU has a path, and nothing of our environment', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lcow-vmm-'));
  folders.push(folder);
  const binary = join(folder, 'qemu');
  // What shells set by themselves is theirs.
  writeFileSync(binary, '#!/bin/sh\nunset PWD OLDPWD SHLVL _\nenv >environment\n');
  chmodSync(binary, 0o755);

  const vmm = spawnVmm({ binary, args: [], folder, dieWithOwner: false, ownMounts: false });
  assert.equal(await vmm.exited, { code: 0 });
  vmm.release();

  assert.equal(readFileSync(join(folder, 'environment'), 'utf8').trim().split('\n').sort(), [
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  ]);
});

test.run();
