/** `lcow-oci spec`: a config.json to begin with, for a bundle whose root is its folder `rootfs`. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { capabilities, DEFAULT_CAPABILITIES } from '../../task/capability-options.ts';
import { MASKED_PATHS, READONLY_PATHS, standardMounts } from '../../task/standard-mounts.ts';
import type { OciCommandRun } from '../command.ts';
import { OciFailure } from '../failure.ts';
import { SPEC_VERSION } from '../help.ts';

export const run: OciCommandRun = async (_context, input) => {
  const path = join(input.value('bundle') || '.', 'config.json');
  if (existsSync(path)) {
    throw new OciFailure(`File ${path} exists. Remove it first`);
  }
  try {
    writeFileSync(path, `${JSON.stringify(exampleSpec(), undefined, '\t')}\n`, {
      flag: 'wx',
      mode: 0o666,
    });
  } catch (error) {
    throw new OciFailure(`cannot write ${path}: ${(error as Error).message}`);
  }
  return 0;
};

/** A shell with a terminal, under Docker's capabilities and limits, in namespaces of its own. */
export function exampleSpec() {
  return {
    ociVersion: SPEC_VERSION,
    process: {
      terminal: true,
      user: { uid: 0, gid: 0 },
      args: ['sh'],
      env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'TERM=xterm'],
      cwd: '/',
      capabilities: capabilities(DEFAULT_CAPABILITIES),
      rlimits: [{ type: 'RLIMIT_NOFILE', hard: 1024, soft: 1024 }],
      noNewPrivileges: true,
    },
    root: { path: 'rootfs', readonly: true },
    hostname: 'lcow',
    mounts: standardMounts({}),
    linux: {
      resources: { devices: [{ allow: false, access: 'rwm' }] },
      namespaces: ['pid', 'network', 'ipc', 'uts', 'mount', 'cgroup'].map((type) => ({ type })),
      maskedPaths: MASKED_PATHS,
      readonlyPaths: READONLY_PATHS,
    },
  };
}
