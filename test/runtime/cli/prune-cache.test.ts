/** `lcow prune --cache`: what of the caches goes, what stays because something uses it, and what is asked before. */
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withCacheLease } from '../../../runtime/cli/cache-lease.ts';
import { CommandHost } from './captured-command.ts';
import { makeUp } from './made-up-store.ts';

const HOUR_MS = 3_600_000;

/** A file, or a folder with one in it, that was last used so long ago. */
function put(path: string, ageMs: number, inFolder = false): string {
  mkdirSync(inFolder ? path : join(path, '..'), { recursive: true });
  writeFileSync(inFolder ? join(path, 'initrd.img') : path, Buffer.alloc(8192, 1));
  const then = new Date(Date.now() - ageMs);
  utimesSync(path, then, then);
  return path;
}

const bootFiles = (host: CommandHost, digit: string, ageMs: number): string =>
  put(join(host.data, 'foreign', digit.repeat(16)), ageMs, true);

function layer(host: CommandHost, digit: string, ageMs: number): void {
  const path = join(host.data, 'cache/linuxkit/layers', digit.repeat(64));
  put(`${path}.data`, 9 * HOUR_MS);
  put(`${path}.json`, ageMs);
}

const namesIn = (host: CommandHost, folder: string): string[] =>
  readdirSync(join(host.data, folder)).sort();

test('boot files that a container was made with stay, and those asked for just now; others go', async () => {
  using host = new CommandHost();
  const used = bootFiles(host, 'a', 5 * HOUR_MS);
  await makeUp(host.data, [
    { name: 'web', record: { vm: { network: 'user', ports: [], bootFiles: used } } },
  ]);
  const gone = bootFiles(host, 'b', 5 * HOUR_MS);
  const recent = bootFiles(host, 'c', 1000);
  put(join(host.data, 'foreign', `${'d'.repeat(16)}.0123abcd.partial`), HOUR_MS, true);
  const { code, stdout, stderr } = await host.lcow(['prune', '--cache', '-f']);
  assert.is(code, 0, stderr);
  assert.is(
    stderr,
    `kept ${used}: a container or pod was made with it\n` +
      `kept ${recent}: it was used within the last 60 s\n`,
  );
  assert.match(
    stdout,
    new RegExp(`^Deleted:\n${gone}\n.*\\.partial\n\nTotal reclaimed space: [1-9]`),
  );
  assert.equal(namesIn(host, 'foreign'), ['a'.repeat(16), 'c'.repeat(16)]);
  assert.is((await host.lcow(['ps', '-a', '--format', 'name'])).stdout, 'web\n');
});

test('unpacked layers go whole, unless an image is being built', async () => {
  using host = new CommandHost();
  const cache = join(host.data, 'cache/linuxkit');
  layer(host, '1', 0);
  // Its index was never written.
  put(join(cache, 'layers', `${'2'.repeat(64)}.data`), HOUR_MS);
  put(join(cache, 'docker', `${'3'.repeat(64)}.tar`), HOUR_MS);
  put(join(cache, 'pulled', 'arm64'), HOUR_MS, true);
  const held = await withCacheLease(cache, () => host.lcow(['prune', '--cache', '-f']));
  assert.equal(
    [held.code, held.stdout, held.stderr],
    [0, 'Total reclaimed space: 0B\n', `kept ${cache}: lcow linuxkit build uses it\n`],
  );
  assert.is(namesIn(host, 'cache/linuxkit/layers').length, 3);
  const { code, stdout, stderr } = await host.lcow(['prune', '--cache', '-f']);
  assert.equal([code, stderr], [0, '']);
  assert.is(stdout.split('\n').filter((line) => line.startsWith(cache)).length, 5);
  for (const folder of ['layers', 'docker', 'pulled', 'leases']) {
    assert.equal(namesIn(host, `cache/linuxkit/${folder}`), [], folder);
  }
});

test("sources and objects of the kernel's builds go, unless one builds; kernels stay", async () => {
  using host = new CommandHost();
  const cache = join(host.data, 'cache/kernel-build');
  const source = put(join(cache, `source-${'1'.repeat(16)}`), HOUR_MS, true);
  const objects = put(join(cache, `objects-${'1'.repeat(16)}`), HOUR_MS, true);
  const recent = put(join(cache, `objects-${'2'.repeat(16)}`), 0, true);
  const half = put(join(cache, `source-${'3'.repeat(16)}.4194999.unfinished`), HOUR_MS, true);
  put(join(host.data, 'kernel', 'a'.repeat(16)), 9 * HOUR_MS, true);
  const held = await withCacheLease(cache, () => host.lcow(['prune', '--cache', '-f']));
  assert.equal(
    [held.code, held.stdout, held.stderr],
    [0, 'Total reclaimed space: 0B\n', `kept ${cache}: lcow kernel build uses it\n`],
  );
  const some = await host.lcow(['prune', '--cache', '-f', '--filter', 'until=30m']);
  assert.equal([some.code, some.stderr], [0, '']);
  const gone = [objects, source, half].map((path) => `${path}\n`).join('');
  assert.ok(some.stdout.startsWith(`Deleted:\n${gone}\n`), some.stdout);
  const rest = await host.lcow(['prune', '--cache', '-f']);
  assert.ok(rest.stdout.startsWith(`Deleted:\n${recent}\n\n`), rest.stdout);
  assert.equal(namesIn(host, 'kernel'), ['a'.repeat(16)]);
});

test('a lease of a process that died holds nothing up', async () => {
  using host = new CommandHost();
  layer(host, '1', HOUR_MS);
  put(join(host.data, 'cache/linuxkit/leases/.tmp-4194999-0123456789abcdef'), HOUR_MS);
  const { stdout } = await host.lcow(['prune', '--cache', '-f']);
  assert.match(stdout, /^Deleted:\n/);
  assert.equal(namesIn(host, 'cache/linuxkit/layers'), []);
});

test('with until what was used since stays', async () => {
  using host = new CommandHost();
  layer(host, '1', 3 * HOUR_MS);
  layer(host, '2', HOUR_MS / 2);
  bootFiles(host, 'a', 3 * HOUR_MS);
  bootFiles(host, 'b', HOUR_MS / 2);
  const pruned = await host.lcow(['prune', '--cache', '-f', '--filter', 'until=1h']);
  assert.is(pruned.code, 0, pruned.stderr);
  assert.equal(namesIn(host, 'foreign'), ['b'.repeat(16)]);
  assert.equal(namesIn(host, 'cache/linuxkit/layers'), [
    `${'2'.repeat(64)}.data`,
    `${'2'.repeat(64)}.json`,
  ]);
});

test('containers stay, filters of containers are refused, and nobody is asked who is not there', async () => {
  using host = new CommandHost();
  await makeUp(host.data, [{ name: 'old', state: { status: 'exited', exitCode: 0 } }]);
  const empty = await host.lcow(['prune', '--cache', '-f']);
  assert.equal([empty.code, empty.stdout], [0, 'Total reclaimed space: 0B\n']);
  assert.is((await host.lcow(['ps', '-a', '--format', 'name'])).stdout, 'old\n');
  const label = await host.lcow(['prune', '--cache', '-f', '--filter', 'label=x']);
  assert.is(label.code, 125);
  assert.match(label.stderr, /"label=x"/);
  if (process.stdin.isTTY) return;
  const asked = await host.lcow(['prune', '--cache']);
  assert.is(asked.code, 125);
  assert.match(asked.stderr, /remove what can be made again: .*--force/);
});

test.run();
