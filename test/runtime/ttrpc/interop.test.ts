/** Against the ttrpc of containerd itself, both ways: interop/main.go, where Go and its modules are at hand. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ttrpc } from '../../../proto/generated/ttrpc.js';
import { RuntimeError } from '../../../runtime/errors.ts';
import { type CallOptions, TtrpcClient } from '../../../runtime/ttrpc/client.ts';
import { handle, handleStream, streamMethod, unaryMethod } from '../../../runtime/ttrpc/method.ts';
import { TtrpcServer } from '../../../runtime/ttrpc/server.ts';
import { listenOnSocket } from '../../../runtime/ttrpc/server-socket.ts';
import { repositoryRoot } from '../../harness/repository-root.ts';
import { skip } from '../../harness/skip.ts';
import { expectRejection } from './echo-service.ts';

const { KeyValue } = ttrpc;
const SERVICE = 'test.Interop';
const ECHO = unaryMethod(SERVICE, 'Echo', KeyValue, KeyValue);
const FAIL = unaryMethod(SERVICE, 'Fail', KeyValue, KeyValue);
const HANG = unaryMethod(SERVICE, 'Hang', KeyValue, KeyValue);
const NOPE = unaryMethod(SERVICE, 'Nope', KeyValue, KeyValue);
const METADATA = unaryMethod(SERVICE, 'Metadata', KeyValue, KeyValue);
const COLLECT = streamMethod(SERVICE, 'Collect', 'client-stream', KeyValue, KeyValue);
const REPEAT = streamMethod(SERVICE, 'Repeat', 'server-stream', KeyValue, KeyValue);
const CHAT = streamMethod(SERVICE, 'Chat', 'bidi-stream', KeyValue, KeyValue);

const folder = mkdtempSync(join(tmpdir(), 'lcow-interop-'));
const program = join(folder, 'interop');
const why = await build();
if (why === undefined) {
  test("containerd's client gets from our server what it gets from its own", goCallsUs);
  test("our client gets from containerd's server what it gets from ours", weCallGo);
} else {
  skip(`the ttrpc of containerd cannot be built: ${why}`);
}
test.after(() => rmSync(folder, { recursive: true, force: true }));
test.run();

/** Why the program cannot be built here, or undefined when it was. */
async function build(): Promise<string | undefined> {
  const cwd = join(repositoryRoot(), 'test/runtime/ttrpc/interop');
  try {
    await promisify(execFile)('go', ['build', '-o', program, '.'], { cwd, timeout: 90_000 });
    return undefined;
  } catch (error) {
    return (error as Error).message.slice(0, 300);
  }
}

async function goCallsUs(): Promise<void> {
  const server = new TtrpcServer([
    handle(ECHO, (request) => request),
    handle(FAIL, () => {
      throw new RuntimeError('not-found', 'see container x', 'it is not there');
    }),
    handle(HANG, () => new Promise<ttrpc.IKeyValue>(() => undefined)),
    handle(METADATA, (_, { metadata }) => ({
      key: metadata.get('containerd-namespace-ttrpc')?.[0] ?? '',
    })),
    handleStream(COLLECT, async (stream) => {
      let key = '';
      for await (const part of stream) key += part.key;
      return { key };
    }),
    handleStream(REPEAT, async (stream) => {
      const message = await stream.receive();
      for (const _ of message?.key ?? '') await stream.send(message ?? {});
    }),
    handleStream(CHAT, async (stream) => {
      for await (const message of stream) await stream.send(message);
    }),
  ]);
  const path = join(folder, 'ours');
  await using _socket = await listenOnSocket(path, { accept: (end) => void server.serve(end) });
  const { stdout } = await promisify(execFile)(program, ['call', path], { timeout: 20_000 });
  await server.close();
  assert.equal(stdout.trim().split('\n'), [
    'Echo "hello" OK ""',
    'Echo "" OK ""',
    'Metadata "k8s.io" OK ""',
    'Fail "" NotFound "cannot see container x: it is not there: not found"',
    'Nope "" Unimplemented "method Nope"',
    'Nope "" Unimplemented "service test.Other"',
    'Hang true',
    'concurrent 500',
    'Collect "abcd" <nil>',
    ...['Repeat "xyz"', 'Repeat "xyz"', 'Repeat "xyz"', 'Repeat EOF'],
    ...['Chat "one"', 'Chat ""', 'Chat "three"', 'Chat EOF'],
  ]);
}

async function weCallGo(): Promise<void> {
  const path = join(folder, 'theirs');
  const child = spawn(program, ['serve', path], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await ready(child);
    const client = await TtrpcClient.connect(path);
    const ask = async (
      method: typeof ECHO,
      key: string,
      options: CallOptions = {},
    ): Promise<string> => (await client.call('ask', method, { key }, options)).key;
    assert.is(await ask(ECHO, 'hello'), 'hello');
    assert.is(await ask(ECHO, ''), '');
    const metadata = { 'containerd-namespace-ttrpc': 'moby' };
    assert.is(await ask(METADATA, '', { metadata }), 'moby');
    const missing = await expectRejection(client.call('start', FAIL, {}));
    assert.equal([missing.code, missing.message], ['not-found', 'cannot start: container x']);
    assert.is((await expectRejection(client.call('x', NOPE, {}))).code, 'unsupported');
    const late = await expectRejection(client.call('wait', HANG, {}, { timeoutMs: 50 }));
    assert.is(late.code, 'timeout');
    const texts = Array.from({ length: 500 }, (_, i) => `${i}${'x'.repeat(i * 20)}`);
    const answers = await Promise.all(texts.map((key) => ask(ECHO, key)));
    assert.equal(answers, texts);

    const collect = client.stream('collect', COLLECT);
    for (const key of ['ab', '', 'cd']) await collect.send({ key });
    await collect.close();
    assert.is((await collect.receive())?.key, 'abcd');
    assert.is(await collect.receive(), undefined);

    const repeated: string[] = [];
    for await (const { key } of client.stream('repeat', REPEAT, { request: { key: 'xyz' } })) {
      repeated.push(key);
    }
    assert.equal(repeated, ['xyz', 'xyz', 'xyz']);

    const chat = client.stream('chat', CHAT);
    for (const key of ['one', '', 'three']) {
      await chat.send({ key });
      assert.is((await chat.receive())?.key, key);
    }
    await chat.close();
    assert.is(await chat.receive(), undefined);
    await client.close();
  } finally {
    child.kill('SIGKILL');
  }
}

/** Waits for the program's first line. */
function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`it ended with ${code}`)));
    child.stdout?.once('data', () => resolve());
  });
}
