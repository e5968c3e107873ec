/**
 * Has a template made by a process of its own, at the lowest priority: whoever starts VMs meanwhile goes first. Two that
 * make the same exclude each other by the name of their VM; one that fails leaves nothing, and the next boot tries again.
 */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../linuxkit/manifest.ts';
import type { Directories } from '../directories.ts';
import type { TemplatedShape } from './pod-template.ts';

/** @param env default: of this process */
export function makeTemplateInBackground(
  where: Directories,
  { bootFiles, execution, memoryMiB, processorCount, kernelArguments }: TemplatedShape,
  env: NodeJS.ProcessEnv = process.env,
): void {
  const root = packageRoot();
  if (root === undefined) return;
  const child = spawn(
    'nice',
    [
      ...['-n', '19', process.execPath, join(root, 'bin', 'lcow'), 'template', 'create'],
      ...(memoryMiB === undefined ? [] : ['--memory', `${memoryMiB}m`]),
      ...(processorCount === undefined ? [] : ['--cpus', String(processorCount)]),
      ...(kernelArguments === undefined ? [] : ['--kernel-args', kernelArguments]),
    ],
    {
      cwd: '/',
      detached: true,
      stdio: 'ignore',
      env: {
        ...env,
        LCOW_DATA: where.data,
        LCOW_RUN: where.run,
        LCOW_ACCELERATOR: execution.Accelerator,
        LCOW_BOOT_FILES: dirname(bootFiles.kernel),
      },
    },
  );
  child.on('error', () => undefined);
  child.unref();
}
