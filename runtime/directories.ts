/**
 * Where the runtime keeps things on this host (design §5): what lasts, and what goes with the host's boot. The command
 * line puts what configuration files say into the environment before anything asks here (cli/main.ts).
 */
import { join } from 'node:path';

export interface Directories {
  /** Content, layers, templates, kernels. LCOW_DATA, else /var/lib/lcow (%ProgramData%\lcow). */
  readonly data: string;
  /** Sockets and records of what runs. LCOW_RUN, else /run/lcow. */
  readonly run: string;
}

export function directories(env: NodeJS.ProcessEnv = process.env): Directories {
  const windows = process.platform === 'win32';
  const programData = join(env['ProgramData'] || 'C:\\ProgramData', 'lcow');
  return {
    data: env['LCOW_DATA'] || (windows ? programData : '/var/lib/lcow'),
    run: env['LCOW_RUN'] || (windows ? join(programData, 'run') : '/run/lcow'),
  };
}
