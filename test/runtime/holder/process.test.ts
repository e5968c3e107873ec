/** `lcow-holder process`: stands for one process of the guest, against a supervisor without a VM. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
} from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { holderProgram } from '../../../runtime/supervisor/holder-program.ts';
import { skip } from '../../harness/skip.ts';
import { becomes, builtHolder, exitOf, FAKE_SUPERVISOR } from './held-pod.ts';

/** Takes a terminal over a socket, sets its size, types and resizes; prints what came and the slave's mode. */
const CONSOLE = `
import array, fcntl, os, select, socket, struct, sys, termios
listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
listener.bind(sys.argv[1]); listener.listen(1)
print('listening', flush=True)
connection, _ = listener.accept()
data, control, _, _ = connection.recvmsg(256, socket.CMSG_SPACE(4))
fds = array.array('i'); fds.frombytes(control[0][2][:4]); master = fds[0]
size = lambda cols, rows: fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack('HHHH', rows, cols, 0, 0))
size(100, 30)
slave = os.open(data.decode(), os.O_RDWR | os.O_NOCTTY)
raw = termios.tcgetattr(slave)[3] & (termios.ECHO | termios.ICANON | termios.ISIG) == 0
os.close(slave)
print('raw' if raw else 'cooked', flush=True)
for line in sys.stdin:
    verb = line.split()
    if verb[0] == 'resize': size(int(verb[1]), int(verb[2]))
    if verb[0] == 'close': os.close(master)
    print('done', flush=True)
`;

interface Standing {
  readonly child: ChildProcess;
  readonly exited: Promise<number | string>;
  readonly control: Socket;
  /** What it said first. */
  readonly words: string;
}

class Pod implements AsyncDisposable {
  readonly root = mkdtempSync(join(tmpdir(), 'lcow-process-'));
  readonly folder = join(this.root, 'pod');
  readonly socket = join(this.folder, 'task.sock');
  readonly children: ChildProcess[] = [];

  constructor() {
    mkdirSync(this.folder);
  }

  async serve(): Promise<ChildProcess> {
    const args = [FAKE_SUPERVISOR, '--pod', this.folder];
    const supervisor = spawn(process.execPath, args, { stdio: 'ignore' });
    this.children.push(supervisor);
    await becomes(
      'it serves',
      () =>
        new Promise((resolve) => {
          const socket = connect(this.socket);
          socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
          socket.once('connect', () => socket.destroy());
        }),
    );
    return supervisor;
  }

  async stand(options: readonly string[] = [], adopter: readonly string[] = []): Promise<Standing> {
    const args = ['process', '--socket', this.socket, '--id', 'c', '--control', '3', ...options];
    const child = spawn(holderProgram(), [...args, '--', 'sleep forever', ...adopter], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    this.children.push(child);
    const exited = exitOf(child);
    const control = child.stdio[3] as Socket;
    control.on('error', () => undefined);
    const [words] = (await once(control, 'data')) as [Buffer];
    return { child, exited, control, words: words.toString() };
  }

  calls(): string[] {
    try {
      return readFileSync(join(this.folder, 'calls'), 'utf8').trim().split('\n');
    } catch {
      return [];
    }
  }

  asked(call: string): Promise<void> {
    return becomes(`it was asked ${call}`, () => this.calls().includes(call));
  }

  starts(): number[] {
    const lines = readFileSync(join(this.folder, 'starts'), 'utf8').trim().split('\n');
    return lines.map((line) => Number(line.split(' ')[0]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    for (const pid of existsSync(join(this.folder, 'starts')) ? this.starts() : []) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended.
      }
    }
    rmSync(this.root, { recursive: true, force: true });
  }
}

if (builtHolder() === undefined) skip('the holder is not built here: node bin/setup.mjs');
else register();

function register(): void {
  test('it stands under its name, in its namespace, with the stdio it was given, and ends as the process does', async () => {
    await using pod = new Pod();
    await pod.serve();
    const { child, exited, control, words } = await pod.stand(['--network', 'new']);
    assert.is(words, 'ready\n');
    const pid = child.pid ?? 0;
    assert.is(readFileSync(`/proc/${pid}/cmdline`, 'latin1'), 'sleep forever\0');
    assert.is.not(readlinkSync(`/proc/${pid}/ns/net`), readlinkSync('/proc/self/ns/net'));
    assert.equal(pod.calls(), [], 'it asks once the process exists');
    control.end('wait\n');
    await pod.asked('wait');
    assert.ok(statSync(`/proc/${pid}/fd/1`).isSocket() || statSync(`/proc/${pid}/fd/1`).isFIFO());
    let ended = false;
    (child.stdout as Readable).resume().once('end', () => {
      ended = true;
    });
    // A signal to it is one to the guest's process.
    child.kill('SIGUSR1');
    assert.is(await exited, 138);
    assert.equal(pod.calls(), ['wait', 'kill 10']);
    await becomes('its readers see the end', () => ended);
  });

  test('one that is killed has the process killed that it stands for', async () => {
    await using pod = new Pod();
    await pod.serve();
    const { child, control } = await pod.stand(['--exec', 'e']);
    control.end('wait\n');
    await pod.asked('wait');
    child.kill('SIGKILL');
    await pod.asked('kill 9');
  });

  test('a creation that is given up ends it; a namespace that cannot be had is told', async () => {
    await using pod = new Pod();
    const { exited, control } = await pod.stand();
    control.end();
    assert.is(await exited, 1);
    const wrong = await pod.stand(['--network', '/nowhere/net']);
    assert.match(wrong.words, /^error: cannot join the network namespace \/nowhere\/net: No such/);
    assert.is(await wrong.exited, 1);
  });

  test('the supervisor is replaced: it asks the next one; the pod is gone: 137; the process unknown: 255', async () => {
    await using pod = new Pod();
    const first = await pod.serve();
    const waiting = await pod.stand();
    waiting.control.end('wait\n');
    await pod.asked('wait');
    first.kill('SIGKILL');
    await once(first, 'exit');
    waiting.child.kill('SIGTERM');
    const second = await pod.serve();
    assert.is(await waiting.exited, 143);
    const left = await pod.stand();
    left.control.end('wait\n');
    await becomes('it waits', () => pod.calls().filter((call) => call === 'wait').length === 3);
    second.kill('SIGTERM');
    assert.is(await left.exited, 137);
    mkdirSync(pod.folder);
    await pod.serve();
    const unknown = await pod.stand(['--exec', 'unknown']);
    unknown.control.end('wait\n');
    assert.is(await unknown.exited, 255);
  });

  test('a supervisor that nobody replaces is replaced by it, in the network namespace that it came from', async () => {
    await using pod = new Pod();
    const first = await pod.serve();
    const adopter = [process.execPath, FAKE_SUPERVISOR, '--pod', pod.folder, '--adopt'];
    const { child, exited, control } = await pod.stand(['--network', 'new'], adopter);
    control.end('wait\n');
    await pod.asked('wait');
    const networkOf = (pid: number | 'self' | undefined): string =>
      readlinkSync(`/proc/${String(pid)}/ns/net`);
    assert.is.not(networkOf(child.pid), networkOf('self'));
    first.kill('SIGKILL');
    await becomes('an adopter was started', () => pod.starts().length === 2);
    // The pod's lock is of a network namespace.
    assert.is(networkOf(pod.starts()[1]), networkOf('self'));
    await becomes('it waits again', () => pod.calls().filter((c) => c === 'wait').length === 2);
    child.kill('SIGINT');
    assert.is(await exited, 130);
  });

  test('a console: its master is handed over, its slave is raw, its size and its end are passed on', async () => {
    if (spawnSync('python3', ['-c', '']).status !== 0) {
      skip('python3, which takes the terminal over, is not here');
      return;
    }
    await using pod = new Pod();
    await pod.serve();
    const path = join(pod.root, 'console');
    const caller = spawn('python3', ['-c', CONSOLE, path], { stdio: ['pipe', 'pipe', 'inherit'] });
    pod.children.push(caller);
    let said = '';
    caller.stdout.on('data', (data: Buffer) => {
      said += data.toString();
    });
    await becomes('the caller listens', () => said.includes('listening'));
    const { child, exited, control } = await pod.stand(['--console-socket', path]);
    await becomes('the caller has it', () => /raw|cooked/.test(said));
    assert.match(said, /raw/);
    assert.match(readlinkSync(`/proc/${child.pid}/fd/0`), /^\/dev\/pts\/\d+$/);
    control.end('wait\n');
    await pod.asked('resize 100x30');
    caller.stdin.write('resize 80 25\n');
    await pod.asked('resize 80x25');
    caller.stdin.write('close\n');
    await pod.asked('kill 1');
    assert.is(await exited, 129);
  });
}

test.run();
