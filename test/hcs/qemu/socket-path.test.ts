/** Sockets whose paths are longer than the kernel takes. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { connectSocket, listenSocket } from '../../../hcs/qemu/socket-path.ts';
import { rejection } from '../../harness/rejection.ts';
import { skip } from '../../harness/skip.ts';

const root = mkdtempSync(join(tmpdir(), 'lcow-socket-'));
test.after(() => rmSync(root, { recursive: true, force: true }));

const deep = join(root, 'x'.repeat(90), 'y'.repeat(90));
mkdirSync(deep, { recursive: true });

test('a listener under a long path takes connections, and closing it removes its socket alone', async () => {
  const path = join(deep, 'sock');
  const server = createServer((socket) => socket.end('hello'));
  await listenSocket(server, path);
  // Descriptors that come after it; each is of a folder with a file of the same name.
  const others = Array.from({ length: 20 }, (_, n) => {
    const folder = join(root, `other${n}`);
    mkdirSync(folder);
    writeFileSync(join(folder, 'sock'), '');
    return { file: join(folder, 'sock'), descriptor: openSync(folder, 'r') };
  });
  const socket = await connectSocket(path);
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  assert.is(bytes.toString(), 'hello');
  socket.destroy();
  const closed = once(server, 'close');
  server.close();
  await closed;
  assert.not.ok(existsSync(path));
  for (const { file, descriptor } of others) {
    closeSync(descriptor);
    assert.ok(existsSync(file), `${file} is gone`);
  }
});

test('neither a listener that has closed nor one that failed keeps its folder open', async () => {
  const path = join(deep, 'taken');
  const before = readdirSync('/proc/self/fd').length;
  const first = createServer();
  await listenSocket(first, path);
  const second = createServer();
  const error = (await rejection(listenSocket(second, path))) as NodeJS.ErrnoException;
  assert.is(error.code, 'EADDRINUSE');
  second.close();
  const closed = once(first, 'close');
  first.close();
  await closed;
  await rejection(connectSocket(path));
  assert.is(readdirSync('/proc/self/fd').length, before);
});

if (process.platform === 'linux') test.run();
else skip('sockets under long paths: only Linux has them');
