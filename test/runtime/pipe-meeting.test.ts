import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  newMeeting,
  proveToClient,
  proveToServer,
  publishMeeting,
  readMeeting,
  withdrawMeeting,
} from '../../runtime/pipe-meeting.ts';
import { rejection } from '../harness/rejection.ts';

const folder = mkdtempSync(join(tmpdir(), 'lcow-meeting-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

/** Two ends of a connection. */
async function pair(): Promise<[client: Socket, server: Socket]> {
  const windows = process.platform === 'win32';
  const path = windows ? newMeeting().pipe : join(folder, `${Math.random()}.sock`);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const client = connect(path);
  const other = await accepted;
  server.close();
  return [client, other];
}

test('the file tells pipe and key, and goes with its server only', () => {
  const path = join(folder, 'task.sock');
  assert.is(readMeeting(path), undefined);
  const [first, second] = [newMeeting(), newMeeting()];
  assert.is.not(first.pipe, second.pipe);
  publishMeeting(path, first);
  assert.equal(readMeeting(path), first);
  publishMeeting(path, second);
  withdrawMeeting(path, first);
  assert.equal(readMeeting(path), second);
  withdrawMeeting(path, second);
  assert.is(readMeeting(path), undefined);
});

test('a file that tells something else is data-loss, and no pipe but one of ours is dialled', async () => {
  const path = join(folder, 'broken.sock');
  const key = 'ab'.repeat(32);
  for (const text of [
    '',
    '{}',
    JSON.stringify({ pipe: '\\\\.\\pipe\\other', key }),
    JSON.stringify({ pipe: '\\\\server\\pipe\\lcow-00000000000000000000000000000000', key }),
    JSON.stringify({ pipe: newMeeting().pipe, key: 'ab' }),
    `"${'x'.repeat(2000)}"`,
  ]) {
    writeFileSync(path, text);
    try {
      readMeeting(path);
      assert.unreachable(text);
    } catch (error) {
      assert.is((error as { code?: string }).code, 'data-loss', text);
    }
  }
});

test('both ends prove the key, and what comes next is not lost', async () => {
  const { key } = newMeeting();
  const [client, server] = await pair();
  const proven = proveToServer(client, key).then(() => client.write('first words'));
  await Promise.all([proven, proveToClient(server, key)]);
  const heard = new Promise((resolve) => server.once('data', (bytes) => resolve(String(bytes))));
  assert.is(await heard, 'first words');
  server.write('answer');
  assert.is(
    await new Promise((resolve) => client.once('data', (bytes) => resolve(String(bytes)))),
    'answer',
  );
  client.destroy();
  server.destroy();
});

test('a client without the key is refused, and one of another server does not speak to it', async () => {
  const [client, server] = await pair();
  const [asClient, asServer] = await Promise.all([
    rejection(proveToServer(client, newMeeting().key)),
    rejection(proveToClient(server, newMeeting().key)),
  ]);
  assert.is((asClient as { code?: string }).code, 'permission-denied');
  // The client left without its proof.
  assert.is((asServer as { code?: string }).code, 'unavailable');
  assert.ok(client.destroyed && server.destroyed);
});

test('a client that sends a wrong proof is refused by the server', async () => {
  const [client, server] = await pair();
  client.on('error', () => undefined);
  client.write(Buffer.alloc(32, 1));
  client.once('data', () => client.write(Buffer.alloc(32, 2)));
  const refused = await rejection(proveToClient(server, newMeeting().key));
  assert.is((refused as { code?: string }).code, 'permission-denied');
  client.destroy();
});

test('a client that leaves in the middle ends the proof', async () => {
  const [client, server] = await pair();
  client.end(Buffer.alloc(10));
  const refused = await rejection(proveToClient(server, newMeeting().key));
  assert.is((refused as { code?: string }).code, 'unavailable');
});

test.run();
