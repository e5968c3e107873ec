/** A command on a real pseudo-terminal (python3's pty module), driven by a script of lines. */
import { spawn } from 'node:child_process';

/**
 * Runs argv on a pty of 100x30 and follows a script of lines: `expect TEXT`, `send TEXT` (escapes read),
 * `resize COLSxROWS`, `storm TIMES` (resizes as fast as it can), `system COMMAND`. Prints the whole output, then the
 * status and whether the terminal came back in cooked mode.
 */
const DRIVER = `
import os, pty, sys, select, termios, fcntl, struct, time, signal
script, argv = sys.argv[1].split('\\n'), sys.argv[2:]
pid, fd = pty.fork()
if pid == 0: os.execvp(argv[0], argv)
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
def fail(text): os.kill(pid, signal.SIGKILL); sys.exit(text)
for line in script:
    verb, _, rest = line.partition(' ')
    text = rest.encode().decode('unicode_escape').encode('latin1')
    if verb == 'expect':
        while text not in seen:
            if time.time() > end or not pump(1): fail('no %r in %r' % (text, out))
        seen = seen.split(text, 1)[1]
    elif verb == 'send': os.write(fd, text)
    elif verb == 'system': os.system(rest)
    elif verb == 'storm':
        for n in range(int(rest)): size(60 + n % 50, 20 + n % 30); pump(0)
    elif verb == 'resize': size(*map(int, rest.split('x')))
while pump(1):
    if time.time() > end: fail('no end: %r' % out)
cooked = termios.tcgetattr(fd) == before
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.stdout.buffer.write(out)
print('\\n--', status, cooked)
`;

/**
 * Drives `command` (a path, or a name on PATH, and its arguments). Resolves with all output, whose last line is
 * `-- STATUS True` where the terminal came back in cooked mode.
 * @throws Error with what was shown where an expectation is not met within 60 s
 */
export async function drivePty(
  script: readonly string[],
  command: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const child = spawn('python3', ['-c', DRIVER, script.join('\n'), ...command], { env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString('latin1')));
  }
  await new Promise((resolve) => child.on('close', resolve));
  if (!/^-- -?\d+ (True|False)$/m.test(output)) throw new Error(output);
  return output;
}
