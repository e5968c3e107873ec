/** `lcow kernel build`: the guest's kernel, from source. */
import { join } from 'node:path';
import { buildGuestImage } from '../../../linuxkit/build-guest-image.ts';
import { buildKernel } from '../../../linuxkit/kernel/build-kernel.ts';
import { directories } from '../../directories.ts';
import { messageOf, RuntimeError } from '../../errors.ts';
import { withCacheLease } from '../cache-lease.ts';
import type { CommandInput } from '../command.ts';
import { escapeControl } from '../escape.ts';
import { kernelBuildFolder } from '../prune-cache.ts';

/** On a terminal a line is renewed as files are compiled; elsewhere one is written for so many. */
const FILES_A_LINE = 250;
const JOBS_MAX = 1024;

export async function run({ options }: CommandInput): Promise<number> {
  const { data } = directories();
  const { stderr, stdout } = process;
  const jobs = jobsOf(options.text('jobs'));
  const source = options.text('source');
  const fragments = options.list('fragment');
  const log = (line: string): void => void stderr.write(`${escapeControl(line)}\n`);
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => interrupted.abort());
  }
  try {
    const workDirectory = kernelBuildFolder(data);
    const building = {
      storeDirectory: join(data, 'kernel'),
      workDirectory,
      ...(source === undefined ? {} : { source }),
      ...(fragments.length === 0 ? {} : { fragments }),
      ...(jobs === undefined ? {} : { jobs }),
      log,
      signal: interrupted.signal,
      onProgress: (compiled: number) => {
        if (stderr.isTTY) stderr.write(`\r${compiled} files compiled`);
        else if (compiled % FILES_A_LINE === 0) log(`${compiled} files compiled`);
      },
    };
    const kernel = await withCacheLease(workDirectory, () => buildKernel(building));
    if (stderr.isTTY && kernel.built) stderr.write('\n');
    log(`${kernel.built ? 'built' : 'was built already'}: Linux ${kernel.record.release}`);
    if (!options.flag('no-image')) {
      const image = await buildGuestImage({ kernelStore: join(data, 'kernel'), log });
      log(`${image.built ? 'built' : 'up to date'}: boot files in ${image.directory}`);
    }
    stdout.write(`${kernel.record.id}\n`);
    return 0;
  } catch (error) {
    if (interrupted.signal.aborted) {
      throw new RuntimeError(
        'cancelled',
        'build a kernel',
        'it was interrupted; what was compiled is kept',
      );
    }
    throw new RuntimeError('internal', 'build a kernel', messageOf(error), { cause: error });
  }
}

function jobsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const jobs = Number(text);
  if (Number.isInteger(jobs) && jobs >= 1 && jobs <= JOBS_MAX) return jobs;
  throw new RuntimeError(
    'invalid-argument',
    'build a kernel',
    `--jobs ${JSON.stringify(text)} is not 1..${JOBS_MAX}`,
  );
}
