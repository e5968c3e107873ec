/**
 * What FFI costs: cycles of create, start, terminate over the stand-in without delays, the event loop's stalls
 * meanwhile, and bytes through adopted sockets beside plain TCP ones. Prints one JSON line.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { dialGuest, HvSocketListener } from '../../hcs/windows/hv-socket.ts';
import { Winsock } from '../../hcs/windows/winsock.ts';
import { standInBench } from '../hcs/windows/stand-in-bench.ts';
import { buildStandIn } from './build-stand-in.ts';

const CYCLES = 500;
const TRANSFER_BYTES = 512 * 1024 * 1024;
const RESOLUTION_MS = 1;

const bench = await standInBench();
for (let time = 0; time < 50; time += 1) await cycle();
const cycles = createHistogram();
const stalls = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
stalls.enable();
for (let time = 0; time < CYCLES; time += 1) {
  const before = performance.now();
  await cycle();
  cycles.record(Math.max(1, Math.round((performance.now() - before) * 1000)));
}
stalls.disable();

const sockets = mkdtempSync(join(tmpdir(), 'lcow-measure-'));
process.env['LCOW_STAND_IN_HVSOCKETS'] = sockets;
const tcp: number[] = [];
const adopted: number[] = [];
const unix: number[] = [];
for (let time = 0; time < 3; time += 1) {
  tcp.push(await throughput(tcpPair));
  unix.push(await throughput(unixPair));
  adopted.push(await throughput(adoptedPair));
}
rmSync(sockets, { recursive: true, force: true });
process.stdout.write(
  `${JSON.stringify({
    node: process.version,
    cycleMs: { p50: cycles.percentile(50) / 1000, p99: cycles.percentile(99) / 1000, n: CYCLES },
    // The monitor counts its own period in.
    stallMs: {
      p50: stalls.percentile(50) / 1e6 - RESOLUTION_MS,
      p99: stalls.percentile(99) / 1e6 - RESOLUTION_MS,
      max: stalls.max / 1e6 - RESOLUTION_MS,
    },
    throughputMiBps: { tcp, unix, adopted },
    left: bench.counters(),
  })}\n`,
);

async function cycle(): Promise<void> {
  const system = await bench.service.create(bench.newId(), bench.document());
  await system.start();
  await system.terminate();
  await system[Symbol.asyncDispose]();
}

async function throughput(make: () => Promise<[Socket, Socket, () => void]>): Promise<number> {
  const [from, to, close] = await make();
  const chunk = Buffer.alloc(256 * 1024);
  let received = 0;
  to.on('data', (data: Buffer) => (received += data.length));
  const end = once(to, 'end');
  const before = performance.now();
  for (let sent = 0; sent < TRANSFER_BYTES; sent += chunk.length) {
    if (!from.write(chunk)) await once(from, 'drain');
  }
  from.end();
  await end;
  const seconds = (performance.now() - before) / 1000;
  if (received !== TRANSFER_BYTES) throw new Error(`${received} bytes were received`);
  to.destroy();
  from.destroy();
  close();
  return Math.round(received / 1024 / 1024 / seconds);
}

async function tcpPair(): Promise<[Socket, Socket, () => void]> {
  return serverPair(0);
}

async function unixPair(): Promise<[Socket, Socket, () => void]> {
  return serverPair(join(sockets, 'plain'));
}

async function serverPair(where: number | string): Promise<[Socket, Socket, () => void]> {
  const server = createServer();
  server.listen(...((typeof where === 'number' ? [where, '127.0.0.1'] : [where]) as [string]));
  await once(server, 'listening');
  const address = server.address();
  const client =
    typeof address === 'string' ? connect(address) : connect(address?.port ?? 0, '127.0.0.1');
  const [accepted] = (await once(server, 'connection')) as [Socket];
  return [client, accepted, () => server.close()];
}

async function adoptedPair(): Promise<[Socket, Socket, () => void]> {
  const winsock = new Winsock((await buildStandIn()).ws2_32);
  const vm = '12345678-9abc-4def-8123-456789abcdef';
  const never = new Promise<never>(() => undefined);
  const listener = HvSocketListener.open(winsock, 'listen', vm, 7, never);
  const [client, accepted] = await Promise.all([dialGuest(winsock, vm, 7), listener.accept()]);
  return [client, accepted, () => void listener[Symbol.asyncDispose]()];
}
