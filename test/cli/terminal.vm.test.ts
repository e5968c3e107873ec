/** The terminal of `lcow run -it`, driven through a real pseudo-terminal (python3's pty module). */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LcowHost } from '../harness/lcow-host.ts';
import { drivePty } from '../harness/pty.ts';
import { repositoryRoot } from '../harness/repository-root.ts';

const test = suite<{ host: LcowHost }>('lcow run -it', { host: LcowHost.withTemplate() });

test.after(async ({ host }) => {
  await host.lcow('rm', '-f', 'shell');
  const left = await host.settledLeftovers();
  await host[Symbol.asyncDispose]();
  assert.equal(left, []);
});

function md5(times: number): string {
  const all = Buffer.from(Array.from({ length: 256 }, (_, n) => n));
  const hash = createHash('md5');
  for (let n = 0; n < times; n += 1) hash.update(all);
  return hash.digest('hex');
}

/** The VMM's working folder is its own, in the host's run folder. */
const KILL_VMM =
  'for p in /proc/[0-9]*; do case $(readlink $p/cwd) in FOLDER/run/*) kill -9 ${p#/proc/};; esac; done';

function drive(host: LcowHost, script: string[], args: string[]): Promise<string> {
  return drivePty(script, [join(repositoryRoot(), 'bin/lcow'), ...args], host.env);
}

test('a shell: echo, size, resize, Ctrl-C to the process, exit status, terminal restored', async ({
  host,
}) => {
  const output = await drive(
    host,
    [
      'expect # ',
      'send stty size\\r',
      'expect 30 100',
      'resize 120x40',
      'send sleep 0.5; stty size\\r',
      'expect 40 120',
      // Not the shell's own sleep: a Ctrl-C between its fork and its exec would be lost.
      'send sh -c "echo begun; exec sleep 100"\\r',
      'expect \\nbegun\\r\\n',
      'send \\x03',
      'expect # ',
      'send echo status $?; tty; exit 5\\r',
      'expect status 130',
    ],
    ['run', '--rm', '-it', host.busybox, 'sh'],
  );
  assert.match(output, /-- 5 True/, output);
  assert.not.match(output, /\r\r/, 'a carriage return was doubled on the way');
});

test('-t without -i gives the process a terminal where the command has none', async ({ host }) => {
  const { code, stdout, stderr } = await host.lcow('run', '--rm', '-t', host.busybox, 'tty');
  assert.is(code, 0, stderr);
  assert.is(stdout, '/dev/pts/0\r\n');
});

const LEAVE = 'send \\x10\\x11';

test('Ctrl-P Ctrl-Q leaves a container, attach comes back to it, nested terminals draw and quit', async ({
  host,
}) => {
  const first = await drive(
    host,
    ['expect # ', 'send A=kept; echo s$((1+1))t\\r', 'expect s2t', LEAVE],
    ['run', '-it', '--name', 'shell', host.busybox, 'sh'],
  );
  assert.match(first, /-- 0 True/, first);
  assert.is(await host.ok('ps', '--format', '{{.Names}}'), 'shell');
  const second = await drive(
    host,
    [
      'send \\r',
      'expect # ',
      'send echo $A; sh\\r',
      'expect kept\\r\\n',
      'expect # ',
      'send echo nested; tty; vi /tmp/f\\r',
      'expect nested\\r\\n',
      'expect /dev/',
      'expect ~',
      // As fingers do it: after Escape vi waits for the rest of a key's sequence.
      'send i',
      'expect I /tmp/f',
      'send hello',
      'expect hello',
      'send \\x1b',
      'expect - /tmp/f',
      'send :wq\\r',
      'expect # ',
      'send cat /tmp/f\\r',
      'expect hello\\r\\n',
      'send top\\r',
      'expect Mem:',
      'send q',
      'expect # ',
      'send exit\\r',
      'expect # ',
      // Ctrl-P alone is the shell's: the last command again.
      'send echo o$((2+2))o\\r',
      'expect o4o',
      'expect # ',
      'send \\x10\\r',
      'expect o4o\\r\\n',
      LEAVE,
    ],
    ['attach', 'shell'],
  );
  assert.match(second, /-- 0 True/, second);
});

test('an exec has a terminal of its own, with keys of one’s choice', async ({ host }) => {
  const output = await drive(
    host,
    ['expect # ', 'send stty size; tty\\r', 'expect 30 100', 'expect /dev/pts/', 'send \\x18q'],
    ['exec', '-it', '--detach-keys', 'ctrl-x,q', 'shell', 'sh'],
  );
  assert.match(output, /-- 0 True/, output);
});

test('bytes pass as they are, both ways, through a storm of resizes', async ({ host }) => {
  const bytes = Array.from({ length: 256 }, (_, n) => `\\x${n.toString(16).padStart(2, '0')}`);
  const script = [
    'stty raw -echo; echo READY; head -c 512 | md5sum; echo SECOND',
    'head -c 256 > /tmp/b; echo BEGIN; cat /tmp/b; echo END; stty sane',
    // The last size of the storm comes a frame after it, and is the one that stays.
    'until [ "$(stty size)" = "29 109" ]; do usleep 5000; done; usleep 100000; stty size',
  ].join('; ');
  const output = await drive(
    host,
    [
      'expect READY',
      `send ${bytes.join('')}`,
      'storm 100',
      `send ${bytes.join('')}`,
      `expect ${md5(2)}`,
      'expect SECOND',
      'storm 100',
      `send ${bytes.join('')}`,
      'expect BEGIN',
      `expect ${bytes.join('')}`,
      'expect END',
      'expect 29 109',
    ],
    ['exec', '-it', '--detach-keys', '', 'shell', 'sh', '-c', script],
  );
  assert.match(output, /-- 0 True/, output);
});

test('the supervisor’s death under a terminal is not seen; its VM’s is told, the terminal restored', async ({
  host,
}) => {
  const kill = (name: string) =>
    `system for p in $(pgrep -f '${name}.*${host.folder}'); do kill -9 $p; done`;
  const supervisor = kill('^lcow-supervisor --pod ');
  const output = await drive(
    host,
    ['send \\r', 'expect # ', supervisor, 'send echo a$((3+3))b\\r', 'expect a6b', LEAVE],
    ['attach', 'shell'],
  );
  assert.match(output, /-- 0 True/, output);
  const both = await drive(
    host,
    [...['send \\r', 'expect # '], `system ${KILL_VMM.replace('FOLDER', host.folder)}`],
    ['attach', 'shell'],
  );
  assert.match(both, /VM (exited|died|ended)[^]*-- 125 True/, both);
  await host.ok('rm', '-f', 'shell');
});

test('the terminal comes back when the VM dies under it', async ({ host }) => {
  const output = await drive(
    host,
    ['expect # ', `system ${KILL_VMM.replace('FOLDER', host.folder)}`],
    ['run', '--rm', '-it', host.busybox, 'sh'],
  );
  assert.match(output, /VM exited[^]*-- 125 True/, output);
});

test.run();
