/**
 * A kernel and an initrd whose PID 1 is test-guest.c: for tests of hcs/ that must not depend on the agent.
 *
 * The modules are those of the built guest image: its initrd, with our /init in an archive appended to it,
 * which the kernel unpacks over it.
 */
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cpioArchive } from '../../linuxkit/initrd/cpio.ts';
import { findBootFiles } from '../../linuxkit/manifest.ts';
import { repositoryRoot } from './repository-root.ts';

const run = promisify(execFile);

/** Paths to boot from. */
export interface TestGuest {
  kernel: string;
  initrd: string;
}

/**
 * Builds the guest into `folder`; under Wine, where there is no compiler, it is the one that LCOW_TEST_GUEST names.
 * @throws Error where the guest image or a C compiler is missing
 */
export async function buildTestGuest(folder: string): Promise<TestGuest> {
  const built = process.env['LCOW_TEST_GUEST'];
  if (built !== undefined) return JSON.parse(built) as TestGuest;
  await mkdir(folder, { recursive: true });
  const image = await findBootFiles({ packageRoot: repositoryRoot() });
  const init = join(folder, 'init');
  const source = join(repositoryRoot(), 'test', 'harness', 'test-guest.c');
  await run('cc', ['-O1', '-static', '-s', '-o', init, source]);
  const archive = cpioArchive([
    { type: 'file', path: 'init', mode: 0o755, data: await readFile(init) },
  ]);
  const initrd = join(folder, 'initrd.img');
  await writeFile(initrd, Buffer.concat([await readFile(image.initrd), archive]));
  return { kernel: image.kernel, initrd };
}
