import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { RuntimeError } from '../../../runtime/errors.ts';
import { TtrpcClient } from '../../../runtime/ttrpc/client.ts';
import { peerIsOurs, peerUid } from '../../../runtime/ttrpc/peer-credentials.ts';
import { TtrpcServer } from '../../../runtime/ttrpc/server.ts';
import { listenOnSocket } from '../../../runtime/ttrpc/server-socket.ts';
import { skip } from '../../harness/skip.ts';
import { ECHO, echoHandlers, expectRejection, socketPair } from './echo-service.ts';

let folder = '';
const server = new TtrpcServer(echoHandlers());
const accept = (socket: Parameters<TtrpcServer['serve']>[0]): void => void server.serve(socket);

test.before(() => {
  folder = mkdtempSync(join(tmpdir(), 'lcow-socket-'));
});
test.after(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

if (process.platform === 'win32') skip('the tests of Unix sockets need one');
else registerUnix();
test.run();

function registerUnix(): void {
  test('serves on a 0600 socket in a 0700 folder that it makes, and removes it', async () => {
    const path = join(folder, 'made', 'here', 's');
    const socket = await listenOnSocket(path, { accept });
    assert.is(lstatSync(path).mode & 0o777, 0o600);
    assert.is(lstatSync(join(folder, 'made', 'here')).mode & 0o777, 0o700);
    const client = await TtrpcClient.connect(path);
    assert.is((await client.call('echo', ECHO.echo, Buffer.from('abc'))).byteLength, 3);
    await socket.close();
    assert.not(existsSync(path));
    assert.is((await client.call('echo', ECHO.echo, Buffer.from('de'))).byteLength, 2);
    await client.close();
    await socket.close();
  });

  test('a connection waits for what is to come before it, however that ends', async () => {
    for (const end of ['resolve', 'reject'] as const) {
      let settle = (): void => undefined;
      const after = new Promise<void>((resolve, reject) => {
        settle = end === 'resolve' ? resolve : () => reject(new Error('it failed'));
      });
      let accepted = 0;
      const path = join(folder, `after-${end}`);
      await using _ = await listenOnSocket(path, {
        after,
        accept: (socket) => {
          accepted += 1;
          accept(socket);
        },
      });
      const client = await TtrpcClient.connect(path);
      const answer = client.call('echo', ECHO.echo, Buffer.from('abc'));
      // As long as the check of a connection that does not wait takes.
      await using other = await listenOnSocket(join(folder, `other-${end}`), { accept });
      const beside = await TtrpcClient.connect(other.path);
      await beside.call('echo', ECHO.echo, Buffer.from('a'));
      await beside.close();
      assert.is(accepted, 0);
      settle();
      assert.is((await answer).byteLength, 3);
      assert.is(accepted, 1);
      await client.close();
    }
  });

  test('a living server is not replaced', async () => {
    const path = join(folder, 'alive');
    await using _ = await listenOnSocket(path, { accept });
    const error = await expectRejection(listenOnSocket(path, { accept }));
    assert.is(error.code, 'already-exists');
    const client = await TtrpcClient.connect(path);
    await client.call('echo', ECHO.echo, Buffer.from('abc'));
    await client.close();
  });

  test('the socket of a server that was killed is replaced', async () => {
    const path = join(folder, 'stale');
    const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    const child = spawn(process.execPath, ['-e', script]);
    await new Promise((resolve) => child.once('exit', resolve));
    assert.ok(lstatSync(path).isSocket());
    await using _ = await listenOnSocket(path, { accept });
    const client = await TtrpcClient.connect(path);
    await client.call('echo', ECHO.echo, Buffer.from('abc'));
    await client.close();
  });

  test('a file that is no socket, a folder that others may enter and a long name are refused', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, 'precious');
    assert.is((await expectRejection(listenOnSocket(file, { accept }))).code, 'already-exists');
    assert.ok(existsSync(file));

    const open = join(folder, 'open');
    mkdirSync(open);
    chmodSync(open, 0o755);
    const error = await expectRejection(listenOnSocket(join(open, 's'), { accept }));
    assert.is(error.code, 'permission-denied');
    assert.match(error.message, /mode 0755/);

    const long = join(folder, 'x'.repeat(120));
    const tooLong = await expectRejection(listenOnSocket(long, { accept }));
    assert.is(tooLong.code, 'invalid-argument');
    assert.match(tooLong.message, /the name has 120 bytes, a socket's has at most \d+/);
    const most = join(folder, 'y'.repeat(106 - Buffer.byteLength(folder) - 1));
    await (await listenOnSocket(most, { accept })).close();
  });

  if (process.platform !== 'linux') return;

  test('a folder may be longer than the kernel takes: its socket is listened on, dialled, replaced and removed', async () => {
    const deep = join(folder, 'd'.repeat(60), 'e'.repeat(60));
    const path = join(deep, 'task.sock');
    assert.is((await expectRejection(TtrpcClient.connect(path))).code, 'unavailable');
    const first = await listenOnSocket(path, { accept });
    assert.is((await expectRejection(listenOnSocket(path, { accept }))).code, 'already-exists');
    await (await TtrpcClient.connect(path)).close();
    assert.ok(existsSync(path));
    await first.close();
    assert.not(existsSync(path));
    assert.is((await expectRejection(TtrpcClient.connect(path))).code, 'unavailable');
    const [cut] = readdirSync(dirname(deep));
    assert.is(cut, 'e'.repeat(60));
  });

  test('our own connection is ours', async () => {
    const { client, server: end } = await socketPair();
    assert.is(await peerUid(end), process.geteuid?.());
    assert.ok(await peerIsOurs(end));
    client.destroy();
    end.destroy();
    assert.is((await expectRejection(peerUid(end))).code, 'unavailable');
  });

  if (process.geteuid?.() !== 0) {
    skip('a connection of another user needs root to make one');
    return;
  }

  test('a connection of another user is closed before a byte of it is read', async () => {
    // The folder is opened behind the server's back: only the credentials keep the caller out.
    const inner = mkdtempSync(join(tmpdir(), 'lcow-peer-'));
    const path = join(inner, 's');
    const refused: RuntimeError[] = [];
    let accepted = 0;
    const socket = await listenOnSocket(path, {
      accept: () => {
        accepted += 1;
      },
      refused: (error) => refused.push(error),
    });
    try {
      chmodSync(inner, 0o755);
      chmodSync(path, 0o777);
      const script = `const s = require('net').connect(${JSON.stringify(path)});
        s.on('connect', () => s.write('hello')); s.on('error', () => {});
        s.on('close', () => process.exit(7)); s.resume();`;
      const child = spawn(process.execPath, ['-e', script], { uid: 65534, gid: 65534, cwd: '/' });
      const status = await new Promise((resolve) => child.once('exit', resolve));
      assert.is(status, 7);
      assert.is(accepted, 0);
      assert.equal(
        refused.map(({ code }) => code),
        ['permission-denied'],
      );
    } finally {
      await socket.close();
      rmSync(inner, { recursive: true, force: true });
    }
  });
}
