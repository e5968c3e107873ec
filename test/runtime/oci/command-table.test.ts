/** Holds the table to runc 1.1's own list of commands and options: each is there, honoured or refused or meaningless. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { GLOBAL_OPTIONS, OCI_COMMANDS } from '../../../runtime/oci/command-table.ts';
import { helpText, versionText } from '../../../runtime/oci/help.ts';

/** Of `runc COMMAND --help`, runc 1.1.5. */
const RUNC: Readonly<Record<string, string>> = {
  create: 'bundle b console-socket pid-file no-pivot no-new-keyring preserve-fds',
  delete: 'force f',
  events: 'interval stats',
  exec: 'console-socket cwd env e tty t user u additional-gids g process p detach d pid-file process-label apparmor no-new-privs cap c preserve-fds cgroup ignore-paused',
  features: '',
  kill: 'all a',
  list: 'format f quiet q',
  pause: '',
  ps: 'format f',
  resume: '',
  run: 'bundle b console-socket detach d keep pid-file no-subreaper no-pivot no-new-keyring preserve-fds',
  spec: 'bundle b rootless',
  start: '',
  state: '',
  update:
    'resources r blkio-weight cpu-period cpu-quota cpu-share cpu-rt-period cpu-rt-runtime cpuset-cpus cpuset-mems memory memory-reservation memory-swap pids-limit l3-cache-schema mem-bw-schema',
};
const RUNC_GLOBALS = 'debug log log-format root criu systemd-cgroup rootless help h version v';

const namesOf = (options: readonly { long: string; short?: string }[]): string[] =>
  options.flatMap(({ long, short }) => (short === undefined ? [long] : [long, short]));

test('every option of every command of runc is in the table', () => {
  for (const [name, options] of Object.entries(RUNC)) {
    const command = OCI_COMMANDS.find((each) => each.name === name);
    assert.ok(command, name);
    const known = namesOf(command?.options ?? []);
    const missing = options.split(' ').filter((each) => each !== '' && !known.includes(each));
    assert.equal(missing, [], name);
  }
  const globals = namesOf(GLOBAL_OPTIONS);
  assert.equal(
    RUNC_GLOBALS.split(' ').filter((each) => !globals.includes(each)),
    [],
  );
});

test('checkpoint and restore are refused with a reason, whatever their options', () => {
  for (const name of ['checkpoint', 'restore']) {
    const command = OCI_COMMANDS.find((each) => each.name === name);
    assert.match(command?.refused ?? '', /VM/);
    assert.is(command?.load, undefined);
  }
});

test('an option that is accepted without effect says why', () => {
  const silent = [...GLOBAL_OPTIONS, ...OCI_COMMANDS.flatMap(({ options }) => options)].filter(
    ({ meaningless, about }) => meaningless === true && !about.startsWith('accepted: '),
  );
  assert.equal(silent, []);
});

test('the help of a command names its options, and of all its commands', () => {
  assert.match(helpText('create'), /--console-socket VALUE/);
  assert.match(helpText('exec'), /--apparmor VALUE +refused: the VM has no AppArmor/);
  for (const { name } of OCI_COMMANDS) assert.match(helpText(), new RegExp(`^ {2}${name} `, 'm'));
});

test('the version is in the form that callers read', () => {
  assert.match(versionText(), /^lcow-oci version \d+\.\d+\.\d+\nspec: \d+\.\d+\.\d+\n$/);
});

test.run();
