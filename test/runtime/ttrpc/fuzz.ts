/**
 * Feeds server and client with streams of frames that were spoilt: flipped, cut, repeated, invented. What must
 * hold whatever comes: nothing throws, every frame that is answered is well formed, every call settles,
 * nothing stays behind, and little is held.
 *
 *   node dist/test/runtime/ttrpc/fuzz.js --seconds N [--seed N]
 */
import { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { ttrpc } from '../../../proto/generated/ttrpc.js';
import { TtrpcClient } from '../../../runtime/ttrpc/client.ts';
import { UNREAD_BYTES_MAX } from '../../../runtime/ttrpc/connection.ts';
import { encodeFrame, encodeHeader, FrameDecoder } from '../../../runtime/ttrpc/frame.ts';
import { handle } from '../../../runtime/ttrpc/method.ts';
import { TtrpcServer } from '../../../runtime/ttrpc/server.ts';
import { ECHO, echoHandlers, requestBytes } from './echo-service.ts';

/** One connection's worth of bytes is far less than this; so is what may be held of it. */
const HELD_BYTES_MAX = UNREAD_BYTES_MAX + (6 << 20);

/** Runs one round with each side; throws what does not hold, naming the seed that shows it again. */
export async function fuzzRound(seed: number): Promise<void> {
  const random = mulberry32(seed);
  try {
    await fuzzServer(random);
    await fuzzClient(random);
  } catch (error) {
    throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
  }
}

async function fuzzServer(random: Random): Promise<void> {
  let running = 0;
  const hang = handle(ECHO.hang, async (_, { signal }) => {
    running += 1;
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    running -= 1;
    return Buffer.alloc(0);
  });
  const server = new TtrpcServer(echoHandlers([hang]), { callsMax: 16 });
  const [near, far] = duplexPair();
  const served = server.serve(far);
  const decoder = new FrameDecoder();
  near.on('data', (chunk: Buffer) => {
    for (const frame of decoder.push(chunk)) {
      if (frame.kind === 'oversize') near.destroy(new Error('the server sent an oversize frame'));
      else if (frame.type === 2) ttrpc.Response.decode(frame.payload);
      else if (frame.type !== 3) near.destroy(new Error(`the server sent type ${frame.type}`));
    }
  });
  let failure: Error | undefined;
  near.on('error', (error) => (failure = error));
  for (const chunk of chunks(random, spoil(random, requests(random)))) {
    near.write(chunk);
    if (random(8) === 0) await turn();
    check(served.bufferedBytes < HELD_BYTES_MAX, `${served.bufferedBytes} bytes held`);
    check(served.calls <= 16, `${served.calls} calls`);
  }
  await turn();
  await turn();
  if (random(2) === 0) near.end();
  else near.destroy();
  await served.closed;
  for (let i = 0; i < 20 && (served.calls > 0 || running > 0); i += 1) await turn();
  check(served.calls === 0, `${served.calls} calls are left`);
  check(running === 0, `${running} handlers were not told`);
  check(server.connections === 0, 'the connection is left');
  if (failure !== undefined) throw failure;
}

async function fuzzClient(random: Random): Promise<void> {
  const [near, far] = duplexPair();
  near.resume();
  near.on('error', () => undefined);
  const client = new TtrpcClient(far);
  const settled: Promise<unknown>[] = [];
  for (let i = 0; i < 6; i += 1) {
    settled.push(client.call('echo', ECHO.echo, Buffer.from('x')).catch(() => undefined));
  }
  const streams = [client.stream('a', ECHO.chat), client.stream('b', ECHO.collect)];
  for (const stream of streams) settled.push(drain(stream).catch(() => undefined));
  const unread = client.stream('c', ECHO.repeat, { request: Buffer.from('x') });
  await turn();
  for (const chunk of chunks(random, spoil(random, responses(random)))) {
    near.write(chunk);
    if (random(8) === 0) await turn();
    check(client.bufferedBytes < HELD_BYTES_MAX, `${client.bufferedBytes} bytes held`);
  }
  if (random(2) === 0) unread.cancel();
  await turn();
  near.destroy();
  await Promise.all(settled);
  await client.closed;
  check(client.calls === 0, `${client.calls} calls are left`);
}

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

function requests(random: Random): Buffer[] {
  const names = ['Echo', 'Hang', 'Collect', 'Repeat', 'Chat', 'Nope', ''];
  const frames: Buffer[] = [];
  let id = 1;
  for (let i = random(30); i >= 0; i -= 1) {
    const payload = bytes(random, random(40));
    if (random(2) === 0) {
      const method = names[random(names.length)] ?? '';
      const timeoutNano = random(4) === 0 ? random(3_000_000) - 1000 : 0;
      const metadata = random(4) === 0 ? [{ key: 'k', value: 'v' }] : [];
      const service = random(10) === 0 ? 'other' : 'test.Echo';
      const request = requestBytes({ service, method, payload, timeoutNano, metadata });
      frames.push(encodeFrame(id, 1, random(4), request));
      id += random(6) === 0 ? random(5) : 2;
    } else {
      frames.push(encodeFrame(Math.max(0, id - random(8)), 3, random(8), payload));
    }
  }
  return frames;
}

function responses(random: Random): Buffer[] {
  const frames: Buffer[] = [];
  for (let i = random(40); i >= 0; i -= 1) {
    const payload = bytes(random, random(60));
    const id = random(22);
    if (random(2) === 0) frames.push(encodeFrame(id, 3, random(8), payload));
    else {
      const status = random(3) === 0 ? { code: random(20), message: 'no: not found' } : null;
      frames.push(encodeFrame(id, 2, 0, ttrpc.Response.encode({ status, payload }).finish()));
    }
  }
  return frames;
}

/** Some frames are left as they are: what follows garbage must be reached. */
function spoil(random: Random, frames: Buffer[]): Buffer {
  const out: Buffer[] = [];
  for (const frame of frames) {
    switch (random(14)) {
      case 0:
        for (let i = random(4); i >= 0; i -= 1) frame[random(frame.length)] = random(256);
        break;
      case 1:
        out.push(frame);
        break;
      case 2:
        out.push(bytes(random, random(30)));
        break;
      case 3:
        out.push(encodeHeader(random(40), random(5), random(8), (4 << 20) + 1 + random(100)));
        if (random(16) === 0) out.push(Buffer.alloc((4 << 20) + 1));
        break;
      case 4:
        out.push(frame.subarray(0, random(frame.length)));
        continue;
    }
    out.push(frame);
  }
  return Buffer.concat(out);
}

function* chunks(random: Random, wire: Buffer): Generator<Buffer> {
  const most = [3, 40, 5000, 100_000][wire.length > 1e6 ? 3 : random(4)] ?? 1;
  for (let at = 0; at < wire.length; ) {
    const size = 1 + random(most);
    yield wire.subarray(at, at + size);
    at += size;
  }
}

type Random = (below: number) => number;

function mulberry32(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

function bytes(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random(256)));
}

/** Two duplexes in memory, each reading what the other writes. */
function duplexPair(): [Duplex, Duplex] {
  const ends: Duplex[] = [];
  const make = (other: 0 | 1): Duplex =>
    new Duplex({
      read: () => undefined,
      write: (chunk: Buffer, _, done) => {
        ends[other]?.push(chunk);
        done();
      },
      final: (done) => {
        ends[other]?.push(null);
        done();
      },
      destroy: (error, done) => {
        if (ends[other]?.destroyed === false) ends[other].push(null);
        done(error);
      },
    });
  const first = make(1);
  const second = make(0);
  ends.push(first, second);
  return [first, second];
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function check(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

async function main(): Promise<void> {
  const option = (name: string, missing: number): number => {
    const at = process.argv.indexOf(name);
    return at < 0 ? missing : Number(process.argv[at + 1]);
  };
  const endMs = performance.now() + option('--seconds', 10) * 1000;
  let seed = option('--seed', Date.now() % 1_000_000_000);
  const first = seed;
  while (performance.now() < endMs) {
    await fuzzRound(seed);
    seed += 1;
  }
  process.stdout.write(`${seed - first} rounds, seeds ${first} to ${seed - 1}: all held\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
