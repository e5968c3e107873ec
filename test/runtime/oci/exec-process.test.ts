import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { OCI_COMMANDS } from '../../../runtime/oci/command-table.ts';
import { exampleSpec } from '../../../runtime/oci/commands/spec.ts';
import { execProcessOf } from '../../../runtime/oci/exec-process.ts';
import { parseArguments } from '../../../runtime/oci/options.ts';
import type { OciRecord } from '../../../runtime/oci/record.ts';
import { resourcesOf } from '../../../runtime/oci/resources.ts';

const bundle = mkdtempSync(join(tmpdir(), 'lcow-oci-exec-'));
test.after(() => rmSync(bundle, { recursive: true, force: true }));
const spec = exampleSpec();
writeFileSync(
  join(bundle, 'config.json'),
  JSON.stringify({
    ...spec,
    process: { ...spec.process, user: { uid: 1, gid: 2, username: 'daemon' }, cwd: '/work' },
  }),
);

function input(name: string, ...words: string[]) {
  const command = OCI_COMMANDS.find((each) => each.name === name);
  if (command === undefined) throw new Error(name);
  return parseArguments(name, command.options, command, words);
}
const exec = (...words: string[]) =>
  execProcessOf({ bundle } as OciRecord, input('exec', ...words));
const update = (...words: string[]) => resourcesOf(input('update', 'id', ...words));

test("an exec is the container's own process with another command and no terminal", () => {
  const made = exec('id', 'ls', '-l');
  assert.equal(made.args, ['ls', '-l']);
  assert.is(made.terminal, false);
  assert.is(made.cwd, '/work');
  assert.equal(made.user, { uid: 1, gid: 2, username: 'daemon' });
  assert.is(made.noNewPrivileges, true);
});

test('options change it', () => {
  const made = exec(
    ...['-t', '-e', 'A=1', '--env=B=2', '--cwd', '/x', '-u', '5:6', '-g', '7', '-c', 'sys_admin'],
    ...['--no-new-privs=false', 'id', 'sh'],
  );
  assert.is(made.terminal, true);
  assert.equal(made.env.slice(-2), ['A=1', 'B=2']);
  assert.is(made.cwd, '/x');
  assert.equal(made.user, { uid: 5, gid: 6, additionalGids: [7] });
  assert.ok(made.capabilities.effective.includes('CAP_SYS_ADMIN'));
  assert.is(made.noNewPrivileges, false);
  assert.is(exec('-u', '5', 'id', 'sh').user.gid, 2);
});

test('a process of a file is taken as it is', () => {
  const path = join(bundle, 'process.json');
  const process_ = { args: ['true'], cwd: '/', env: [], user: { uid: 0, gid: 0 }, strange: 1 };
  writeFileSync(path, JSON.stringify(process_));
  assert.equal(exec('-p', path, 'id') as unknown, process_);
  writeFileSync(path, '{"args":[]}');
  assert.throws(() => exec('-p', path, 'id'), /--process .*: args is no list/);
  assert.throws(() => exec('-p', join(bundle, 'none'), 'id'), /no such file or directory/);
});

test('a wrong value is named with its option', () => {
  assert.throws(() => exec('id'), /process args cannot be empty/);
  assert.throws(() => exec('-u', 'root', 'id', 'sh'), /--user "root"/);
  assert.throws(() => exec('-u', '1:2:3', 'id', 'sh'), /--user "1:2:3"/);
  assert.throws(() => exec('-u', '4294967295', 'id', 'sh'), /--user/);
  assert.throws(() => exec('-e', 'A', 'id', 'sh'), /--env "A"/);
  assert.throws(() => exec('-g', 'wheel', 'id', 'sh'), /--additional-gids "wheel"/);
  assert.throws(() => exec('-c', 'a b', 'id', 'sh'), /--cap "a b"/);
  assert.throws(() => exec('--apparmor', 'docker-default', 'id', 'sh'), /AppArmor/);
  assert.throws(() => exec('--process-label', 'x', 'id', 'sh'), /SELinux/);
});

test('limits are OCI resources', () => {
  assert.equal(
    update('--memory', '64m', '--memory-swap=-1', '--cpu-quota', '50000', '--cpuset-cpus', '0-1'),
    { memory: { limit: 64 * 2 ** 20, swap: -1 }, cpu: { quota: 50_000, cpus: '0-1' } },
  );
  assert.equal(update('--pids-limit', '10', '--blkio-weight', '100'), {
    blockIO: { weight: 100 },
    pids: { limit: 10 },
  });
  assert.equal(update('--memory', '1.5GiB'), { memory: { limit: 1.5 * 2 ** 30 } });
  assert.equal(update('--memory', '0'), {});
  assert.throws(() => update('--memory', 'much'), /invalid value for memory: "much"/);
  assert.throws(() => update('--cpu-share', '-2'), /invalid value for cpu-share/);
  assert.throws(() => update('--l3-cache-schema', 'x'), /caches/);
});

test('limits of a file are taken as they are, and other options are ignored then', () => {
  const path = join(bundle, 'resources.json');
  writeFileSync(path, '{"pids":{"limit":3}}');
  assert.equal(update('-r', path, '--memory', '1g'), { pids: { limit: 3 } });
  writeFileSync(path, '[]');
  assert.throws(() => update('-r', path), /is no object/);
});

test.run();
