/** A Windows service over the stand-in, its systems simulated, for tests of hcs/windows. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ComputeSystemDocument } from '../../../hcs/document/compute-system.ts';
import { kernelCommandLine } from '../../../hcs/document/kernel-command-line.ts';
import { lcowDocument, type LcowDocumentOptions } from '../../../hcs/document/lcow-document.ts';
import type { EndpointService } from '../../../hcs/endpoints.ts';
import type { LibraryPaths } from '../../../hcs/windows/compute-core.ts';
import type { ComputeService } from '../../../hcs/service.ts';
import {
  openWindowsService,
  type WindowsServiceOptions,
} from '../../../hcs/windows/windows-service.ts';
import { buildStandIn } from '../../stand-in/build-stand-in.ts';
import { controlStandIn, type StandInControl } from '../../stand-in/stand-in-control.ts';

/** What a test has. */
export interface StandInBench extends StandInControl {
  folder: string;
  libraries: LibraryPaths;
  service: ComputeService;
  /** Another service, of the same stand-in. */
  open(options?: Partial<WindowsServiceOptions>): Promise<ComputeService>;
  document(overrides?: Partial<LcowDocumentOptions>): ComputeSystemDocument;
  newId(): string;
}

/** Networks are not these tests'. */
export const NO_ENDPOINTS = {} as EndpointService;

/** Builds and loads the stand-in. @throws Error where there is no C compiler */
export async function standInBench(): Promise<StandInBench> {
  const libraries = await buildStandIn();
  const folder = mkdtempSync(join(tmpdir(), 'lcow-stand-in-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  process.env['LCOW_STAND_IN_HVSOCKETS'] = folder;
  const kernel = join(folder, 'kernel');
  const initrd = join(folder, 'initrd');
  writeFileSync(kernel, '');
  writeFileSync(initrd, '');
  const open = (options: Partial<WindowsServiceOptions> = {}): Promise<ComputeService> =>
    openWindowsService({ endpoints: NO_ENDPOINTS, build: 26100, libraries, ...options });
  let counter = 0;
  return {
    ...controlStandIn(libraries.computecore),
    folder,
    libraries,
    service: await open(),
    open,
    document: (overrides = {}) =>
      lcowDocument({
        owner: 'lcow test',
        kernelFilePath: kernel,
        initRdPath: initrd,
        kernelCommandLine: kernelCommandLine({ processorCount: 1 }),
        processorCount: 1,
        ...overrides,
      }),
    newId: () => `stand-in-${process.pid}-${(counter += 1)}`,
  };
}
