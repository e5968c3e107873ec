import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hasHybridCgroups, openV1View } from '../../../bench/startup/cgroup-view.ts';
import { skip } from '../../harness/skip.ts';

test('cgroups are hybrid where v2 has controllers beside v1', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lcow-cgroup-'));
  try {
    assert.is(hasHybridCgroups(folder), false);
    writeFileSync(join(folder, 'cgroup.controllers'), '');
    assert.is(hasHybridCgroups(folder), false);
    writeFileSync(join(folder, 'cgroup.controllers'), 'hugetlb\n');
    assert.is(hasHybridCgroups(folder), true);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('in the view v1 is mounted as it is, v2 is not, and the host sees no difference', async () => {
  if (process.getuid?.() !== 0) return skip('a mount namespace needs root');
  if (!existsSync('/sys/fs/cgroup/unified')) return skip('cgroup v2 is not mounted beside v1 here');
  const cgroups = (prefix: readonly string[]): string[] => {
    const [program, ...args] = [...prefix, 'cat', '/proc/self/mounts'];
    const { stdout } = spawnSync(program, args, { encoding: 'utf8' });
    return stdout.split('\n').filter((line) => /^cgroup2? /.test(line));
  };
  const before = cgroups([]);
  let holder: string | undefined;
  {
    await using view = await openV1View();
    const seen = cgroups(view.prefix);
    assert.equal(
      seen,
      before.filter((line) => line.startsWith('cgroup ')),
    );
    assert.ok(seen.length > 0 && seen.length < before.length);
    assert.equal(cgroups([]), before);
    holder = view.prefix.join(' ').match(/--target=(\d+)/)?.[1];
    assert.ok(existsSync(`/proc/${holder}`));
  }
  assert.not.ok(existsSync(`/proc/${holder}`));
});

test.run();
