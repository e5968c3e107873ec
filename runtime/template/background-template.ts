/**
 * Has a template made by a process of its own, at the lowest priority: whoever starts VMs meanwhile goes first. Two that
 * make the same exclude each other by the name of their VM; one that fails leaves nothing, and the next boot tries again.
 */
import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { dirname, join, parse } from 'node:path';
import { isSea } from 'node:sea';
import { packageRoot } from '../../linuxkit/manifest.ts';
import type { Directories } from '../directories.ts';
import type { TemplatedShape } from './pod-template.ts';

/** @param env default: of this process */
export function makeTemplateInBackground(
  where: Directories,
  { bootFiles, execution, memoryMiB, processorCount, kernelArguments }: TemplatedShape,
  env: NodeJS.ProcessEnv = process.env,
): void {
  const single = isSea();
  const root = packageRoot();
  if (root === undefined && !single) return;
  const program = [process.execPath, ...(single ? [] : [join(root ?? '', 'bin', 'lcow')])];
  // Windows has no such program: there the priority is set once it runs.
  const isWindows = process.platform === 'win32';
  const [file = '', ...words] = isWindows ? program : ['nice', '-n', '19', ...program];
  const { NODE_OPTIONS: _ofSupervisors, ...inherited } = env;
  const child = spawn(
    file,
    [
      ...[...words, 'template', 'create'],
      ...(memoryMiB === undefined ? [] : ['--memory', `${memoryMiB}m`]),
      ...(processorCount === undefined ? [] : ['--cpus', String(processorCount)]),
      ...(kernelArguments === undefined ? [] : ['--kernel-args', kernelArguments]),
    ],
    {
      cwd: parse(where.data).root,
      detached: true,
      stdio: 'ignore',
      windowsHide: true,
      env: {
        ...inherited,
        LCOW_DATA: where.data,
        LCOW_RUN: where.run,
        ...(execution.Accelerator === 'hyperv' ? {} : { LCOW_ACCELERATOR: execution.Accelerator }),
        LCOW_BOOT_FILES: dirname(bootFiles.kernel),
      },
    },
  );
  child.on('error', () => undefined);
  if (isWindows && child.pid !== undefined) lowerPriority(child.pid);
  child.unref();
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It has ended.
  }
}
