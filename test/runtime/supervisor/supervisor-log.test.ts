/** What a supervisor says: the file and its bounds, and the host's own log. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openHostLog } from '../../../runtime/host-log.ts';
import { supervisorLogger } from '../../../runtime/supervisor/supervisor-log.ts';

function inFolder(body: (path: string, folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'lcow-supervisor-log-'));
  try {
    body(join(folder, 'supervisor.log'), folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('a line has its time and, where something is wrong, its level; more lines are set in', () => {
  inFolder((path) => {
    const log = supervisorLogger(path);
    assert.is(existsSync(path), false, 'nothing was said');
    log('boots');
    log('the VM is not up', 'error');
    log('two\nlines', 'warning');
    const lines = readFileSync(path, 'utf8').split('\n');
    const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /;
    assert.ok(lines.slice(0, 3).every((line) => time.test(line)));
    const said = lines.map((line) => line.replace(time, ''));
    assert.equal(said, ['boots', 'error: the VM is not up', 'warning: two', '  lines', '']);
    if (process.platform !== 'win32') assert.is(statSync(path).mode & 0o777, 0o600);
  });
});

test('however much is said, two files hold it, each no longer than the limit and a line', () => {
  inFolder((path, folder) => {
    const log = supervisorLogger(path, { rotateBytes: 4096 });
    for (let n = 0; n < 2000; n += 1) log(`${n} ${'\u00fc'.repeat(n % 50)}`);
    assert.equal(readdirSync(folder).sort(), ['supervisor.log', 'supervisor.log.1']);
    for (const file of [path, `${path}.1`]) assert.ok(statSync(file).size <= 4096, file);
    assert.match(readFileSync(path, 'utf8').trimEnd().split('\n').at(-1) ?? '', / 1999 /);
  });
});

test('a log that was there already is counted in', () => {
  inFolder((path) => {
    supervisorLogger(path, { rotateBytes: 1000 })('x'.repeat(800));
    supervisorLogger(path, { rotateBytes: 1000 })('y'.repeat(800));
    assert.match(readFileSync(`${path}.1`, 'utf8'), /x{800}\n$/);
    assert.match(readFileSync(path, 'utf8'), /y{800}\n$/);
  });
});

test('where the file before cannot be replaced, what there is goes and the bound holds', () => {
  inFolder((path) => {
    // What a file that somebody has open is on Windows.
    mkdirSync(join(`${path}.1`, 'in the way'), { recursive: true });
    const log = supervisorLogger(path, { rotateBytes: 4096 });
    for (let n = 0; n < 500; n += 1) log(`line ${n} ${'x'.repeat(40)}`);
    assert.ok(statSync(path).size <= 4096);
    assert.match(readFileSync(path, 'utf8'), /line 499 /);
  });
});

test('a line is cut at 8192 characters, and what cannot be written costs the line alone', () => {
  inFolder((path, folder) => {
    supervisorLogger(path)('x'.repeat(100_000));
    assert.is(readFileSync(path, 'utf8').split(' ')[1]?.trimEnd().length, 8192);
    supervisorLogger(join(folder, 'missing', 'supervisor.log'))('nobody hears this');
  });
});

test('what is said goes to the other log too, whole and with its level', () => {
  inFolder((path, folder) => {
    const heard: string[] = [];
    const also = (level: string, text: string): void => void heard.push(`${level} ${text}`);
    supervisorLogger(path, { also })('boots');
    supervisorLogger(join(folder, 'missing', 'log'), { also })('disk is full', 'error');
    assert.equal(heard, ['information boots', 'error disk is full']);
  });
});

test("the host's own log: Windows' Event Log where it is wanted, none elsewhere", async () => {
  const trouble: string[] = [];
  const onTrouble = (text: string): void => void trouble.push(text);
  const off = await openHostLog({ onTrouble, env: { LCOW_EVENT_LOG: 'off' } });
  assert.is(off, undefined);
  const log = await openHostLog({ onTrouble, env: {} });
  if (process.platform === 'win32') {
    log?.('error', "lcow's test");
    log?.('information', 'below the default');
  }
  assert.is(log === undefined, process.platform !== 'win32');
  assert.equal(trouble, []);
});

test.run();
