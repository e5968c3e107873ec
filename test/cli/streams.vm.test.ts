/** Much data and many processes through the streams of one VM. */
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { METHODS } from '../../runtime/guest/methods.ts';
import type { Container } from '../../runtime/task/container.ts';
import { containerProcess } from '../../runtime/task/container-spec.ts';
import { InProcessLcow as Lcow } from '../harness/in-process-lcow.ts';
import type { Pod } from '../../runtime/task/pod.ts';
import { LcowHost } from '../harness/lcow-host.ts';

const MB = 1_000_000;
const SIZE = 200 * MB;

interface Context {
  host: LcowHost;
  lcow: Lcow;
  pod: Pod;
  container: Container;
}
const test = suite<Context>('streams');

test.before(async (context) => {
  context.host = new LcowHost();
  const { data, run } = context.host;
  context.lcow = await Lcow.open({ data, run });
  context.pod = await context.lcow.createPod({ memoryMiB: 512 });
  context.container = await context.lcow.createContainer(context.pod, {
    image: context.host.busybox,
    command: ['sleep', '100000'],
    stdio: { stdout: false, stderr: false },
  });
  await context.container.start();
});

test.after(async ({ host, lcow, pod }) => {
  await pod[Symbol.asyncDispose]();
  await lcow[Symbol.asyncDispose]();
  const left = await host.settledLeftovers();
  await host[Symbol.asyncDispose]();
  assert.equal(left, []);
});

let execs = 0;
async function exec(container: Container, script: string, stdin = false) {
  execs += 1;
  const execId = `e${execs}`;
  const process = containerProcess({ image: {}, command: ['sh', '-c', script] });
  return { execId, process: await container.exec({ execId, process, stdio: { stdin } }) };
}

async function text(stream: Readable | undefined): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream ?? []) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

test('200 MB come out of stdout whole', async ({ container }) => {
  const run = await exec(
    container,
    `head -c ${SIZE} /dev/zero | tr '\\0' 'x' > /tmp/big; sha256sum < /tmp/big >&2; cat /tmp/big`,
  );
  const hash = createHash('sha256');
  let bytes = 0;
  const summed = text(run.process.streams?.stderr);
  for await (const chunk of run.process.streams?.stdout ?? []) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  assert.is(bytes, SIZE);
  assert.is(`${hash.digest('hex')}  -\n`, await summed);
  assert.is((await run.process.exited).code, 0);
  await container.deleteExec(run.execId);
});

test('200 MB go into stdin whole', async ({ container }) => {
  const { process, execId } = await exec(container, 'sha256sum', true);
  const hash = createHash('sha256');
  const block = randomBytes(MB);
  const source = Readable.from(
    (function* () {
      for (let sent = 0; sent < SIZE; sent += block.length) {
        hash.update(block);
        yield block;
      }
    })(),
  );
  const stdin = process.streams?.stdin;
  if (stdin === undefined) throw new Error('no stdin');
  source.pipe(stdin);
  assert.is(await text(process.streams?.stdout), `${hash.digest('hex')}  -\n`);
  assert.is((await process.exited).code, 0);
  await container.deleteExec(execId);
});

test('64 execs at once each get their own output and exit', async ({ container }) => {
  const results = await Promise.all(
    Array.from({ length: 64 }, async (_, n) => {
      const { process, execId } = await exec(container, `echo ${n}; exit ${n}`);
      const [out, exit] = await Promise.all([text(process.streams?.stdout), process.exited]);
      await container.deleteExec(execId);
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
  stalled.process.streams?.stdout.pause();
  const other = await exec(container, 'echo free');
  assert.is(await text(other.process.streams?.stdout), 'free\n');
  await other.process.exited;
  await container.deleteExec(other.execId);
  let bytes = 0;
  for await (const chunk of stalled.process.streams?.stdout ?? [])
    bytes += (chunk as Buffer).length;
  assert.is(bytes, 20_000_000);
  await stalled.process.exited;
  await container.deleteExec(stalled.execId);
});

test('a thousand execs leave the VM as full as it was', async ({ pod, container }) => {
  const channel = await pod.vm.ready;
  const batch = async (count: number): Promise<void> => {
    await Promise.all(
      Array.from({ length: count }, async () => {
        const { process, execId } = await exec(container, 'true');
        assert.is((await process.exited).code, 0);
        await container.deleteExec(execId);
      }),
    );
  };
  const available = async (): Promise<number> =>
    (await channel.call('measure', METHODS.getMemory, {})).availableBytes;
  for (let n = 0; n < 10; n += 1) await batch(10);
  const before = await available();
  for (let n = 0; n < 100; n += 1) await batch(10);
  const grown = before - (await available());
  assert.ok(grown < 16 * MB, `${grown} bytes are gone after a thousand execs`);
  assert.is((await container.pids()).length, 1);
});

test.run();
