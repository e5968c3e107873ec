/** The terminal of `lcow run -it`, driven through a real pseudo-terminal (python3's pty module). */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LcowHost } from '../harness/lcow-host.ts';
import { repositoryRoot } from '../harness/repository-root.ts';

const test = suite<{ host: LcowHost }>('lcow run -it', { host: new LcowHost() });

test.after(async ({ host }) => {
  await host.lcow('rm', '-f', 'shell');
  const left = await host.settledLeftovers();
  await host[Symbol.asyncDispose]();
  assert.equal(left, []);
});

/**
 * Runs argv on a pty of 100x30 and follows a script of lines: `expect TEXT`, `send TEXT` (escapes read),
 * `resize COLSxROWS`, `storm TIMES` (resizes as fast as it can), `system COMMAND`. Prints the whole output, then the status and whether the terminal came back in cooked mode.
 */
const DRIVER = `
import os, pty, sys, select, termios, fcntl, struct, time, signal
script, argv = sys.argv[1].split('\\n'), sys.argv[2:]
pid, fd = pty.fork()
if pid == 0: os.execv(argv[0], argv)
def size(cols, rows): fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', rows, cols, 0, 0)); os.kill(pid, signal.SIGWINCH)
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', 30, 100, 0, 0))
before = termios.tcgetattr(fd)
seen, out, end = b'', b'', time.time() + 60
def pump(wait):
    global seen, out
    if not select.select([fd], [], [], wait)[0]: return True
    try: data = os.read(fd, 65536)
    except OSError: return False
    if not data: return False
    seen += data; out += data
    return True
for line in script:
    verb, _, rest = line.partition(' ')
    text = rest.encode().decode('unicode_escape').encode('latin1')
    if verb == 'expect':
        while text not in seen:
            if time.time() > end or not pump(1): sys.exit('no %r in %r' % (text, out))
        seen = seen.split(text, 1)[1]
    elif verb == 'send': os.write(fd, text)
    elif verb == 'system': os.system(rest)
    elif verb == 'storm':
        for n in range(int(rest)): size(60 + n % 50, 20 + n % 30); pump(0)
    elif verb == 'resize': size(*map(int, rest.split('x')))
while pump(1):
    if time.time() > end: sys.exit('no end: %r' % out)
cooked = termios.tcgetattr(fd) == before
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.stdout.buffer.write(out)
print('\\n--', status, cooked)
`;

function md5(times: number): string {
  const all = Buffer.from(Array.from({ length: 256 }, (_, n) => n));
  const hash = createHash('md5');
  for (let n = 0; n < times; n += 1) hash.update(all);
  return hash.digest('hex');
}

/** The VMM's working folder is its own, in the host's run folder. */
const KILL_VMM =
  'for p in /proc/[0-9]*; do case $(readlink $p/cwd) in FOLDER/run/*) kill -9 ${p#/proc/};; esac; done';

async function drive(host: LcowHost, script: string[], args: string[]): Promise<string> {
  const driver = join(host.folder, 'driver.py');
  writeFileSync(driver, DRIVER);
  const command = [join(repositoryRoot(), 'bin/lcow'), ...args];
  const child = spawn('python3', [driver, script.join('\n'), ...command], { env: host.env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString('latin1')));
  }
  await new Promise((resolve) => child.on('close', resolve));
  if (!/^-- -?\d+ (True|False)$/m.test(output)) throw new Error(output);
  return output;
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
    'head -c 256 > /tmp/b; echo BEGIN; cat /tmp/b; echo END; stty sane; stty size',
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
      // The last size of the storm is the one that stays.
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
