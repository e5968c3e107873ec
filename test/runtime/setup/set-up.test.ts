/** `lcow setup` on files: dry run, backup, undo, what is left when it fails. Its difference is what patch(1) takes. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { RuntimeError } from '../../../runtime/errors.ts';
import { type SetUpOutcome, type SetUpRequest, setUp } from '../../../runtime/setup/set-up.ts';
import { unifiedDifference } from '../../../runtime/setup/unified-difference.ts';

const test = suite<{ folder: string }>('set-up');

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'lcow-setup-'));
  mkdirSync(join(context.folder, 'launchers'));
  for (const name of ['lcow-oci', 'containerd-shim-lcow-v1']) {
    writeFileSync(join(context.folder, 'launchers', name), '');
  }
});

test.after.each(({ folder }) => rmSync(folder, { recursive: true, force: true }));

function run(
  folder: string,
  daemon: 'docker' | 'containerd',
  more: Partial<SetUpRequest> = {},
): Promise<SetUpOutcome> {
  return setUp({
    daemon,
    dryRun: false,
    undo: false,
    config: join(folder, daemon === 'docker' ? 'daemon.json' : 'config.toml'),
    launchers: join(folder, 'launchers'),
    linkFolder: join(folder, 'opt', 'bin'),
    dockerVersion: '20.10.24',
    platform: 'linux',
    ...more,
  });
}

async function refusal(promise: Promise<unknown>): Promise<RuntimeError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof RuntimeError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

test('a dry run shows the difference and writes nothing', async ({ folder }) => {
  const before = readdirSync(folder);
  const { difference, report } = await run(folder, 'docker', { dryRun: true });
  assert.match(difference, /^--- \/dev\/null\n\+\+\+ .*daemon\.json\n@@ -0,0 \+1,7 @@\n\+\{/);
  assert.match(report.join('\n'), /nothing was written/);
  await run(folder, 'containerd', { dryRun: true });
  assert.equal(readdirSync(folder), before);
});

test('Docker 20.10 and 23 get a path, 24 and later the name of the shim and its link', async ({
  folder,
}) => {
  const config = join(folder, 'daemon.json');
  await run(folder, 'docker');
  const path = join(folder, 'launchers', 'lcow-oci');
  assert.equal(JSON.parse(readFileSync(config, 'utf8')), { runtimes: { lcow: { path } } });
  assert.is(existsSync(join(folder, 'opt')), false);
  const again = await run(folder, 'docker', { dockerVersion: '23.0.6' });
  assert.is(again.difference, '');
  const { report } = await run(folder, 'docker', {
    dockerVersion: 'Docker version 28.5.2, build x',
  });
  assert.equal(JSON.parse(readFileSync(config, 'utf8')), {
    runtimes: { lcow: { runtimeType: 'io.containerd.lcow.v1' } },
  });
  assert.match(report.join('\n'), /linked .*SIGHUP/s);
  const link = join(folder, 'opt', 'bin', 'containerd-shim-lcow-v1');
  assert.is(readlinkSync(link), join(folder, 'launchers', 'containerd-shim-lcow-v1'));
});

test('a second time there is nothing to do, and undoing gives back every byte, mode and folder', async ({
  folder,
}) => {
  const config = join(folder, 'config.toml');
  writeFileSync(config, 'version = 2\n# mine');
  chmodSync(config, 0o640);
  const names = readdirSync(folder).sort();
  const first = await run(folder, 'containerd');
  assert.match(first.report.join('\n'), /what it was is in .*config\.toml\.before-lcow/);
  assert.is(readFileSync(`${config}.before-lcow`, 'utf8'), 'version = 2\n# mine');
  assert.is(statSync(config).mode & 0o777, 0o640);
  const second = await run(folder, 'containerd');
  assert.is(second.difference, '');
  assert.match(second.report.join('\n'), /nothing to do/);
  const undone = await run(folder, 'containerd', { undo: true });
  assert.match(undone.difference, /^-# BEGIN lcow/m);
  assert.is(readFileSync(config, 'utf8'), 'version = 2\n# mine');
  assert.is(statSync(config).mode & 0o777, 0o640);
  assert.equal(readdirSync(folder).sort(), names);
  const nothing = await run(folder, 'containerd', { undo: true });
  assert.match(nothing.report.join('\n'), /nothing to undo/);
});

test('undoing takes away a file and folders that were not there before', async ({ folder }) => {
  const config = join(folder, 'etc', 'docker', 'daemon.json');
  await run(folder, 'docker', { config, dockerVersion: '24.0.7' });
  assert.ok(existsSync(config));
  const { report } = await run(folder, 'docker', { config, undo: true });
  // dockerd forgets no runtime on SIGHUP.
  assert.match(report.join('\n'), /restart the dockerd/);
  assert.equal(readdirSync(folder), ['launchers']);
});

test('after an edit by somebody only the runtime is taken out, and the backup stays', async ({
  folder,
}) => {
  const config = join(folder, 'daemon.json');
  writeFileSync(config, '{\n  "debug": true\n}\n');
  await run(folder, 'docker');
  const edited = readFileSync(config, 'utf8').replace('true', 'false');
  writeFileSync(config, edited);
  const { report } = await run(folder, 'docker', { undo: true });
  assert.match(report.join('\n'), /edited since: only the runtime was taken out/);
  assert.is(readFileSync(config, 'utf8'), '{\n  "debug": false\n}\n');
  assert.is(readFileSync(`${config}.before-lcow`, 'utf8'), '{\n  "debug": true\n}\n');
});

test('a set-up after an edit keeps the edit through an undo', async ({ folder }) => {
  const config = join(folder, 'daemon.json');
  writeFileSync(config, '{\n  "debug": true\n}\n');
  await run(folder, 'docker');
  writeFileSync(config, readFileSync(config, 'utf8').replace('true', 'false'));
  await run(folder, 'docker', { dockerVersion: '28.0.0' });
  await run(folder, 'docker', { undo: true });
  assert.is(readFileSync(config, 'utf8'), '{\n  "debug": false\n}\n');
});

test('a link to the file is followed, and stays a link', async ({ folder }) => {
  writeFileSync(join(folder, 'real.json'), '{}\n');
  symlinkSync('real.json', join(folder, 'daemon.json'));
  await run(folder, 'docker');
  assert.ok(lstatSync(join(folder, 'daemon.json')).isSymbolicLink());
  assert.match(readFileSync(join(folder, 'real.json'), 'utf8'), /lcow-oci/);
});

test('what cannot be parsed is refused with file and line, and nothing is written', async ({
  folder,
}) => {
  const config = join(folder, 'daemon.json');
  writeFileSync(config, '{\n  "debug": tru\n}\n');
  const names = readdirSync(folder);
  const error = await refusal(run(folder, 'docker'));
  assert.is(error.code, 'invalid-argument');
  assert.match(error.message, /daemon\.json:2: there is no JSON value/);
  writeFileSync(config, Buffer.from([0x7b, 0xff, 0x7d]));
  assert.match((await refusal(run(folder, 'docker'))).message, /not UTF-8/);
  assert.equal(readdirSync(folder), names);
});

test('a file where the link should be is refused, and nothing is written', async ({ folder }) => {
  mkdirSync(join(folder, 'opt', 'bin'), { recursive: true });
  writeFileSync(join(folder, 'opt', 'bin', 'containerd-shim-lcow-v1'), 'not ours');
  const error = await refusal(run(folder, 'containerd'));
  assert.is(error.code, 'already-exists');
  assert.is(existsSync(join(folder, 'config.toml')), false);
});

test('a failure on the way takes back what was done', async ({ folder }) => {
  const config = join(folder, 'config.toml');
  writeFileSync(config, 'version = 2\n');
  // The folder for the link cannot be made: a file stands there.
  writeFileSync(join(folder, 'opt'), '');
  const names = readdirSync(folder).sort();
  await refusal(run(folder, 'containerd'));
  assert.equal(readdirSync(folder).sort(), names);
  assert.is(readFileSync(config, 'utf8'), 'version = 2\n');
});

test('wrong names, versions and hosts are refused', async ({ folder }) => {
  assert.match((await refusal(run(folder, 'docker', { name: 'A b' }))).message, /"A b"/);
  assert.match((await refusal(run(folder, 'docker', { name: 'runc' }))).message, /taken/);
  const version = await refusal(run(folder, 'docker', { dockerVersion: 'latest' }));
  assert.match(version.message, /"latest" has no version/);
  const windows = await refusal(run(folder, 'docker', { platform: 'win32' }));
  assert.is(windows.code, 'unsupported');
  const launchers = join(folder, 'nowhere');
  assert.match((await refusal(run(folder, 'docker', { launchers }))).message, /is not there/);
});

test('the difference is what patch(1) applies', ({ folder }) => {
  const path = join(folder, 'file');
  const texts = ['a\nb\nc\nd\ne\nf\ng\n', 'a\nb\nc\nX\nY\ne\nf\ng', 'a\n', 'a\nb\nc\nd\ne\nf\ng'];
  for (const before of texts) {
    for (const after of texts) {
      const difference = unifiedDifference(path, before, after);
      assert.is(difference === '', before === after);
      if (difference === '') continue;
      writeFileSync(path, before);
      execFileSync('patch', ['-s', '-p0', path], { input: difference });
      assert.is(readFileSync(path, 'utf8'), after);
    }
  }
});

test.run();
