/** The contract suite over hcs/qemu, with real VMs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kernelCommandLine } from '../../hcs/document/kernel-command-line.ts';
import { lcowDocument } from '../../hcs/document/lcow-document.ts';
import { platformArguments } from '../../hcs/qemu/kernel-arguments.ts';
import { openQemuService } from '../../hcs/qemu/qemu-service.ts';
import { greetGuest } from '../harness/greet-guest.ts';
import { filesBelow, mountsNaming, processesNaming } from '../harness/leftovers.ts';
import { skip } from '../harness/skip.ts';
import { buildTestGuest, type TestGuest } from '../harness/test-guest.ts';
import { computeServiceSuite } from './compute-service-suite.ts';
import type { ServiceUnderTest, SubjectOptions } from './service-under-test.ts';

const GUEST_PORT = 0x4c43;

async function makeService(
  guest: TestGuest,
  { folder }: SubjectOptions,
): Promise<ServiceUnderTest> {
  const runDirectory = join(folder, 'run');
  await mkdir(runDirectory, { mode: 0o700 });
  const service = await openQemuService({ runDirectory });
  // The accelerator's answer may be kept in the run directory: it is not a system's.
  const { Execution } = await service.properties();
  const baseline = new Set(filesBelow(runDirectory));
  return {
    service,
    guestPort: GUEST_PORT,
    document: (overrides = {}) =>
      lcowDocument({
        owner: 'lcow contract',
        kernelFilePath: guest.kernel,
        initRdPath: guest.initrd,
        memoryMiB: 256,
        processorCount: 1,
        kernelCommandLine: kernelCommandLine({
          platform: 'qemu',
          processorCount: 1,
          console: overrides.console ?? false,
          platformArguments: platformArguments(Execution.Accelerator),
        }),
        ...overrides,
      }),
    converse: (stream) => greetGuest(stream),
    leftovers: async () => [
      ...processesNaming(runDirectory),
      ...mountsNaming(runDirectory),
      ...filesBelow(runDirectory).filter((file) => !baseline.has(file)),
    ],
    close: async () => {
      await service[Symbol.asyncDispose]();
    },
  };
}

const guestFolder = mkdtempSync(join(tmpdir(), 'lcow-test-guest-'));
process.on('exit', () => rmSync(guestFolder, { recursive: true, force: true }));
try {
  const guest = await buildTestGuest(guestFolder);
  computeServiceSuite('qemu', (options) => makeService(guest, options));
} catch (error) {
  skip(`the contract of QEMU: no guest to boot: ${(error as Error).message}`);
}
