/** Commands that are handed over: the daemon's side against the real client, and against callers that say what they may not. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type CommandCaller,
  CommandService,
  decodeCommand,
  type HandedCommand,
  type ReadyCommand,
} from '../../../runtime/pool/command-service.ts';
import { readLines, writeLine } from '../../../runtime/pool/parked-channel.ts';
import { messageOf, RuntimeError } from '../../../runtime/errors.ts';
import { listenOnSocket } from '../../../runtime/ttrpc/server-socket.ts';
import { skip } from '../../harness/skip.ts';
import { builtHolder } from '../holder/held-pod.ts';

const root = mkdtempSync(join(tmpdir(), 'lcow-command-'));
const client = builtHolder();
/** What is executed where the command is not handed over. */
const fallback = join(root, 'launcher');
writeFileSync(fallback, 'echo "launcher $@"; cat\n');
let sockets = 0;

interface Finished {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
}

function run(socket: string, args: readonly string[] = ['start'], input = ''): Running {
  const words = ['command', '--socket', socket, '--', 'sh', fallback, ...args];
  const child = spawn(client ?? '', words, {
    cwd: root,
    env: { ...process.env, LCOW_TEST: 'a b' },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString('latin1')));
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const finished = new Promise<Finished>((resolve) => {
    child.on('close', (code, signal) => resolve({ code: code ?? signal ?? '', stdout, stderr }));
  });
  return { child, finished };
}

const NOT_HANDED = (input = ''): Finished => {
  return { code: 0, stdout: `launcher start\n${input}`, stderr: '' };
};

interface Served extends AsyncDisposable {
  readonly path: string;
  readonly service: CommandService;
  readonly commands: HandedCommand[];
  readonly log: string[];
}

async function serve(ready: Partial<ReadyCommand> | RuntimeError): Promise<Served> {
  const path = join(root, `s${(sockets += 1)}`, 'command.sock');
  const commands: HandedCommand[] = [];
  const log: string[] = [];
  const runner = async (command: HandedCommand): Promise<ReadyCommand> => {
    commands.push(command);
    if (ready instanceof RuntimeError) throw ready;
    const run = async () => ({ status: 0, stdout: new Uint8Array(0), stderr: '' });
    return { takesInput: true, mayRepeat: false, run, ...ready };
  };
  const service = new CommandService({ runner, log: (line) => log.push(line) });
  const socket = await listenOnSocket(path, { accept: (connection) => service.serve(connection) });
  const close = (): Promise<void> => socket.close();
  return { path, service, commands, log, [Symbol.asyncDispose]: close };
}

/** A daemon that says these lines, one for each that it hears, and then ends. */
async function breaksOff(...lines: object[]): Promise<{ path: string } & AsyncDisposable> {
  const path = join(root, `b${(sockets += 1)}`);
  const server = createServer((socket) => {
    readLines(socket, () => {
      const line = lines.shift();
      if (line !== undefined) writeLine(socket, line);
      if (lines.length === 0) socket.end();
    });
    socket.on('error', () => undefined);
  }).listen(path);
  await once(server, 'listening');
  const close = async (): Promise<void> => void server.close();
  return { path, [Symbol.asyncDispose]: close };
}

function processOf(log: string, script: string) {
  const file = join(root, `holder${(sockets += 1)}`);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o700);
  return { program: [file, 'shim', 'x y'], environment: { PATH: process.env['PATH'] ?? '' }, log };
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false;
  }
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not within ten seconds: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

if (client === undefined) skip('the holder is not built');
else {
  test('who asks is told all that the command answers, bytes and status', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    let heard = '';
    await using served = await serve({
      run: async (input) => {
        heard = Buffer.from(input).toString();
        return { status: 7, stdout: bytes, stderr: 'a line\nanother\n' };
      },
    });
    const args = ['-id', 'c 1', '-bundle', root, 'start'];
    const { code, stdout, stderr } = await run(served.path, args, 'options').finished;
    assert.equal({ code, stderr }, { code: 7, stderr: 'a line\nanother\n' });
    assert.equal(Buffer.from(stdout, 'latin1'), Buffer.from(bytes));
    assert.is(heard, 'options');
    const [command] = served.commands;
    assert.equal(command?.arguments, args);
    assert.is(command?.launcher, fallback);
    assert.is(command?.folder, root);
    assert.is(command?.environment['LCOW_TEST'], 'a b');
    assert.equal(served.service.counts, { handedOver: 1, refused: 0, lastRefusal: '' });
  });

  test('one that reads no stdin does not wait for its end', async () => {
    await using served = await serve({ takesInput: false });
    const words = ['command', '--socket', served.path, '--', 'sh', fallback, 'delete'];
    const child = spawn(client, words, { stdio: ['pipe', 'ignore', 'ignore'] });
    const [code] = (await once(child, 'exit')) as [number];
    assert.is(code, 0);
    child.stdin?.destroy();
  });

  test('without a daemon the launcher goes on, with its own stdin', async () => {
    assert.equal(await run(join(root, 'none'), ['start'], 'in').finished, NOT_HANDED('in'));
    const left = await breaksOff();
    await left[Symbol.asyncDispose]();
    assert.equal(await run(left.path, ['start'], 'in').finished, NOT_HANDED('in'));
  });

  test('so it does where the daemon refuses, which counts and says why', async () => {
    const why = new RuntimeError('unsupported', 'run it', 'it is another');
    await using served = await serve(why);
    assert.equal(await run(served.path, ['start'], 'in').finished, NOT_HANDED('in'));
    assert.equal(await run(served.path, ['start'], 'in').finished, NOT_HANDED('in'));
    const lastRefusal = 'cannot run it: it is another';
    assert.equal(served.service.counts, { handedOver: 0, refused: 2, lastRefusal });
    assert.equal(served.log, [`a command goes to Node: ${lastRefusal}`]);
  });

  test('a daemon that does not answer is not waited for', async () => {
    const path = join(root, 'silent');
    const server = createServer().listen(path);
    await once(server, 'listening');
    assert.equal(await run(path, ['start'], 'in').finished, NOT_HANDED('in'));
    server.close();
  });

  test('a daemon that dies before it has begun: the launcher has the stdin that was read', async () => {
    await using daemon = await breaksOff({ accepted: true, input: true });
    const input = 'x'.repeat(20_000);
    assert.equal(await run(daemon.path, ['start'], input).finished, NOT_HANDED(input));
  });

  test('input that is more than is handed over is left to the launcher, whole', async () => {
    await using served = await serve({});
    const input = 'y'.repeat(3 << 20);
    assert.equal(await run(served.path, ['start'], input).finished, NOT_HANDED(input));
    assert.is(served.service.counts.handedOver, 0);
  });

  test('a daemon that dies once it has begun: an error, and nothing is run twice', async () => {
    await using daemon = await breaksOff({ accepted: true, input: true }, { begun: true });
    const { code, stdout, stderr } = await run(daemon.path).finished;
    assert.equal({ code, stdout }, { code: 1, stdout: '' });
    assert.match(stderr, "containerd-shim-lcow-v1: the pool's process broke off: it ended");
  });

  test('what may be run once more is', async () => {
    const begun = { begun: true, again: true };
    await using daemon = await breaksOff({ accepted: true, input: false }, begun);
    const { code, stdout, stderr } = await run(daemon.path, ['delete']).finished;
    assert.equal({ code, stdout }, { code: 0, stdout: 'launcher delete\n' });
    assert.match(stderr, 'the command is run anew');
  });

  test('a process is the child of who asked, in a session of its own, with its score and one', async () => {
    const log = join(root, 'log');
    const told = join(root, 'told');
    const script = `echo "$@" > ${told}; tr '\\0' '\\n' < /proc/$$/environ >> ${told}
echo to the log >&2; echo ready; exec >&-; exec sleep 30`;
    const wanted = processOf(log, script);
    let found = { parent: 0, session: 0, pid: 0 };
    await using served = await serve({
      run: async (_, caller) => {
        const { pid, words, ended } = await caller.spawn(wanted);
        assert.equal({ words, ended }, { words: 'ready\n', ended: undefined });
        const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
          .replace(/^.*\) /, '')
          .split(' ');
        found = { parent: Number(stat[1]), session: Number(stat[3]), pid };
        return { status: 0, stdout: new Uint8Array(0), stderr: '' };
      },
    });
    const { child, finished } = run(served.path);
    // Its stdout ends with the client: nobody else has it.
    assert.is((await finished).code, 0);
    assert.is(found.parent, child.pid);
    assert.is(found.session, found.pid);
    const score = (pid: number | string): number =>
      Number(readFileSync(`/proc/${pid}/oom_score_adj`, 'latin1'));
    assert.is(score(found.pid), Math.min(score('self') + 1, 1000));
    assert.is(readFileSync(log, 'utf8'), 'to the log\n');
    const [words, ...variables] = readFileSync(told, 'utf8').trim().split('\n');
    assert.is(words, 'shim x y');
    assert.equal(variables, [`PATH=${process.env['PATH']}`]);
    assert.ok(isAlive(found.pid));
    process.kill(found.pid, 'SIGKILL');
  });

  test('a process that does not serve: its words and how it ended', async () => {
    const wanted = processOf(join(root, 'log2'), 'echo taken; exit 75');
    await using served = await serve({
      run: async (_, caller) => {
        const { words, ended } = await caller.spawn(wanted);
        return { status: 0, stdout: Buffer.from(`${words}${ended}`), stderr: '' };
      },
    });
    assert.is((await run(served.path).finished).stdout, 'taken\n75');
  });

  test('a process that cannot be started is told, and the caller lives on', async () => {
    const wanted = { program: [join(root, 'nowhere')], environment: {}, log: join(root, 'log3') };
    await using served = await serve({
      run: async (_, caller) => {
        const why = await caller.spawn(wanted).then(() => '', messageOf);
        return { status: 1, stdout: new Uint8Array(0), stderr: why };
      },
    });
    const { code, stderr } = await run(served.path).finished;
    assert.is(code, 1);
    assert.match(stderr, 'the caller could not start a process: No such file');
  });

  test('a daemon that dies while a process starts: it is told to end', async () => {
    const pids = join(root, 'pids');
    const wanted = processOf(join(root, 'log4'), `echo $$ > ${pids}; echo ready; exec sleep 30`);
    const path = join(root, 'dies');
    const server = createServer((socket: Socket) => {
      const lines = [{ accepted: true, input: false }, { begun: true }, undefined, undefined];
      socket.on('error', () => undefined);
      readLines(socket, (line) => {
        const next = lines.shift();
        if (next !== undefined) writeLine(socket, next);
        if (next?.begun === true) writeLine(socket, { holder: wanted });
        if ((line['holder'] as { words?: string } | undefined)?.words !== undefined)
          socket.destroy();
      });
    }).listen(path);
    await once(server, 'listening');
    const { code, stderr } = await run(path).finished;
    assert.is(code, 1);
    assert.match(stderr, 'broke off');
    await until('it ended', () => !isAlive(Number(readFileSync(pids, 'latin1'))));
    server.close();
  });

  test('a caller that is killed: the command is told, and its process ends', async () => {
    const pids = join(root, 'pids2');
    const wanted = processOf(join(root, 'log5'), `echo $$ > ${pids}; exec sleep 30`);
    let told: CommandCaller | undefined;
    let why = '';
    await using served = await serve({
      run: async (_, caller) => {
        told = caller;
        why = await caller.spawn(wanted).then(() => '', messageOf);
        return { status: 0, stdout: new Uint8Array(0), stderr: '' };
      },
    });
    const { child, finished } = run(served.path);
    await until('it runs', () => existsSync(pids) && readFileSync(pids, 'latin1').endsWith('\n'));
    child.kill('SIGKILL');
    const pid = Number(readFileSync(pids, 'latin1'));
    await until('it ended', () => !isAlive(pid));
    await served.service.settled();
    assert.match(why, `the caller has gone, process ${pid} is told to end`);
    assert.ok(told?.signal.aborted);
    await finished;
  });
}

test('what is no command is refused, with field and value', () => {
  const namespaces = { mnt: 'mnt:[1]', net: 'net:[1]', pid: 'pid:[1]', user: 'user:[1]' };
  const command = {
    ...{ protocol: 1, launcher: '/l', arguments: ['start'], folder: '/', environment: { A: 'b' } },
    namespaces,
  };
  assert.is(decodeCommand(command).launcher, '/l');
  const cases: readonly (readonly [object, RegExp])[] = [
    [{ protocol: 2 }, /protocol is 2, not 1/],
    [{ launcher: '' }, /launcher is "", not a path/],
    [{ arguments: 'start' }, /arguments is "start"/],
    [{ arguments: ['a\0b'] }, /arguments is/],
    [{ arguments: Array.from({ length: 65 }, () => 'x') }, /not up to 64 words/],
    [{ arguments: ['x'.repeat(4097)] }, /arguments is/],
    [{ folder: 'here' }, /folder is "here", not an absolute path/],
    [{ environment: [] }, /environment is "object", not texts by name/],
    [{ environment: { A: 1 } }, /environment is/],
    [{ namespaces: { ...namespaces, net: '/x' } }, /namespaces\.net is "\/x"/],
    [{ namespaces: undefined }, /namespaces\.mnt is missing/],
  ];
  for (const [change, message] of cases) {
    assert.throws(() => decodeCommand({ ...command, ...change }), message);
  }
});

test('a caller that says something else is not begun with', async () => {
  await using served = await serve({});
  const socket = connect(served.path);
  const heard: Record<string, unknown>[] = [];
  readLines(socket, (line) => heard.push(line));
  writeLine(socket, { protocol: 9 });
  await once(socket, 'close');
  assert.match(String(heard[0]?.['refused']), 'protocol is 9, not 1');
  assert.equal(served.commands, []);
  assert.is(served.service.counts.handedOver, 0);
});

test.after(() => rmSync(root, { recursive: true }));
test.run();
