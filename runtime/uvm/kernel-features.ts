/** What the agent says that somebody else's kernel lacks, as an error or a warning for people. */
import { containersNeed, describeMissing } from '../../linuxkit/foreign/needed-options.ts';
import { RuntimeError } from '../errors.ts';

/** @throws RuntimeError unsupported when no container would start on that kernel, naming what it lacks */
export function refuseContainers(kernelRelease: string, missing: readonly string[]): void {
  const needed = containersNeed(missing);
  if (needed.length === 0) return;
  const what = `its kernel ${kernelRelease} lacks ${needed.map(describeMissing).join(', ')}`;
  throw new RuntimeError('unsupported', 'run containers in the VM', what);
}

/** One line a feature. */
export function missingLines(kernelRelease: string, missing: readonly string[]): string[] {
  return missing.map((option) => `kernel ${kernelRelease} lacks ${describeMissing(option)}`);
}
