/**
 * What VMs a pool parks, and whether a pod can be one of them. A parked supervisor is as good as a new one only for who
 * would have started it alike: the same VM, and the same settings in its environment.
 */
import { createHash } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import type { PodShape } from '../container/container-record.ts';

/** Of a pod's shape, what its VM is parked with. The rest (network, ports, shares) comes with the claim. */
export type PoolShape = Pick<
  PodShape,
  'memoryMiB' | 'processorCount' | 'kernelArguments' | 'accelerator' | 'machine' | 'bootFiles'
>;

/** What an absent memoryMiB comes to, as DEFAULT_MEMORY_MIB of HCS documents. */
const DEFAULT_MEMORY_MIB = 1024;
/** Settings that say where things are, or that a supervisor takes nothing of. */
const NOT_COMPARED = new Set([
  ...['LCOW_DATA', 'LCOW_RUN', 'LCOW_DEBUG', 'LCOW_TEMPLATE', 'LCOW_CODE_CACHE', 'LCOW_CONFIG'],
  // The launchers give it that name.
  'LCOW_EXTRA_CA_CERTS',
]);
const KEY_LENGTH = 16;

/** The same for all that can be parked for each other. */
export function poolKey(shape: PoolShape, env: NodeJS.ProcessEnv = process.env): string {
  const settings = Object.keys(env)
    .filter((name) => name.startsWith('LCOW_') && !NOT_COMPARED.has(name) && env[name] !== '')
    .sort()
    .map((name) => [name, env[name]]);
  const { memoryMiB = DEFAULT_MEMORY_MIB, processorCount = 0, kernelArguments = '' } = shape;
  const { accelerator = '', machine = '', bootFiles = '' } = shape;
  const text = JSON.stringify([
    ...[memoryMiB, processorCount, kernelArguments, accelerator, machine, bootFiles],
    settings,
    ['mnt', 'net'].map(namespaceOf),
  ]);
  return createHash('sha256').update(text).digest('hex').slice(0, KEY_LENGTH);
}

/** Which mounts a supervisor sees, and which abstract sockets (of locks, pod-lock.ts). */
function namespaceOf(kind: string): string {
  try {
    return readlinkSync(`/proc/self/ns/${kind}`);
  } catch {
    return '';
  }
}

/** Whether the pod wants a VM that was made before it: not where it is told to boot. */
export function takesParked(
  shape: Pick<PodShape, 'template'>,
  env: NodeJS.ProcessEnv = process.env,
): boolean {
  return (shape.template ?? env['LCOW_TEMPLATE']) !== 'none';
}

/** What of a pod's shape counts. */
export function poolShapeOf(shape: PodShape): PoolShape {
  const { memoryMiB, processorCount, kernelArguments, accelerator, machine, bootFiles } = shape;
  return {
    ...(memoryMiB === undefined ? {} : { memoryMiB }),
    ...(processorCount === undefined ? {} : { processorCount }),
    ...(kernelArguments === undefined ? {} : { kernelArguments }),
    ...(accelerator === undefined ? {} : { accelerator }),
    ...(machine === undefined ? {} : { machine }),
    ...(bootFiles === undefined ? {} : { bootFiles }),
  };
}
