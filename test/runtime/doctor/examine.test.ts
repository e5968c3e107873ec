import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { examineHost } from '../../../runtime/doctor/examine.ts';
import { skip } from '../../harness/skip.ts';

test('this host is examined without a throw, and a host without a guest image is not ok', async () => {
  if (process.platform !== 'linux') return skip('what is expected here is of Linux');
  const folder = await mkdtemp(join(tmpdir(), 'lcow-doctor-'));
  process.env['LCOW_BOOT_FILES'] = join(folder, 'none');
  try {
    const report = await examineHost({ data: join(folder, 'data'), run: join(folder, 'run') });
    const byId = new Map(report.checks.map((check) => [check.id, check]));
    assert.is(byId.size, report.checks.length, 'ids are unique');
    assert.is(report.ok, false);
    assert.is(report.platform, 'linux');
    assert.is(byId.get('boot-files')?.status, 'missing');
    assert.is(byId.get('agent')?.status, 'skipped');
    assert.is(byId.get('node')?.found, process.version);
    assert.is(byId.get(`directory:${join(folder, 'run')}`)?.status, 'ok');
    for (const id of [
      'qemu',
      'qemu-devices',
      'accelerator',
      'permissions',
      'tools',
      'cgroup',
      'vsock',
      'disk',
    ]) {
      assert.ok(byId.has(id), id);
    }
  } finally {
    delete process.env['LCOW_BOOT_FILES'];
    await rm(folder, { recursive: true, force: true });
  }
});

test.run();
