/**
 * hcs/windows/event-log.ts: on Linux over a stand-in that keeps the last event, on Windows (and Wine) over advapi32.dll
 * itself, where only that the calls succeed can be seen from here.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import koffi from 'koffi';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HcsError } from '../../../hcs/hcs-error.ts';
import { EVENT_TEXT_MAX, EventLog, eventText } from '../../../hcs/windows/event-log.ts';
import { repositoryRoot } from '../../harness/repository-root.ts';
import { skip } from '../../harness/skip.ts';

test('a text has no NUL, no place to fill in, and no more characters than an event may have', () => {
  assert.is(eventText('100 % of it, 50%'), '100 % of it, 50%');
  assert.is(eventText('%1 and %%20 and a\0b'), '% 1 and %% 20 and a\u2400b');
  const longest = 'x'.repeat(EVENT_TEXT_MAX);
  assert.is(eventText(longest), longest);
  for (const text of [`${longest}x`, '%1'.repeat(20_000), `${'\u{1f600}'.repeat(20_000)}`]) {
    const cut = eventText(text);
    assert.ok(cut.length <= EVENT_TEXT_MAX && cut.length > EVENT_TEXT_MAX - 4, `${cut.length}`);
    assert.ok(cut.endsWith(` [cut; ${text.length} characters]`), cut.slice(-40));
    assert.not.match(cut, /%\d/);
    assert.not.match(cut, /[\ud800-\udbff](?![\udc00-\udfff])/);
  }
});

test('a library that is not there is an HcsError that names it', () => {
  const open = (): EventLog => new EventLog('lcow', '/no/such/advapi32.dll');
  assert.throws(
    open,
    (error: unknown) => error instanceof HcsError && /advapi32\.dll/.test(error.message),
  );
});

if (process.platform === 'win32') {
  test('advapi32.dll takes an event of each level, and the longest that there may be', () => {
    using log = new EventLog();
    for (const level of ['information', 'warning', 'error'] as const) {
      assert.is(log.report(level, `lcow's test of ${level}`), true);
    }
    assert.is(log.report('warning', 'x'.repeat(50_000)), true);
  });
} else {
  try {
    register(standIn());
  } catch (error) {
    skip(`the Event Log: its stand-in cannot be built: ${(error as Error).message}`);
  }
}

test.run();

function standIn(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lcow-event-log-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const library = join(folder, 'advapi32.so');
  const source = join(repositoryRoot(), 'test/hcs/windows/event-log-stand-in.c');
  const flags = ['-std=gnu11', '-O1', '-Wall', '-Wextra', '-Werror', '-fPIC', '-shared'];
  execFileSync('gcc', [...flags, '-o', library, source], { stdio: 'pipe' });
  return library;
}

function register(path: string): void {
  const library = koffi.load(path);
  const get = (name: string, type: string): (() => unknown) =>
    library.func(name, type, []) as () => unknown;
  const events = get('StandInEvents', 'uint32_t');
  const type = get('StandInType', 'uint32_t');
  const id = get('StandInId', 'uint32_t');
  const text = get('StandInText', 'str16');
  const source = get('StandInSource', 'str');
  const sources = get('StandInSources', 'int');
  const refuse = library.func('StandInRefuse', 'void', ['int']) as (what: number) => void;

  test("levels are Windows' types, with an event's number each, and the text arrives as it is", () => {
    using log = new EventLog('lcow', path);
    assert.is(source(), 'lcow');
    const levels = [
      ['error', 1, 3],
      ['warning', 2, 2],
      ['information', 4, 1],
    ] as const;
    for (const [level, itsType, itsId] of levels) {
      const said = `cannot start \u201ca\u201d: \u{1f40b} ${level}\nsecond line`;
      assert.is(log.report(level, said), true);
      assert.equal([type(), id(), text()], [itsType, itsId, said]);
    }
  });

  test('a text of any length is taken', () => {
    using log = new EventLog('lcow', path);
    const before = Number(events());
    for (const length of [0, 1, EVENT_TEXT_MAX, EVENT_TEXT_MAX + 1, 10 * EVENT_TEXT_MAX]) {
      assert.is(log.report('warning', 'x'.repeat(length)), true, `${length}`);
    }
    assert.is(events(), before + 5);
    assert.is((text() as string).length, EVENT_TEXT_MAX);
  });

  test('the source is given back once, and nothing is written after that', () => {
    const log = new EventLog('lcow', path);
    assert.is(sources(), 1);
    log[Symbol.dispose]();
    log[Symbol.dispose]();
    assert.is(sources(), 0);
    const before = events();
    assert.is(log.report('error', 'late'), false);
    assert.is(events(), before);
  });

  test('what Windows refuses is told: an event by false, the log by an error', () => {
    using log = new EventLog('lcow', path);
    refuse(1);
    assert.is(log.report('error', 'unheard'), false);
    refuse(2);
    assert.throws(() => new EventLog('lcow', path), /RegisterEventSourceW gave no handle/);
    refuse(0);
    assert.is(log.report('error', 'heard'), true);
  });
}
