/** Whether a launcher is of the build that this process is of: only then would both do the same. */
import { realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { packageRoot } from '../../linuxkit/manifest.ts';
import { messageOf, RuntimeError } from '../errors.ts';
import { lookOfFiles, sameFiles } from './boot-files-look.ts';

const OP = 'run a command of a launcher';
const LAUNCHER = 'containerd-shim-lcow-v1';
/** What bin/build.mjs makes of this process's program, and of the launcher's. */
const BUNDLES = ['lcow-supervisor.bundle', `${LAUNCHER}.bundle`];

export interface OwnBuild {
  /**
   * @param launcher the file that was executed, or a link to it; a relative path is one of `folder`
   * @throws RuntimeError unsupported where it is of another checkout, or what it would execute was built anew
   */
  check(launcher: string, folder: string): void;
}

/** To be called when this process starts: what there is then is what it is of. */
export function ownBuild(root: string = packageRoot() ?? '.'): OwnBuild {
  const own = join(root, 'bin', LAUNCHER);
  const bundles = lookOfFiles(BUNDLES.map((name) => join(root, 'dist', 'bundle', name)));
  return {
    check: (launcher, folder) => {
      const path = real(resolve(folder, launcher));
      if (path !== real(own)) {
        throw new RuntimeError('unsupported', OP, `it is ${path}, and ours ${own}`);
      }
      if (!sameFiles(bundles)) {
        throw new RuntimeError('unsupported', OP, `${root} was built anew since this process runs`);
      }
    },
  };
}

/** @throws RuntimeError not-found */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch (cause) {
    throw new RuntimeError('not-found', OP, messageOf(cause), { cause });
  }
}
