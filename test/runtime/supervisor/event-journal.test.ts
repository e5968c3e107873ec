import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EventJournal } from '../../../runtime/supervisor/event-journal.ts';
import { readEvents } from '../../../runtime/supervisor/event-reader.ts';

const folders: string[] = [];
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'lcow-journal-'));
  folders.push(made);
  return made;
};
test.after(() => {
  for (const each of folders) rmSync(each, { recursive: true, force: true });
});

async function ids(journal: EventJournal, query = {}): Promise<string[]> {
  const found: string[] = [];
  for await (const { actor } of readEvents(journal, query)) found.push(actor.id);
  return found;
}

test('what is appended is read, with docker-like fields', async () => {
  const journal = new EventJournal(folder(), { now: () => 1_700_000_000_123 });
  journal.append('container', 'die', 'abc', { name: 'web', exitCode: '3' });
  for await (const event of readEvents(journal)) {
    assert.equal(event, {
      type: 'container',
      action: 'die',
      actor: { id: 'abc', attributes: { name: 'web', exitCode: '3' } },
      time: 1_700_000_000,
      timeNano: '1700000000123000000',
    });
  }
  assert.is(statSync(journal.path).mode & 0o777, 0o600);
});

test('since, until and a filter select', async () => {
  let now = 1000;
  const journal = new EventJournal(folder(), { now: () => now });
  for (const id of ['a', 'b', 'c', 'd']) {
    journal.append('container', id === 'c' ? 'die' : 'start', id);
    now += 1000;
  }
  assert.equal(await ids(journal, { sinceMs: 2000 }), ['b', 'c', 'd']);
  assert.equal(await ids(journal, { untilMs: 3000 }), ['a', 'b']);
  assert.equal(await ids(journal, { filter: (e: { action: string }) => e.action === 'die' }), [
    'c',
  ]);
});

test('a torn last line loses no other', async () => {
  const journal = new EventJournal(folder());
  journal.append('container', 'start', 'a');
  appendFileSync(journal.path, '{"type":"container","acti');
  assert.equal(await ids(journal), ['a']);
  journal.append('container', 'start', 'b');
  assert.equal(await ids(journal), ['a', 'b']);
});

test('a follower loses nothing over many rotations by several processes', async () => {
  const run = folder();
  const journal = new EventJournal(run);
  const processes = 3;
  const each = 400;
  const module = pathToFileURL(
    join(import.meta.dirname, '../../../runtime/supervisor/event-journal.js'),
  ).href;
  const script = `
    const { EventJournal } = await import(${JSON.stringify(module)});
    const journal = new EventJournal(${JSON.stringify(run)}, { rotateBytes: 160 * 1024 });
    for (let i = 0; i < ${each}; i += 1) {
      journal.append('container', 'start', process.argv[1] + '-' + i, { pad: 'x'.repeat(200) });
      if (i % 8 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }`;
  const abort = new AbortController();
  const seen: string[] = [];
  const reading = (async () => {
    for await (const { actor } of readEvents(journal, { follow: true, signal: abort.signal })) {
      seen.push(actor.id);
      if (seen.length === processes * each) return;
    }
  })();
  const children = Array.from({ length: processes }, (_, n) =>
    spawn(process.execPath, ['--input-type=module', '-e', script, `p${n}`], { stdio: 'inherit' }),
  );
  const timer = setTimeout(() => abort.abort(), 30_000);
  await Promise.all(children.map((child) => new Promise((resolve) => child.once('exit', resolve))));
  await reading;
  clearTimeout(timer);
  assert.is(seen.length, processes * each);
  assert.is(new Set(seen).size, processes * each);
  for (let n = 0; n < processes; n += 1) {
    const own = seen.filter((id) => id.startsWith(`p${n}-`)).map((id) => Number(id.split('-')[1]));
    assert.is(own.length, each);
  }
  assert.ok(statSync(`${journal.path}.1`).size > 0);
  assert.ok(statSync(journal.path).size <= 161 * 1024);
});

test('a follower without since begins with what comes', async () => {
  const journal = new EventJournal(folder());
  journal.append('container', 'start', 'before');
  const events = readEvents(journal, { follow: true });
  const next = events.next();
  journal.append('container', 'start', 'after');
  assert.is((await next).value?.actor.id, 'after');
  await events.return(undefined);
});

test('garbage is passed over', async () => {
  const journal = new EventJournal(folder());
  appendFileSync(journal.path, 'null\n{"type":7}\n[]\n\0\0\0\n');
  journal.append('pod', 'destroy', 'p');
  assert.equal(await ids(journal), ['p']);
  assert.ok(readFileSync(journal.path).length > 0);
});

test('an event that is too long is refused', () => {
  const journal = new EventJournal(folder());
  assert.throws(
    () => journal.append('container', 'start', 'a', { x: 'y'.repeat(300_000) }),
    /bytes/,
  );
});

test.run();
