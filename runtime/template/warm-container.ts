/**
 * Runs a container in a VM that is to become a template, from create to delete, as users' containers will: a disk for
 * its layer, one to write to, streams. Nothing of it is left in the VM but what its kernel and agent have learned.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { convertLayer } from '../rootfs/layer.ts';
import { createScratch } from '../rootfs/scratch.ts';
import { encodeTarHeader, TAR_BLOCK_BYTES } from '../rootfs/tar-header.ts';
import { containerSpec } from '../task/container-spec.ts';
import { GuestBackend } from '../task/guest-backend.ts';
import { NO_IO } from '../task/guest-process.ts';
import type { ProcessIo } from '../task/process-io.ts';
import type { UtilityVm } from '../uvm/utility-vm.ts';
import { smallestProgram } from './smallest-program.ts';

const ID = 'warm';
const PROGRAM = 'program';
const SCRATCH_BYTES = 16 * 2 ** 20;
/** Output comes as a user's does, and goes nowhere. */
const UNREAD: ProcessIo = { ...NO_IO, wants: { stdin: false, stdout: true, stderr: true } };

export interface WarmOptions {
  /** Disks of layers to run it on, the lowest first; nothing of what is in them is executed. Default: its own alone. */
  readonly under?: readonly string[];
  /** Of the disk that it writes to. Default: a small one. */
  readonly scratchBytes?: number;
}

/**
 * @returns why no container was run, where there is no program for the processor
 * @throws RuntimeError when it cannot be run: a template that runs none is of no use
 */
export async function warmContainer(
  vm: UtilityVm,
  { under = [], scratchBytes = SCRATCH_BYTES }: WarmOptions = {},
): Promise<string | undefined> {
  const program = smallestProgram();
  if (program === undefined) return `there is no program for ${process.arch}`;
  const bundle = await mkdtemp(join(tmpdir(), 'lcow-warm-'));
  try {
    const { path: layer } = await convertLayer(tarOf(program), {
      destination: join(bundle, 'layer.vhd'),
    });
    await createScratch(join(bundle, 'scratch.vhd'), scratchBytes);
    const spec = containerSpec({ id: ID, image: {}, command: [`/${PROGRAM}`] });
    await writeFile(join(bundle, 'config.json'), JSON.stringify(spec));
    const options = ['rw', `parentLayerPaths=${JSON.stringify([layer, ...under.toReversed()])}`];
    const backend = new GuestBackend(vm, { log: () => {} });
    const container = await backend.create({
      ...{ id: ID, bundle, terminal: false, io: UNREAD },
      rootfs: [{ type: 'lcow-layer', source: bundle, target: '', options }],
    });
    await container.start();
    await container.init.exited;
    await container.init.drained;
    await container.delete();
    return undefined;
  } finally {
    await rm(bundle, { recursive: true, force: true });
  }
}

async function* tarOf(program: Buffer): AsyncGenerator<Buffer> {
  const header = {
    ...{ prefix: '', linkName: '', uid: 0, gid: 0, mtimeSeconds: 0, devMajor: 0, devMinor: 0 },
    ...{ name: PROGRAM, mode: 0o755, typeflag: '0', sizeBytes: program.length },
  };
  yield encodeTarHeader(header);
  const blocks = Math.ceil(program.length / TAR_BLOCK_BYTES);
  yield Buffer.concat([program, Buffer.alloc(blocks * TAR_BLOCK_BYTES - program.length)]);
  yield Buffer.alloc(2 * TAR_BLOCK_BYTES);
  await Promise.resolve();
}
