import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { JsonLog } from '../../../runtime/supervisor/json-log.ts';
import { type ReadLogOptions, readLog } from '../../../runtime/supervisor/log-reader.ts';
import { readLogRange } from '../../../runtime/supervisor/log-reader-range.ts';
import type { OutputStream } from '../../../runtime/task/process-io.ts';
import { skip } from '../../harness/skip.ts';

const folder = mkdtempSync(join(tmpdir(), 'lcow-json-log-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;
const fresh = (): string => join(folder, `${(count += 1)}.log`);

/** Bytes that are text mostly, with characters of every length, newlines, and what is no UTF-8. */
const bytesOf = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
      fc.constant(Buffer.from('\n')),
      fc.constant(Buffer.from('Zähler: 12 € 🙂\n')),
    ),
    { maxLength: 12 },
  )
  .map((parts) => Buffer.concat(parts));

async function contents(path: string, options: ReadLogOptions = {}) {
  const parts: Record<OutputStream, Buffer[]> = { stdout: [], stderr: [] };
  for await (const { stream, bytes } of readLog(path, options)) parts[stream].push(bytes);
  return { stdout: Buffer.concat(parts.stdout), stderr: Buffer.concat(parts.stderr) };
}

function same(actual: Buffer, expected: Buffer): void {
  assert.equal(actual.toString('hex'), expected.toString('hex'));
}

test('any bytes, cut anywhere, come back exactly, and reopening knows where each stream was', async () => {
  const piece = fc.record({
    stream: fc.constantFrom<OutputStream>('stdout', 'stderr'),
    bytes: bytesOf,
    reopen: fc.boolean(),
    torn: fc.string({ maxLength: 20 }).map((text) => text.replaceAll('\n', '')),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 15 }), async (pieces) => {
      const path = fresh();
      let log = await JsonLog.open(path);
      const all = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
      for (const { stream, bytes, reopen, torn } of pieces) {
        await log.append(stream, bytes, all[stream].length);
        all[stream] = Buffer.concat([all[stream], bytes]);
        if (!reopen) continue;
        // As a supervisor's death leaves it: a line that was half written.
        await log.close();
        appendFileSync(path, `{"log":"${torn}`);
        log = await JsonLog.open(path, { adopted: true });
        assert.equal(log.at, { stdout: all.stdout.length, stderr: all.stderr.length });
        assert.equal(log.base, { stdout: 0, stderr: 0 });
      }
      await log.close();
      const read = await contents(path);
      same(read.stdout, all.stdout);
      same(read.stderr, all.stderr);
    }),
    { numRuns: 150 },
  );
});

test('a stretch between any two offsets comes back exactly', async () => {
  const path = fresh();
  const log = await JsonLog.open(path, { maxBytes: 2000, maxFiles: 100 });
  let all = Buffer.alloc(0);
  for (let index = 0; index < 120; index += 1) {
    const bytes = Buffer.from(
      `line ${index} ä€🙂 ${'x'.repeat(index % 50)}${index % 3 ? '\n' : ''}`,
    );
    await log.append('stdout', bytes, all.length);
    if (index % 10 === 0) await log.append('stderr', Buffer.from('e'), index / 10);
    all = Buffer.concat([all, bytes]);
  }
  await log.close();
  assert.ok(readdirSync(folder).filter((name) => name.startsWith(`${count}.log.`)).length > 3);
  await fc.assert(
    fc.asyncProperty(fc.nat(all.length), fc.nat(all.length), async (one, other) => {
      const [from, to] = [Math.min(one, other), Math.max(one, other)];
      const parts: Buffer[] = [];
      let next = from;
      const range = readLogRange(path, { stdout: from, stderr: 0 }, { stdout: to, stderr: 0 });
      for await (const { stream, bytes, offset } of range) {
        assert.is(stream, 'stdout');
        assert.is(offset, next);
        next += bytes.length;
        parts.push(bytes);
      }
      same(Buffer.concat(parts), all.subarray(from, to));
    }),
    { numRuns: 100 },
  );
});

test("a log is private, in docker's words, and its offsets go on over runs", async () => {
  const path = fresh();
  const first = await JsonLog.open(path);
  await first.append('stdout', Buffer.from('one\ntwo'), 0);
  await first.append('stderr', Buffer.from('bad\n'), 0);
  await first.close();
  assert.is(statSync(path).mode & 0o777, 0o600);
  const second = await JsonLog.open(path);
  assert.equal(second.base, { stdout: 7, stderr: 4 });
  await second.append('stdout', Buffer.from('three\n'), 7);
  await second.close();
  const records = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(
    records.map(({ log, stream, offset }) => [log, stream, offset]),
    [
      ['one\n', 'stdout', 4],
      ['two', 'stdout', 7],
      ['bad\n', 'stderr', 4],
      ['', 'stdout', 7],
      ['three\n', 'stdout', 13],
    ],
  );
  assert.ok(records.every(({ time }) => /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(time)));
  const adopted = await JsonLog.open(path, { adopted: true });
  assert.equal(
    [adopted.base, adopted.at],
    [
      { stdout: 7, stderr: 4 },
      { stdout: 13, stderr: 4 },
    ],
  );
  await adopted.close();
});

test('a stream that was silent for long is found at once: a mark stands near the end', async () => {
  const path = fresh();
  const log = await JsonLog.open(path);
  await log.append('stderr', Buffer.from('once\n'), 0);
  const chunk = Buffer.from(`${'y'.repeat(99)}\n`.repeat(600));
  for (let at = 0; at < 6_000_000; at += chunk.length) await log.append('stdout', chunk, at);
  const { at } = log;
  await log.close();
  const again = await JsonLog.open(path, { adopted: true });
  assert.equal(again.at, at);
  assert.is(again.at.stderr, 5);
  await again.close();
});

test('tail gives the last lines, over files that were put aside too, without reading the rest', async () => {
  const path = fresh();
  const log = await JsonLog.open(path, { maxBytes: 2000, maxFiles: 5 });
  let offset = 0;
  for (let index = 0; index < 100; index += 1) {
    const bytes = Buffer.from(`line ${index}\n`);
    await log.append('stdout', bytes, offset);
    offset += bytes.length;
  }
  await log.append('stdout', Buffer.from('no newline'), offset);
  await log.close();
  const tail = async (lines: number) => (await contents(path, { tail: lines })).stdout.toString();
  assert.is(await tail(0), '');
  assert.is(await tail(1), 'no newline');
  assert.is(await tail(3), 'line 98\nline 99\nno newline');
  const forty = Array.from({ length: 39 }, (_, index) => `line ${61 + index}\n`).join('');
  assert.is(await tail(40), `${forty}no newline`);

  const large = fresh();
  const line = `{"log":"${'z'.repeat(100)}\\n","stream":"stdout","time":"2026-01-01T00:00:00Z"}\n`;
  writeFileSync(large, line.repeat(100));
  truncateSync(large, 1 << 30);
  appendFileSync(large, `\n${line.repeat(20)}`);
  const started = performance.now();
  assert.is((await contents(large, { tail: 10 })).stdout.length, 1010);
  assert.ok(performance.now() - started < 500, `${performance.now() - started} ms`);
});

test('since and until cut by time', async () => {
  const path = fresh();
  const line = (second: number) =>
    `{"log":"${second}\\n","stream":"stdout","time":"2026-01-01T00:00:0${second}.5Z"}\n`;
  writeFileSync(path, [1, 2, 3, 4].map(line).join(''));
  const since = Date.parse('2026-01-01T00:00:02.5Z');
  const until = Date.parse('2026-01-01T00:00:04Z');
  assert.is((await contents(path, { since, until })).stdout.toString(), '2\n3\n');
});

test('following sees what is written, through rotation and torn writes, and ends with the container', async () => {
  const path = fresh();
  let end!: () => void;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const read = contents(path, { follow: true, ended });
  let log = await JsonLog.open(path, { maxBytes: 3000, maxFiles: 50 });
  let all = Buffer.alloc(0);
  for (let index = 0; index < 200; index += 1) {
    const bytes = Buffer.from(`line ${index} ${'ä'.repeat(index % 7)}\n`);
    await log.append('stdout', bytes, all.length);
    all = Buffer.concat([all, bytes]);
    if (index % 50 !== 0) continue;
    await log.close();
    appendFileSync(path, '{"log":"half');
    await new Promise((resolve) => setImmediate(resolve));
    log = await JsonLog.open(path, { adopted: true, maxBytes: 3000, maxFiles: 50 });
  }
  await log.close();
  end();
  same((await read).stdout, all);
});

test('a reader that follows ends when it is told to', async () => {
  const path = fresh();
  const log = await JsonLog.open(path);
  await log.append('stdout', Buffer.from('a\n'), 0);
  const abort = new AbortController();
  const got: string[] = [];
  for await (const { bytes } of readLog(path, { follow: true, signal: abort.signal })) {
    got.push(bytes.toString());
    abort.abort();
  }
  assert.equal(got, ['a\n']);
  await log.close();
});

test('a log that is not there is named', async () => {
  try {
    await contents(join(folder, 'none.log'));
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, /cannot read the log .*none\.log: there is none/);
  }
});

test('a full disk stops the log, not the container; the gap is told where it is', async () => {
  const mount = join(folder, 'small');
  mkdirSync(mount);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', mount], { stdio: 'pipe' });
  } catch (error) {
    skip(`a small tmpfs cannot be mounted: ${(error as Error).message}`);
    return;
  }
  try {
    const path = join(mount, 'json.log');
    const told: string[] = [];
    const log = await JsonLog.open(path, {
      onTrouble: (error) =>
        told.push((error as NodeJS.ErrnoException | undefined)?.code ?? 'works'),
    });
    const filler = join(mount, 'filler');
    writeFileSync(filler, Buffer.alloc(64 * 1024));
    const chunk = Buffer.from(`${'f'.repeat(63)}\n`.repeat(64));
    let written = 0;
    for (; written < 40 * chunk.length; written += chunk.length) {
      await log.append('stdout', chunk, written);
    }
    assert.equal(told, ['ENOSPC']);
    rmSync(filler);
    await new Promise((resolve) => setTimeout(resolve, 1050));
    await log.append('stdout', Buffer.from('after\n'), written);
    assert.equal(told, ['ENOSPC', 'works']);
    const { at } = log;
    await log.close();
    const { stdout, stderr } = await contents(path);
    const lost = /^\[lcow: (\d+) bytes of output were lost: ENOSPC\]\n$/.exec(stderr.toString());
    assert.ok(lost, stderr.toString());
    assert.is(stdout.length + Number(lost[1]), written + 6);
    assert.ok(stdout.toString().endsWith('f\nafter\n'));
    const again = await JsonLog.open(path, { adopted: true });
    assert.equal(again.at, at);
    await again.close();
  } finally {
    execFileSync('umount', [mount]);
  }
});

test.run();
