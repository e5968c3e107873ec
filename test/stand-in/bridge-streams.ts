/** Byte streams of the bridge: the guest's connections and consoles, joined to sockets of the program's side. */
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { HcsError } from '../../hcs/hcs-error.ts';
import type { ComputeSystem, GuestListener } from '../../hcs/service.ts';

/** The far end of the first serial port, one client at a time. */
export async function servePipe(path: string, system: ComputeSystem): Promise<Server> {
  const server = createServer((client) => {
    client.on('error', () => undefined);
    void system.console().then(
      (console) => {
        if (console === undefined) client.destroy();
        else join(client, console);
      },
      () => client.destroy(),
    );
  });
  await rm(path, { force: true });
  server.listen(path);
  await once(server, 'listening');
  return server;
}

/** `C <RuntimeId>`: this connection becomes the console's. */
export async function joinConsole(
  byRuntimeId: Map<string, ComputeSystem>,
  client: Socket,
  line: string,
): Promise<void> {
  try {
    const console = await byRuntimeId.get(line.split(' ')[1] ?? '')?.console();
    if (console === undefined) throw new HcsError('open the console', 'HCS_E_SYSTEM_NOT_FOUND');
    client.write('Y\n');
    join(client, console);
  } catch {
    client.end('N\n');
  }
}

/** `L <VmId> <port in hex> <where>`: serves one listener of the guest's connections, as long as its connection lives. */
export async function listen(
  byRuntimeId: Map<string, ComputeSystem>,
  owner: Socket,
  line: string,
): Promise<void> {
  const [, vm = '', port = '', where = ''] = line.split(' ');
  const guid = vm.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  let listener: GuestListener;
  try {
    const system = byRuntimeId.get(guid);
    if (system === undefined) throw new HcsError('listen', 'HCS_E_SYSTEM_NOT_FOUND');
    listener = await system.listen(parseInt(port, 16));
  } catch {
    owner.end('N\n');
    return;
  }
  owner.once('close', () => void listener[Symbol.asyncDispose]());
  owner.write('Y\n');
  for (;;) {
    let guest: Duplex;
    try {
      guest = await listener.accept();
    } catch {
      return;
    }
    join(dial(where), guest);
  }
}

/** A Unix socket's path, or tcp:<port on 127.0.0.1>. */
function dial(where: string): Socket {
  const [, port] = /^tcp:(\d+)$/.exec(where) ?? [];
  const socket = port === undefined ? connect(where) : connect(Number(port), '127.0.0.1');
  return socket.setNoDelay();
}

/** Each one's bytes to the other, ends and failures included. */
function join(one: Duplex, other: Duplex): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.on('error', () => to.destroy());
    from.on('close', () => {
      // What was received last goes out first.
      if (from.readableEnded) to.end();
      else to.destroy();
    });
    from.pipe(to);
  }
}
