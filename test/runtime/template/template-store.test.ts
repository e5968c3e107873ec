/** The record of templates: whole or absent, its secret kept, what is of no use removed. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ExecutionProperties } from '../../../hcs/document/properties.ts';
import { FailedTemplate } from '../../../runtime/template/failed-template.ts';
import { templateId, templateIdentity } from '../../../runtime/template/template-identity.ts';
import { type TemplateRecord, TemplateStore } from '../../../runtime/template/template-store.ts';
import { utilityVmDocument } from '../../../runtime/uvm/utility-vm.ts';

interface Context {
  data: string;
  store: TemplateStore;
}

const test = suite<Context>('template store');

test.before.each((context) => {
  context.data = mkdtempSync(join(tmpdir(), 'lcow-test-templates-'));
  context.store = new TemplateStore(context.data);
});

test.after.each(({ data }) => rmSync(data, { recursive: true, force: true }));

const execution: ExecutionProperties = {
  Accelerator: 'tcg',
  Reason: 'as configured',
  VmmName: 'qemu',
  VmmVersion: '7.2.22',
  Platform: 'qemu',
  KernelArguments: [],
};

function identityOf(data: string, memoryMiB: number, kernelText = 'kernel') {
  const kernel = join(data, 'vmlinux');
  const initrd = join(data, 'initrd.img');
  const vmm = join(data, 'qemu');
  writeFileSync(kernel, kernelText);
  for (const path of [initrd, vmm]) writeFileSync(path, '', { flag: 'a' });
  const bootFiles = { kernel, initrd };
  const document = utilityVmDocument({ bootFiles, execution, memoryMiB, processorCount: 1 });
  return templateIdentity({ document, bootFiles, execution, vmm });
}

/** Its folder as the compute service leaves it. */
function saved({ data, store }: Context, memoryMiB = 256): TemplateRecord {
  const identity = identityOf(data, memoryMiB);
  const systemId = templateId(identity);
  mkdirSync(join(store.directory, systemId), { recursive: true });
  writeFileSync(join(store.directory, systemId, 'memory'), Buffer.alloc(8192, 1));
  return {
    ...{ systemId, identity, secret: Buffer.alloc(32, 7), guestNowNs: 5e9, tookMs: 1000 },
    createdAt: new Date(memoryMiB).toISOString(),
    guest: {
      ...{ agentVersion: '1', kernelRelease: '6.1', platform: 'qemu', runtime: 'r', bootId: '' },
      ...{ cpus: 1, memoryBytes: 1 },
    },
  };
}

test('a template is found once its record is written, and is what was kept', async (context) => {
  const { store } = context;
  const record = saved(context);
  assert.is(store.find(record.systemId), undefined);
  await store.keep(record);
  assert.equal(store.find(record.systemId), record);
  const path = join(store.directory, record.systemId, 'template.json');
  assert.is(statSync(path).mode & 0o077, 0, 'it holds a secret');
  assert.equal(
    (await store.list()).map(({ record: { systemId }, sizeBytes }) => [systemId, sizeBytes > 8000]),
    [[record.systemId, true]],
  );
});

test('a record that is cut, of another version or wrong in a field counts as absent', async (context) => {
  const { store } = context;
  const record = saved(context);
  await store.keep(record);
  const path = join(store.directory, record.systemId, 'template.json');
  const text = readFileSync(path, 'utf8');
  for (const broken of [
    text.slice(0, -20),
    text.replace('"version":1', '"version":2'),
    text.replace(/"secret":"07/, '"secret":"'),
    text.replace('"guestNowNs":5000000000', '"guestNowNs":"now"'),
    '[]',
  ]) {
    assert.is.not(broken, text);
    writeFileSync(path, broken);
    assert.is(store.find(record.systemId), undefined, broken);
    assert.equal(await store.list(), []);
  }
});

test('removing takes all of it, and no more than a template', async (context) => {
  const { store, data } = context;
  const record = saved(context);
  await store.keep(record);
  assert.is(await store.remove('..'), false);
  assert.is(await store.remove(record.systemId), true);
  assert.is(await store.remove(record.systemId), false);
  assert.ok(statSync(data).isDirectory());
});

test('prune takes what was not finished and what is of no use', async (context) => {
  const { store } = context;
  const [old, unfinished, kept] = [256, 258, 260].map((memoryMiB) => saved(context, memoryMiB));
  for (const record of [old, kept]) await store.keep(record as TemplateRecord);
  const removed = await store.prune(({ record }) => record.systemId === kept?.systemId);
  const gone = [old, unfinished].map((record) => record?.systemId ?? '');
  assert.equal(new Set(removed), new Set(gone));
  assert.equal(
    (await store.list()).map(({ record }) => record),
    [kept],
  );
});

test('one that is set aside is found no more, shown with why, and pruned', async (context) => {
  const { store } = context;
  const record = saved(context);
  const { systemId } = record;
  await store.keep(record);
  assert.ok(await store.setAside(record, 'cut short'));
  assert.is(store.find(systemId), undefined);
  assert.equal(
    (await store.list()).map((template) => [template.record.systemId, template.setAside?.why]),
    [[systemId, 'cut short']],
  );
  const files = readdirSync(join(store.directory, systemId));
  assert.equal(
    files.sort(),
    ['memory', 'set-aside.json', 'template.json'],
    'who clones it may go on',
  );
  assert.equal(await store.prune(() => true), [systemId]);
  assert.equal(await store.list(), []);
});

test('one that was made again meanwhile, or is gone, is not set aside', async (context) => {
  const { store } = context;
  const before = saved(context);
  const { systemId } = before;
  await store.keep(before);
  await store.setAside(before, 'cut short');
  const again = { ...before, createdAt: new Date().toISOString() };
  await store.keep(again);
  assert.equal(store.find(systemId), again, 'the note is of the one before');
  assert.is(await store.setAside(before, 'cut short'), false);
  assert.equal(store.find(systemId), again);
  await store.remove(systemId);
  assert.is(await store.setAside(again, 'cut short'), false);
  assert.not(existsSync(join(store.directory, systemId)));
});

test('another is made unasked only in place of one that had served for a while', async (context) => {
  const { store } = context;
  const record = saved(context);
  const { systemId } = record;
  assert.ok(store.isWorthMaking(systemId));
  for (const [ageMs, isWorth] of [
    [60_000, false],
    [2 * 3600_000, true],
  ] as const) {
    const made = { ...record, createdAt: new Date(Date.now() - ageMs).toISOString() };
    await store.keep(made);
    await store.setAside(made, 'cut short');
    assert.is(store.isWorthMaking(systemId), isWorth, String(ageMs));
  }
});

test('a failed clone tells against its template only where the boot was in time', async (context) => {
  const { store } = context;
  const record = saved(context);
  await store.keep(record);
  assert.is(await new FailedTemplate(record, 'late', 0).booted(store), undefined);
  assert.equal(store.find(record.systemId), record);
  const done = await new FailedTemplate(record, 'cut short', 60_000).booted(store);
  assert.match(String(done), new RegExp(`^${record.systemId} is set aside`));
  assert.is(store.find(record.systemId), undefined);
  assert.is(
    await new FailedTemplate({ ...record, createdAt: '' }, 'x', 60_000).booted(store),
    undefined,
  );
});

test('any change of what is booted is another template, and none is the same', ({ data }) => {
  const first = templateId(identityOf(data, 256));
  assert.match(first, /^template-[0-9a-f]{24}$/);
  assert.is(templateId(identityOf(data, 258)) === first, false, 'memory');
  assert.is(templateId(identityOf(data, 256, 'another kernel')) === first, false, 'kernel');
  const identity = identityOf(data, 256);
  assert.is(templateId({ ...identity, vmm: '8.0' }) === templateId(identity), false, 'QEMU');
  assert.is(templateId({ ...identity, processor: 'x' }) === templateId(identity), false, 'CPU');
  assert.is(templateId(structuredClone(identity)), templateId(identity));
});

test.run();
