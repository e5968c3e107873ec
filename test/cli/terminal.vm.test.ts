/** The terminal of `lcow run -it`, driven through a real pseudo-terminal (python3's pty module). */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LcowHost } from '../harness/lcow-host.ts';
import { repositoryRoot } from '../harness/repository-root.ts';

const test = suite<{ host: LcowHost }>('lcow run -it', { host: new LcowHost() });

test.after(async ({ host }) => {
  const left = await host.settledLeftovers();
  await host[Symbol.asyncDispose]();
  assert.equal(left, []);
});

/**
 * Runs argv on a pty of 100x30 and follows a script of lines: `expect TEXT`, `send TEXT` (escapes read),
 * `resize COLSxROWS`, `system COMMAND`. Prints the whole output, then the status and whether the terminal came back in cooked mode.
 */
const DRIVER = `
import os, pty, sys, select, termios, fcntl, struct, time, signal
script, argv = sys.argv[1].split('\\n'), sys.argv[2:]
pid, fd = pty.fork()
if pid == 0: os.execv(argv[0], argv)
def size(cols, rows): fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', rows, cols, 0, 0)); os.kill(pid, signal.SIGWINCH)
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', 30, 100, 0, 0))
before = termios.tcgetattr(fd)
seen, out, end = b'', b'', time.time() + 90
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
    elif verb == 'resize': size(*map(int, rest.split('x')))
while pump(1):
    if time.time() > end: sys.exit('no end: %r' % out)
cooked = termios.tcgetattr(fd) == before
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.stdout.buffer.write(out)
print('\\n--', status, cooked)
`;

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
      'send echo begun; sleep 100\\r',
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

test('the terminal comes back when the VM dies under it', async ({ host }) => {
  const output = await drive(
    host,
    ['expect # ', `system ${KILL_VMM.replace('FOLDER', host.folder)}`],
    ['run', '--rm', '-it', host.busybox, 'sh'],
  );
  assert.match(output, /VM exited[^]*-- 125 True/, output);
});

test.run();
