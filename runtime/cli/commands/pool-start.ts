/** `lcow pool start`: starts the process that keeps VMs parked. */
import { resolve } from 'node:path';
import { vmMemoryMiB, vmProcessors } from '../../container/vm-size.ts';
import { type Directories, directories } from '../../directories.ts';
import { Lcow } from '../../lcow.ts';
import { poolFilled, startPool } from '../../pool/pool-client.ts';
import type { PoolArguments } from '../../pool/pool-process.ts';
import type { PoolShape } from '../../pool/pool-shape.ts';
import type { CommandInput, OptionValues } from '../command.ts';
import { parseCount, parseCpus, parseSize } from '../size.ts';

const SIZE_DEFAULT = 2;
const SIZE_MAX = 1024;

export async function run({ options }: CommandInput): Promise<number> {
  const { data, run: runFolder } = directories();
  const where = { data: resolve(data), run: resolve(runFolder) };
  const size = options.text('size');
  const ceiling = options.text('memory-ceiling');
  await startPool({
    where,
    size: size === undefined ? SIZE_DEFAULT : parseCount('--size', size, 1, SIZE_MAX),
    shape: readShape(options),
    images: await layersOf(where, options.list('image')),
    ...(ceiling === undefined
      ? {}
      : { memoryCeilingBytes: parseSize('--memory-ceiling', ceiling) }),
  });
  if (!options.flag('wait')) return 0;
  const { parked, size: wanted, held, lastError } = await poolFilled(where);
  if (parked >= wanted) return 0;
  process.stderr.write(`lcow: ${parked} of ${wanted} are parked: ${held || lastError}\n`);
  return 1;
}

async function layersOf(
  where: Directories,
  names: readonly string[],
): Promise<PoolArguments['images']> {
  if (names.length === 0) return [];
  const store = await Lcow.open(where).images();
  return Promise.all(
    names.map(async (name) => ({ name, layers: (await store.resolve(name)).layers })),
  );
}

/** The VM that `lcow run` makes of the same options. */
function readShape(options: OptionValues): PoolShape {
  const memory = options.text('memory');
  const cpus = options.text('cpus');
  const kernelArguments = options.text('kernel-args');
  return {
    ...(memory === undefined ? {} : { memoryMiB: vmMemoryMiB(parseSize('--memory', memory)) }),
    ...(cpus === undefined ? {} : { processorCount: vmProcessors(parseCpus('--cpus', cpus)) }),
    ...(kernelArguments === undefined ? {} : { kernelArguments }),
  };
}
