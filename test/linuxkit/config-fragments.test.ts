/** The kernel's configuration as fragments: each option once, with its reason; what does not survive is named. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  configText,
  fragmentNames,
  lostOptions,
  parseFragment,
  readFragments,
} from '../../linuxkit/kernel/config-fragments.ts';

test("lcow's own fragments: every option has a value that is built in, and a reason", () => {
  assert.equal(fragmentNames(), [
    ...['base', 'container', 'debug', 'hyper-v', 'network', 'qemu', 'share', 'storage'],
  ]);
  const options = readFragments();
  assert.ok(options.length > 200, `${options.length} options`);
  for (const { name, value, reason } of options) {
    assert.not.equal(value, 'm', name);
    assert.ok(reason.length > 1, `${name}: ${reason}`);
  }
});

test('what a kernel for both platforms cannot do without is asked for', () => {
  const asked = new Map(readFragments().map(({ name, value }) => [name, value]));
  const needed = [
    ...['HYPERV', 'HYPERV_VSOCKETS', 'HYPERV_STORAGE', 'HYPERV_NET', 'EFI_STUB', 'NET_9P_FD'],
    ...['PVH', 'VIRTIO_PCI', 'VIRTIO_MMIO', 'VIRTIO_CONSOLE', 'SCSI_VIRTIO', 'NET_9P_VIRTIO'],
    ...['OVERLAY_FS', 'EXT4_FS', 'MEMCG', 'CGROUP_BPF', 'SECCOMP_FILTER', 'USER_NS', 'DM_VERITY'],
  ];
  for (const name of needed) assert.is(asked.get(`CONFIG_${name}`), 'y', name);
  assert.not.ok(asked.has('CONFIG_MODULES'));
});

test('a line that is no option, a module, and an option without a reason are refused by line', () => {
  assert.throws(() => parseFragment('# fine\nCONFIG_A y', 'mine'), /"mine", line 2: "CONFIG_A y"/);
  assert.throws(
    () => parseFragment('CONFIG_A=m # why', 'mine'),
    /line 1: CONFIG_A=m: there are no/,
  );
  assert.throws(() => parseFragment('\nCONFIG_A=y', 'mine'), /line 2: CONFIG_A has no reason/);
});

test('fragments may ask for the same, and not for different values', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lcow-test-fragments-'));
  try {
    writeFileSync(join(folder, 'a.config'), 'CONFIG_X=y # a\nCONFIG_N=64 # number\n');
    writeFileSync(join(folder, 'b.config'), 'CONFIG_X=y # b\n');
    writeFileSync(join(folder, 'c.config'), 'CONFIG_N=8 # fewer\n');
    assert.is(configText(readFragments(['a', 'b'], folder)), 'CONFIG_N=64\nCONFIG_X=y\n');
    assert.throws(
      () => readFragments(['a', 'c'], folder),
      /"a" and "c" disagree: CONFIG_N is 64 and 8/,
    );
    assert.throws(() => readFragments(['d'], folder), /"d" is neither one of a, b, c nor a file/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('an option that did not survive is told with its fragment', () => {
  const asked = parseFragment('CONFIG_A=y # a\nCONFIG_B="t" # b\nCONFIG_C=n # c', 'mine');
  assert.equal(lostOptions(asked, 'CONFIG_A=y\nCONFIG_B="t"\n# CONFIG_C is not set\n'), []);
  const lost = lostOptions(asked, '# CONFIG_A is not set\nCONFIG_B="u"\nCONFIG_C=y\n');
  assert.equal(
    lost.map(({ name }) => name),
    ['CONFIG_A', 'CONFIG_B', 'CONFIG_C'],
  );
});

test.run();
