/** Puts hcs/qemu under the contract suite, with either kind of link. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { kernelCommandLine } from '../../hcs/document/kernel-command-line.ts';
import { lcowDocument } from '../../hcs/document/lcow-document.ts';
import type { ComputeSystemDocument } from '../../hcs/document/compute-system.ts';
import type { Accelerator } from '../../hcs/document/properties.ts';
import { platformArguments } from '../../hcs/qemu/kernel-arguments.ts';
import { openQemuService, type QemuServiceOptions } from '../../hcs/qemu/qemu-service.ts';
import { greetGuest } from '../harness/greet-guest.ts';
import { filesBelow, mountsNaming, processesNaming } from '../harness/leftovers.ts';
import { templatesBeside } from '../harness/templates-beside.ts';
import type { TestGuest } from '../harness/test-guest.ts';
import type { DocumentOverrides, ServiceUnderTest, SubjectOptions } from './service-under-test.ts';

/** The port that the test guest dials. */
export const GUEST_PORT = 0x4c43;

/** A small VM of the test guest. */
export function testGuestDocument(
  guest: TestGuest,
  accelerator: Accelerator,
  overrides: DocumentOverrides = {},
): ComputeSystemDocument {
  return lcowDocument({
    owner: 'lcow contract',
    kernelFilePath: guest.kernel,
    initRdPath: guest.initrd,
    memoryMiB: 256,
    processorCount: 1,
    kernelCommandLine: kernelCommandLine({
      platform: 'qemu',
      processorCount: 1,
      console: overrides.console ?? false,
      platformArguments: platformArguments(accelerator),
    }),
    ...overrides,
  });
}

/** One QEMU service, with the guest of test-guest.c. */
export async function qemuSubject(
  guest: TestGuest,
  { folder }: SubjectOptions,
  link: Pick<QemuServiceOptions, 'link' | 'vsockBackend'> = {},
): Promise<ServiceUnderTest> {
  const runDirectory = join(folder, 'run');
  await mkdir(runDirectory, { mode: 0o700 });
  const service = await openQemuService({
    runDirectory,
    ...templatesBeside(runDirectory),
    ...link,
  });
  // The accelerator's answer may be kept in the run directory: it is not a system's.
  const { Execution } = await service.properties();
  const baseline = new Set(filesBelow(runDirectory));
  return {
    service,
    guestPort: GUEST_PORT,
    document: (overrides = {}) => testGuestDocument(guest, Execution.Accelerator, overrides),
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
