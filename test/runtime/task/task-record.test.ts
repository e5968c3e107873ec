/** Task records and vm.json on disk: whole or absent, for their owner only, and never a reason to fail. */
import { appendFile, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HUB_URI } from '../../../runtime/task/process-io.ts';
import { type TaskRecord, TaskRecordFolder } from '../../../runtime/task/task-record.ts';
import { readVmRecord, VmRecordFile } from '../../../runtime/task/vm-record.ts';

const process = { terminal: false, stdin: '', stdout: HUB_URI, stderr: '', pid: 0, started: false };
const record = (id: string): TaskRecord => ({
  ...{ version: 1, id, bundle: '/b', rootfs: [], phase: 'created', init: { ...process } },
  ...{ execs: { x: { ...process, process: 'e30=' } }, eventsAfter: 3, oomKills: 0 },
  resources: { disks: [], shares: [] },
});

test('many saves at once leave the newest; a removed one stays removed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lcow-records-'));
  const records = new TaskRecordFolder(folder);
  const one = record('one');
  const saves: Promise<void>[] = [];
  for (let pid = 1; pid <= 50; pid += 1) {
    one.init.pid = pid;
    saves.push(records.save(one));
  }
  await Promise.all(saves);
  assert.equal(await records.load(() => {}), [one]);
  assert.is((await stat(join(folder, 'one.json'))).mode & 0o777, 0o600);
  void records.save(one);
  void records.save(one);
  await records.remove('one');
  assert.equal(await readdir(folder), []);
  await rm(folder, { recursive: true });
});

test('torn and garbage records count as absent, each with a line in the log', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lcow-records-'));
  const records = new TaskRecordFolder(folder);
  const text = `${JSON.stringify(record('torn'))}\n`;
  const bad: Record<string, string> = {
    'torn.json': text.slice(0, text.length / 2),
    'empty.json': '',
    'other.json': JSON.stringify(record('another')),
    'old.json': JSON.stringify({ ...record('old'), version: 0 }),
    'shape.json': JSON.stringify({ ...record('shape'), execs: [] }),
    'exit.json': JSON.stringify({ ...record('exit'), init: { ...process, exit: { code: 'x' } } }),
  };
  for (const [name, content] of Object.entries(bad)) {
    await writeFile(join(folder, name), name === 'torn.json' ? content : `${content}\n`);
  }
  await records.save(record('good'));
  const lines: string[] = [];
  const loaded = await records.load((line) => lines.push(line));
  assert.equal(
    loaded.map(({ id }) => id),
    ['good'],
  );
  assert.is(lines.length, Object.keys(bad).length);
  await rm(folder, { recursive: true });
});

test('a save that was torn leaves the one before it; a file does not grow for ever', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lcow-records-'));
  const records = new TaskRecordFolder(folder);
  const one = record('one');
  const path = join(folder, 'one.json');
  for (let pid = 1; pid <= 4000; pid += 1) {
    one.init.pid = pid;
    await records.save(one);
  }
  const { size } = await stat(path);
  assert.ok(size <= 1 << 20, `${size} bytes`);
  await appendFile(path, JSON.stringify({ ...one, phase: 'creating' }).slice(0, 50));
  assert.equal(await new TaskRecordFolder(folder).load(() => {}), [one]);
  await records.remove('one');
  assert.equal(await readdir(folder), []);
  await rm(folder, { recursive: true });
});

test('vm.json holds the secret for its owner, and garbage is none', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lcow-vm-'));
  const path = join(folder, 'vm.json');
  const secret = Buffer.alloc(32, 7);
  const file = new VmRecordFile(path, {
    ...{ id: 'v', secret, startedAtMs: 5, sockets: 'vm-1', document: {} },
  });
  await Promise.all([file.save(), file.save(), file.save()]);
  assert.is((await stat(path)).mode & 0o777, 0o600);
  const lines: string[] = [];
  const read = readVmRecord(path, (line) => lines.push(line));
  assert.equal(read?.secret, secret);
  assert.equal(read?.devices, { disks: [], shares: [], nextShare: 0 });
  for (const content of ['', '{', '{"version":1}', JSON.stringify({ ...read, secret: 'ab' })]) {
    await writeFile(path, content);
    assert.is(
      readVmRecord(path, (line) => lines.push(line)),
      undefined,
    );
  }
  assert.is(lines.length, 4);
  await rm(folder, { recursive: true });
});

test.run();
