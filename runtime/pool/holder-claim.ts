/**
 * How a pod of containerd's takes a parked supervisor: its holder claims one where it would start the first
 * (runtime/holder/src/claim.rs). Here is what the holder is told of the pool, which knows no shapes.
 */
import type { PodRecord } from '../container/container-record.ts';
import type { Directories } from '../directories.ts';
import { poolFolder } from './pool-folder.ts';
import { poolKey, poolShapeOf, takesParked } from './pool-shape.ts';

/** @param env of the holder to be; default: of this process. @returns options of `lcow-holder shim`; none where it is to start one */
export function claimOptions(
  where: Directories,
  { shape }: Pick<PodRecord, 'shape'>,
  env: NodeJS.ProcessEnv = process.env,
): string[] {
  if (!takesParked(shape, env)) return [];
  return ['--pool', poolFolder(where), '--key', poolKey(poolShapeOf(shape), env)];
}
