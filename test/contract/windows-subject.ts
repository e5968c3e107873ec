/** Puts hcs/windows under the contract suite, over the stand-in, whose systems the QEMU engine runs. */
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWindowsService } from '../../hcs/windows/windows-service.ts';
import { greetGuest } from '../harness/greet-guest.ts';
import { filesBelow, mountsNaming, processesNaming } from '../harness/leftovers.ts';
import type { TestGuest } from '../harness/test-guest.ts';
import { buildStandIn } from '../stand-in/build-stand-in.ts';
import { standInEndpoints } from '../stand-in/network-control.ts';
import { startBridge } from '../stand-in/start-bridge.ts';
import { GUEST_PORT, testGuestDocument } from './qemu-subject.ts';
import type { ServiceUnderTest, SubjectOptions } from './service-under-test.ts';

/** One bridge, one process' stand-in: the stand-in connects once. */
let shared: ReturnType<typeof openShared> | undefined;

/** One service over the stand-in of this process. */
export async function windowsSubject(
  guest: TestGuest,
  { folder }: SubjectOptions,
): Promise<ServiceUnderTest> {
  shared ??= openShared();
  const { libraries, bridge, endpoints } = await shared;
  const { runDirectory } = bridge;
  const pipes = join(folder, 'pipes');
  await mkdir(pipes);
  const service = await openWindowsService({
    endpoints,
    libraries,
    build: 26100,
    ...(process.platform === 'win32' ? {} : { consolePipe: (id) => join(pipes, id.slice(-20)) }),
  });
  const baseline = new Set(filesBelow(runDirectory));
  return {
    service,
    guestPort: GUEST_PORT,
    document: (overrides = {}) => testGuestDocument(guest, bridge.accelerator, overrides),
    converse: (stream) => greetGuest(stream),
    leftovers: async () => [
      ...processesNaming(runDirectory),
      ...mountsNaming(runDirectory),
      ...filesBelow(runDirectory).filter((file) => !baseline.has(file)),
      ...filesBelow(pipes),
    ],
    close: async () => {
      await service[Symbol.asyncDispose]();
    },
  };
}

async function openShared() {
  // The suites' folders go one by one; this one stays as long as the process.
  const root = await mkdtemp(join(tmpdir(), 'lcow-bridge-'));
  process.on('exit', () => rmSync(root, { recursive: true, force: true }));
  const libraries = await buildStandIn();
  const bridge = await startBridge(root);
  const endpoints = standInEndpoints(libraries);
  return { libraries, bridge, endpoints };
}
