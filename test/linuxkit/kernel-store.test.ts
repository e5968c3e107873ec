/** Kernels that were built here: all of one or nothing of it, the newest first; what is damaged is not there. */
import { existsSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { buildGuestImage } from '../../linuxkit/build-guest-image.ts';
import { readFragments, configText } from '../../linuxkit/kernel/config-fragments.ts';
import { KernelStore } from '../../linuxkit/kernel/kernel-store.ts';
import { missingOptions, NEEDED_OPTIONS } from '../../linuxkit/kernel/needed-options.ts';
import { rejection } from '../harness/rejection.ts';
import { inTemporaryFolder } from './temporary-folder.ts';

const FILES = { vmlinux: Buffer.from('v'), kernel: Buffer.from('k'), config: Buffer.from('c') };

const record = (id: string, builtAt: string) => ({
  ...{ id, release: '6.1.0-lcow', compiler: 'gcc', builtAt },
  source: { origin: 'linux.tar', sha256: 'f'.repeat(64) },
  fragments: ['base'],
});
const [OLD, NEW] = ['0123456789abcdef', 'fedcba9876543210'];

test('kernels are listed newest first, with sizes and digests, and removed by id', async () => {
  await inTemporaryFolder(async (folder) => {
    const store = new KernelStore(join(folder, 'kernel'));
    assert.equal(store.list(), []);
    await store.put(record(NEW, '2026-02-01T00:00:00.000Z'), FILES);
    await store.put(record(OLD, '2026-01-01T00:00:00.000Z'), FILES);
    assert.equal(
      store.list().map((kernel) => kernel.record.id),
      [NEW, OLD],
    );
    const files = store.find(OLD)?.record.files ?? {};
    assert.equal(Object.keys(files).sort(), ['config', 'kernel', 'vmlinux']);
    assert.match(files['vmlinux']?.sha256 ?? '', /^4c94485e/);
    await store.remove(NEW);
    await store.remove('../..');
    assert.is(store.find(NEW), undefined);
    assert.ok(existsSync(folder));
  });
});

test('what is cut short, half written or of another format is not there', async () => {
  await inTemporaryFolder(async (folder) => {
    const store = new KernelStore(folder);
    await store.put(record(OLD, 'x'), FILES);
    await store.put(record(NEW, 'x'), FILES);
    mkdirSync(join(folder, `.${'a'.repeat(16)}.1`));
    truncateSync(join(folder, NEW, 'vmlinux'), 0);
    assert.is(store.find(NEW), undefined);
    writeFileSync(join(folder, OLD, 'kernel.json'), '{"formatVersion":99}');
    assert.is(store.find(OLD), undefined);
    assert.equal(store.list(), []);
  });
});

test('a put that fails leaves what was there, and nothing of itself', async () => {
  await inTemporaryFolder(async (folder) => {
    const store = new KernelStore(folder);
    await store.put(record(OLD, 'x'), FILES);
    const bad = { 'no/such/folder': Buffer.from('x') };
    await rejection(store.put(record(OLD, 'y'), bad));
    assert.is(store.find(OLD)?.record.builtAt, 'x');
    assert.equal(readdirSync(folder), [OLD]);
  });
});

test("lcow's own fragments ask for all that guests cannot do without", () => {
  assert.equal(missingOptions(configText(readFragments())), []);
  assert.is(missingOptions('').length, Object.keys(NEEDED_OPTIONS).length);
});

test('a kernel without a needed driver is no guest’s: it is named, with what it is for', async () => {
  await inTemporaryFolder(async (folder) => {
    const kernelStore = join(folder, 'kernel');
    const config = configText(readFragments()).replace('CONFIG_VIRTIO_CONSOLE=y\n', '');
    await new KernelStore(kernelStore).put(record(OLD, 'x'), {
      ...FILES,
      config: Buffer.from(config),
    });
    const agent = join(folder, 'agent');
    writeFileSync(agent, 'an agent');
    const outputDirectory = join(folder, 'out');
    const error = await rejection(buildGuestImage({ agent, kernelStore, outputDirectory }));
    assert.match(
      String(error),
      /kernel 0123456789abcdef \(6\.1\.0-lcow\) lacks CONFIG_VIRTIO_CONSOLE \(the link to the host\);/,
    );
    assert.not.ok(existsSync(outputDirectory));
  });
});

test('an initrd of a kernel without modules is the agent and little else', async () => {
  await inTemporaryFolder(async (folder) => {
    const kernelStore = join(folder, 'kernel');
    const config = Buffer.from(configText(readFragments()));
    await new KernelStore(kernelStore).put(record(OLD, 'x'), { ...FILES, config });
    const agent = join(folder, 'agent');
    writeFileSync(agent, Buffer.alloc(100_000, 1));
    const image = await buildGuestImage({
      ...{ agent, kernelStore, outputDirectory: join(folder, 'out') },
    });
    assert.equal(image.manifest.modules, []);
    assert.is(image.manifest.kernel.boot, 'vmlinux');
    const { sizeBytes = 0 } = image.manifest.files['initrd.img'] ?? {};
    assert.ok(sizeBytes > 100_000 && sizeBytes < 110_000, `${sizeBytes} bytes`);
  });
});

test.run();
