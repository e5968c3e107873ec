/** Folders and records: made whole or not at all, kept while anything lives, swept when nothing does. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptyDeviceState } from '../../../hcs/qemu/device-state.ts';
import {
  identify,
  isAlive,
  readRecord,
  writeRecordIn,
  type SystemRecord,
} from '../../../hcs/qemu/record.ts';
import { checkSystemId } from '../../../hcs/document/system-id.ts';
import { listIds, makeFolder, sweepDead } from '../../../hcs/qemu/run-folder.ts';
import { hcsRejection, hcsThrow } from '../../harness/rejection.ts';

let root = '';
test.before.each(async () => {
  root = join(await mkdtemp(join(tmpdir(), 'lcow-run-')), 'run');
});
test.after.each(() => rm(join(root, '..'), { recursive: true, force: true }));

function record(id: string, changes: Partial<SystemRecord> = {}): SystemRecord {
  return {
    version: 1,
    id,
    runtimeId: 'aaaaaaaa-0000-4000-8000-000000000000',
    creator: identify(process.pid) ?? { pid: process.pid },
    document: { SchemaVersion: { Major: 2, Minor: 1 }, VirtualMachine: {} },
    devices: emptyDeviceState(),
    ...changes,
  };
}

/** A process that has ended. */
async function deadProcess(): Promise<{ pid: number; startTime: string }> {
  const child = spawn('/bin/true');
  await once(child, 'exit');
  return { pid: child.pid ?? 0, startTime: 'before' };
}

test('a folder is 0700 whatever the umask, and has its record', async () => {
  const before = process.umask(0o777);
  try {
    await makeFolder(root, record('a')).catch(() => undefined);
  } finally {
    process.umask(before);
  }
  const folder = await makeFolder(root, record('b'));
  assert.is((await stat(folder)).mode & 0o777, 0o700);
  assert.equal(readRecord(folder), record('b'));
});

test('an id that lives cannot be made again, and the attempt leaves nothing', async () => {
  await makeFolder(root, record('a'));
  await hcsRejection(makeFolder(root, record('a')), 'HCS_E_SYSTEM_ALREADY_EXISTS');
  assert.equal(await readdir(root), ['a']);
});

test('an id whose process is dead can be made again', async () => {
  await makeFolder(root, record('a', { creator: await deadProcess() }));
  const folder = await makeFolder(root, record('a', { runtimeId: 'new' }));
  assert.is(readRecord(folder)?.runtimeId, 'new');
});

test('a sweep takes the dead, and their half-made folders, and leaves the living', async () => {
  const dead = await deadProcess();
  const alive = identify(process.pid) ?? { pid: process.pid };
  await makeFolder(root, record('alive'));
  await makeFolder(root, record('creator-dead', { creator: dead }));
  await makeFolder(root, record('vmm-dead', { vmm: dead }));
  await makeFolder(root, record('vmm-alive', { creator: dead, vmm: alive }));
  await mkdir(join(root, `.new-${dead.pid}-abc`));
  await mkdir(join(root, `.dead-${dead.pid}-abc`));
  await mkdir(join(root, 'not-ours'));
  await writeFile(join(root, '.execution.json'), '{}');
  assert.equal((await sweepDead(root)).sort(), ['creator-dead', 'vmm-dead']);
  assert.equal((await readdir(root)).sort(), ['.execution.json', 'alive', 'not-ours', 'vmm-alive']);
});

test('a run directory that is not there has nothing', async () => {
  assert.equal(await listIds(root), []);
  assert.equal(await sweepDead(root), []);
});

test('a process is known by its start as well as its number', () => {
  const self = identify(process.pid);
  assert.ok(self !== undefined && isAlive(self));
  assert.not.ok(isAlive({ pid: process.pid, startTime: 'another' }));
  assert.not.ok(isAlive({ pid: 0x7fffffff }));
});

test('a record is replaced whole, and what is no record is none', async () => {
  const folder = await makeFolder(root, record('a'));
  writeRecordIn(folder, record('a', { accelerator: 'tcg' }));
  assert.is(readRecord(folder)?.accelerator, 'tcg');
  assert.equal(await readdir(folder), ['record.json']);
  for (const text of [
    '',
    'null',
    '{"version":1}',
    '{"version":2,"creator":{"pid":1},"document":{}}',
  ]) {
    await writeFile(join(folder, 'record.json'), text);
    assert.is(readRecord(folder), undefined, text);
  }
  assert.is(readRecord(join(root, 'no-such')), undefined);
});

test('ids cannot leave the run directory', () => {
  for (const id of ['', '.', '..', '.hidden', 'a/b', '-a', 'x'.repeat(129), 'a\n']) {
    hcsThrow(() => checkSystemId(id, 'create'), 'E_INVALIDARG');
  }
  for (const id of ['a', 'A.b_c@d-e', 'x'.repeat(128)]) checkSystemId(id, 'create');
});

test.run();
