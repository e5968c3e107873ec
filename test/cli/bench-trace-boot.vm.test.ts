/** `lcow bench trace-boot`: what a guest's kernel did, drawn. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { faults } from '../bench/report/drawn.ts';
import { LcowHost } from '../harness/lcow-host.ts';

const test = suite<{ host: LcowHost }>('lcow bench trace-boot', { host: new LcowHost() });

test.after(async ({ host }) => {
  const left = await host.settledLeftovers();
  await host[Symbol.asyncDispose]();
  assert.equal(left, []);
});

test('the initcalls of a real boot are drawn and told, the longest first', async ({ host }) => {
  const chart = join(host.folder, 'boot.svg');
  const { code, stdout, stderr } = await host.lcow(
    ...['bench', 'trace-boot', '-o', chart, '--top', '5'],
  );
  assert.is(code, 0, stderr);
  assert.not.match(stderr, /the log's beginning is lost/);
  const count = Number(/^(\d+) initcalls, [\d.]+ ms in all$/m.exec(stderr)?.[1]);
  assert.ok(count > 100, stderr);
  const [header, ...rows] = stdout.trim().split('\n');
  assert.match(header ?? '', /^INITCALL +MS +AT MS +RETURNED$/);
  assert.is(rows.pop(), chart);
  const times = rows.map((row) => Number(row.split(/\s+/)[1]));
  assert.is(times.length, 5);
  assert.equal(
    times,
    [...times].sort((a, b) => b - a),
  );
  const svg = readFileSync(chart, 'utf8');
  assert.equal(faults(svg), []);
  assert.ok((svg.match(/<rect class="span"/g) ?? []).length > count, 'with the agent’s phases');
  assert.match(svg, />kernel, until init</);
});

test('a count that is out of range is refused by name, and nothing is left', async ({ host }) => {
  const chart = join(host.folder, 'none.svg');
  const { code, stderr } = await host.lcow(
    ...['bench', 'trace-boot', '-o', chart, '--top', '1001'],
  );
  assert.is(code, 125);
  assert.match(stderr, /--top.*1001/);
  assert.not.ok(existsSync(chart));
});

test.run();
