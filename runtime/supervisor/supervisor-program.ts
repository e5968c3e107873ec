/**
 * What is executed for a supervisor: Node with bin/lcow-supervisor, or, inside of a single executable (lcow.exe,
 * bin/build-windows.mjs), that same executable in its other role. It spawns nothing: that is spawn-supervisor.ts.
 */
import { join } from 'node:path';
import { isSea } from 'node:sea';
import { packageRoot } from '../../linuxkit/manifest.ts';
import { SUPERVISOR_FLAGS } from './supervisor-flags.ts';

/** First argument that makes lcow.exe a supervisor; bin/windows-launcher.mjs knows it too. */
export const SUPERVISOR_ROLE = 'lcow-supervisor';

export interface SupervisorProgram {
  readonly file: string;
  /** What comes before the supervisor's own arguments. */
  readonly args: readonly string[];
  /** What the program needs in its environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** @param single default: whether this process is a single executable */
export function supervisorProgram(single: boolean = isSea()): SupervisorProgram {
  const file = process.execPath;
  if (!single) {
    const launcher = join(packageRoot() ?? '.', 'bin', 'lcow-supervisor');
    return { file, args: [...SUPERVISOR_FLAGS, launcher], env: {} };
  }
  // A single executable takes no flags of Node's on its command line: all of it is the program's.
  return { file, args: [SUPERVISOR_ROLE], env: { NODE_OPTIONS: SUPERVISOR_FLAGS.join(' ') } };
}
