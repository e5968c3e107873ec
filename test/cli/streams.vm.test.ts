/** Much data and many processes through supervisor and streams of one VM. */
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ContainerHandle } from '../../runtime/lcow/container-handle.ts';
import type { ExecProcess } from '../../runtime/lcow/exec.ts';
import { SupervisedHost } from '../supervisor/supervised-host.ts';

const MB = 1_000_000;
const SIZE = 200 * MB;
/** A prime. */
const BLOCK = 1_000_003;

interface Context {
  host: SupervisedHost;
  container: ContainerHandle;
}
const test = suite<Context>('streams');

test.before(async (context) => {
  context.host = new SupervisedHost();
  context.container = await context.host.sh('exec sleep 100000', { vm: { memoryMiB: 512 } });
});

test.after(async ({ host, container }) => {
  await container.remove({ force: true });
  const left = await host.settledLeftovers();
  await host[Symbol.asyncDispose]();
  assert.equal(left, []);
});

function exec(container: ContainerHandle, script: string, stdin = false): Promise<ExecProcess> {
  return container.exec({ args: ['sh', '-c', script], stdin });
}

test('200 MB come out of stdout whole', async ({ container }) => {
  // One block again and again: an emulated guest would need a minute to make 200 MB of its own. Its length divides no
  // frame's and no window's, so what is lost, doubled or out of order shows.
  const process = await exec(
    container,
    `head -c ${BLOCK} /dev/urandom >/tmp/block; sha256sum </tmp/block >&2
    i=0; while [ $i -lt ${SIZE / MB} ]; do cat /tmp/block; i=$((i+1)); done`,
  );
  const sum = text(process.stderr);
  let block = Buffer.alloc(0);
  let bytes = 0;
  for await (const piece of process.stdout) {
    let chunk = piece as Buffer;
    if (block.length < BLOCK) {
      const first = chunk.subarray(0, BLOCK - block.length);
      block = Buffer.concat([block, first]);
      bytes += first.length;
      chunk = chunk.subarray(first.length);
    }
    while (chunk.length > 0) {
      const expected = block.subarray(bytes % BLOCK, (bytes % BLOCK) + chunk.length);
      const same = expected.equals(chunk.subarray(0, expected.length));
      if (!same) assert.unreachable(`bytes after ${bytes} are others than were written`);
      bytes += expected.length;
      chunk = chunk.subarray(expected.length);
    }
  }
  assert.is(bytes, (SIZE / MB) * BLOCK);
  assert.is(`${createHash('sha256').update(block).digest('hex')}  -\n`, await sum);
  assert.is((await process.exited).code, 0);
});

test('200 MB go into stdin whole', async ({ container }) => {
  const process = await exec(container, 'md5sum', true);
  // The cheapest of an emulated guest.
  const hash = createHash('md5');
  const block = randomBytes(MB);
  const source = Readable.from(
    (function* () {
      for (let sent = 0; sent < SIZE; sent += block.length) {
        hash.update(block);
        yield block;
      }
    })(),
  );
  if (process.stdin === undefined) throw new Error('no stdin');
  source.pipe(process.stdin);
  assert.is(await text(process.stdout), `${hash.digest('hex')}  -\n`);
  assert.is((await process.exited).code, 0);
});

test('64 execs at once each get their own output and exit', async ({ container }) => {
  const results = await Promise.all(
    Array.from({ length: 64 }, async (_, n) => {
      const process = await exec(container, `echo ${n}; exit ${n}`);
      const [out, exit] = await Promise.all([text(process.stdout), process.exited]);
      return [out, exit.code];
    }),
  );
  assert.equal(
    results,
    Array.from({ length: 64 }, (_, n) => [`${n}\n`, n]),
  );
});

test('a reader that stops stalls its own process only', async ({ container }) => {
  const stalled = await exec(container, 'head -c 20000000 /dev/zero');
  stalled.stdout.pause();
  const other = await exec(container, 'echo free');
  assert.is(await text(other.stdout), 'free\n');
  await other.exited;
  let bytes = 0;
  for await (const chunk of stalled.stdout) bytes += (chunk as Buffer).length;
  assert.is(bytes, 20_000_000);
  await stalled.exited;
});

test('a thousand execs leave the VM as full as it was', async ({ container }) => {
  const batch = async (count: number): Promise<void> => {
    await Promise.all(
      Array.from({ length: count }, async () => {
        const process = await exec(container, 'true');
        process.stdout.resume();
        assert.is((await process.exited).code, 0);
      }),
    );
  };
  const available = async (): Promise<number> => {
    const { stdout } = await exec(container, 'cat /proc/meminfo');
    const found = /MemAvailable:\s+(\d+) kB/.exec(await text(stdout));
    assert.ok(found);
    return Number(found[1]) * 1024;
  };
  for (let n = 0; n < 10; n += 1) await batch(10);
  const before = await available();
  for (let n = 0; n < 100; n += 1) await batch(10);
  const grown = before - (await available());
  assert.ok(grown < 16 * MB, `${grown} bytes are gone after a thousand execs`);
  assert.is((await container.top()).length, 1);
});

test.run();
