/**
 * A container over the whole of the Windows path: task and guest code -> hcs/windows -> FFI -> the C interface of
 * the stand-in -> the engine -> a real guest, whose agent dials the stand-in's Hyper-V sockets.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { ExecutionProperties } from '../../hcs/document/properties.ts';
import { platformArguments } from '../../hcs/qemu/kernel-arguments.ts';
import type { ComputeService } from '../../hcs/service.ts';
import { openWindowsService } from '../../hcs/windows/windows-service.ts';
import { findBootFiles } from '../../linuxkit/manifest.ts';
import type { Directories } from '../../runtime/directories.ts';
import type { Container } from '../../runtime/task/container.ts';
import { containerProcess } from '../../runtime/task/container-spec.ts';
import type { Pod } from '../../runtime/task/pod.ts';
import { InProcessLcow } from '../harness/in-process-lcow.ts';
import { filesBelow, processesNaming } from '../harness/leftovers.ts';
import { LcowHost } from '../harness/lcow-host.ts';
import { repositoryRoot } from '../harness/repository-root.ts';
import { skip } from '../harness/skip.ts';
import { NO_ENDPOINTS } from '../hcs/windows/stand-in-bench.ts';
import { buildStandIn } from '../stand-in/build-stand-in.ts';
import { controlStandIn } from '../stand-in/stand-in-control.ts';
import { startBridge } from '../stand-in/start-bridge.ts';

interface Context {
  host: LcowHost;
  root: string;
  bridge: Awaited<ReturnType<typeof startBridge>>;
  lcow: InProcessLcow;
  pod: Pod;
  container: Container;
}
/** Its constructor is its own: here it is given another service. */
const InProcess = InProcessLcow as unknown as new (
  service: ComputeService,
  execution: ExecutionProperties,
  where: Directories,
) => InProcessLcow;

const test = suite<Context>('a container over FFI');

test('a pod boots and its container starts', async (context) => {
  context.host = new LcowHost();
  context.root = await mkdtemp(join(tmpdir(), 'lcow-ffi-'));
  const runDirectory = join(context.root, 'vm');
  const hvSockets = join(context.root, 'hv');
  for (const path of [runDirectory, hvSockets]) await mkdir(path, { mode: 0o700 });
  const libraries = await buildStandIn();
  context.bridge = await startBridge({ runDirectory, socket: join(context.root, 'b'), hvSockets });
  const service = await openWindowsService({ endpoints: NO_ENDPOINTS, libraries, build: 26100 });
  const { Execution } = await service.properties();
  const { accelerator } = context.bridge;
  // The guest is the engine's, whatever the service says of Hyper-V: its kernel line is the engine's.
  const execution: ExecutionProperties = {
    ...Execution,
    Accelerator: accelerator,
    Platform: 'qemu',
    KernelArguments: platformArguments(accelerator),
  };
  const { data, run } = context.host;
  context.lcow = new InProcess(service, execution, { data, run } as Directories);
  const bootFiles = await findBootFiles({ packageRoot: repositoryRoot() });
  context.pod = await context.lcow.createPod({ memoryMiB: 256, bootFiles });
  context.container = await context.lcow.createContainer(context.pod, {
    image: context.host.busybox,
    command: ['sh', '-c', 'echo hello from $(uname -s); exec sleep 100000'],
  });
  await context.container.start();
});

test.after(async ({ host, root, bridge, lcow, pod }) => {
  await pod?.[Symbol.asyncDispose]();
  await lcow?.[Symbol.asyncDispose]();
  const { computecore } = await buildStandIn();
  const { documents, operations, systems, grants, staleHandles } =
    controlStandIn(computecore).counters();
  const held = { documents, operations, systems, grants, staleHandles };
  assert.equal(held, { documents: 0, operations: 0, systems: 0, grants: 0, staleHandles: 0 });
  assert.equal(processesNaming(join(root, 'vm')), []);
  assert.equal(filesBelow(join(root, 'hv')), []);
  await bridge.close();
  await rm(root, { recursive: true, force: true });
  const left = await host.settledLeftovers();
  await host[Symbol.asyncDispose]();
  assert.equal(left, []);
});

test('its output comes', async ({ container }) => {
  const [first] = await firstChunk(container.init.streams?.stdout);
  assert.is(first, 'hello from Linux\n');
});

test('a process in it has an exit code, output and input', async ({ container }) => {
  const body = 'x'.repeat(1_000_000);
  const ran = await container.exec({
    execId: 'sum',
    process: containerProcess({
      image: {},
      command: ['sh', '-c', 'sha256sum; echo no >&2; exit 7'],
    }),
    stdio: { stdin: true },
  });
  ran.streams?.stdin?.end(body);
  const [out, error] = await Promise.all([text(ran.streams?.stdout), text(ran.streams?.stderr)]);
  assert.is(out, `${createHash('sha256').update(body).digest('hex')}  -\n`);
  assert.is(error, 'no\n');
  assert.is((await ran.exited).code, 7);
  await container.deleteExec('sum');
});

test('it is killed, and says so', async ({ container }) => {
  await container.init.kill(9);
  assert.is((await container.init.exited).code, 137);
});

try {
  await buildStandIn();
  test.run();
} catch (error) {
  skip(`a container over FFI: ${(error as Error).message}`);
}

async function text(stream: Readable | undefined): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream ?? []) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

async function firstChunk(stream: Readable | undefined): Promise<string[]> {
  for await (const chunk of stream ?? []) return [String(chunk)];
  return [];
}
