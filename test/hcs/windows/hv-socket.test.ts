/** hvsocket: addresses byte for byte, and listen, accept, dial and adoption over the stand-in's sockets. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { vsockServiceId } from '../../../hcs/document/hv-socket.ts';
import { hvSocketAddress } from '../../../hcs/windows/hv-socket-address.ts';
import { dialGuest, HvSocketListener } from '../../../hcs/windows/hv-socket.ts';
import { Winsock } from '../../../hcs/windows/winsock.ts';
import { buildStandIn } from '../../stand-in/build-stand-in.ts';
import { hcsRejection, rejection } from '../../harness/rejection.ts';
import { skip } from '../../harness/skip.ts';
import { filesBelow } from '../../harness/leftovers.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CHILDREN = '90db8b89-0d35-4f79-8ce9-49ea0ac8b7cd';
const NEVER = new Promise<never>(() => undefined);

test('an address is what Windows has in memory', () => {
  assert.is(
    hvSocketAddress(CHILDREN, vsockServiceId(0x400)).toString('hex'),
    '22000000898bdb90350d794f8ce949ea0ac8b7cd00040000cbfae611bd5864006a7986d3',
  );
  assert.throws(() => hvSocketAddress('no', vsockServiceId(1)), /"no" is not a GUID/);
});

try {
  const { ws2_32 } = await buildStandIn();
  const folder = mkdtempSync(join(tmpdir(), 'lcow-hv-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  process.env['LCOW_STAND_IN_HVSOCKETS'] = folder;
  register(new Winsock(ws2_32), folder);
} catch (error) {
  skip(`hvsocket: the stand-in cannot be built: ${(error as Error).message}`);
}
test.run();

function register(winsock: Winsock, folder: string): void {
  const vm = '12345678-9abc-4def-8123-456789abcdef';
  const listen = (port: number, exited: Promise<unknown> = NEVER): HvSocketListener =>
    HvSocketListener.open(winsock, `listen on port ${port}`, vm, port, exited);
  const pair = async (listener: HvSocketListener): Promise<[Socket, Socket]> => {
    const dialled = dialGuest(winsock, vm, listener.port);
    return [await dialled, await listener.accept()];
  };

  test('bytes go both ways, and each way ends by itself', async () => {
    await using listener = listen(1);
    const [guest, host] = await pair(listener);
    const sent = randomBytes(4 * 1024 * 1024);
    const received = collect(host);
    guest.end(sent);
    assert.ok((await received).equals(sent));
    // Half-closed: the other way is still open.
    const answer = collect(guest);
    host.end('still here');
    assert.is((await answer).toString(), 'still here');
    await Promise.all([closed(guest), closed(host)]);
  });

  test('connections that nobody accepts yet wait; each is accepted once', async () => {
    await using listener = listen(2);
    const guests = await Promise.all([1, 2, 3].map(() => dialGuest(winsock, vm, 2)));
    const hosts = await Promise.all([1, 2, 3].map(() => listener.accept()));
    for (const guest of guests) guest.end('x');
    for (const host of hosts) assert.is((await collect(host)).toString(), 'x');
    for (const socket of [...guests, ...hosts]) socket.destroy();
  });

  test('accept is given up with its signal, and another goes on', async () => {
    await using listener = listen(3);
    const kept = listener.accept();
    const given = hcsRejection(
      listener.accept(AbortSignal.timeout(30)),
      'HCS_E_CONNECTION_TIMEOUT',
    );
    await given;
    await hcsRejection(listener.accept(AbortSignal.abort()), 'HCS_E_CONNECTION_TIMEOUT');
    const guest = await dialGuest(winsock, vm, 3);
    (await kept).destroy();
    guest.destroy();
  });

  test('a port has one listener at a time, and is free again after it', async () => {
    const first = listen(4);
    const error = await rejection((async () => listen(4))());
    assert.is((error as { code?: string }).code, 'ERROR_ALREADY_EXISTS');
    await first[Symbol.asyncDispose]();
    await hcsRejection(first.accept(), 'HCS_E_CONNECTION_CLOSED');
    await listen(4)[Symbol.asyncDispose]();
    assert.equal(filesBelow(folder), []);
  });

  test("the system's exit ends what waits, and what was sent last is read", async () => {
    let exit: () => void = () => undefined;
    const exited = new Promise<void>((resolve) => {
      exit = resolve;
    });
    const listener = listen(5, exited);
    const [guest, host] = await pair(listener);
    const waiting = hcsRejection(listener.accept(), 'HCS_E_CONNECTION_CLOSED');
    guest.end('last words');
    await once(guest, 'finish');
    exit();
    await waiting;
    assert.is((await collect(host)).toString(), 'last words');
    guest.resume();
    await Promise.all([closed(guest), closed(host)]);
    await listener[Symbol.asyncDispose]();
  });

  test('a dial to nobody is given up after its timeout, and the loop goes on meanwhile', async () => {
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 5);
    const error = await hcsRejection(dialGuest(winsock, vm, 6, 100), 'HCS_E_CONNECT_FAILED');
    clearInterval(timer);
    assert.match(error.message, 'port 6');
    assert.ok(turns >= 5, `${turns} turns`);
  });
}

async function collect(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'end');
  return Buffer.concat(chunks);
}

async function closed(socket: Socket): Promise<void> {
  if (!socket.destroyed) await once(socket, 'close');
}
