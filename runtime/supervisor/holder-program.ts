/**
 * Where the holder's binary is (runtime/holder): what LCOW_HOLDER names, for tests and packagers, else where bin/setup.mjs
 * builds it. Linux alone has one. It starts nothing.
 */
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../linuxkit/manifest.ts';
import { RuntimeError } from '../errors.ts';

/** @throws RuntimeError not-found, with what to do, where it is not built; unsupported elsewhere than on Linux */
export function holderProgram(env: NodeJS.ProcessEnv = process.env): string {
  const op = 'find the holder';
  if (process.platform !== 'linux') {
    throw new RuntimeError('unsupported', op, `there is none on ${process.platform}`);
  }
  const path = env['LCOW_HOLDER'] || join(packageRoot() ?? '.', 'build', 'host', 'lcow-holder');
  try {
    accessSync(path, constants.X_OK);
  } catch (cause) {
    const what = `there is no program at ${path}; \`npm run setup\` in lcow's checkout builds it`;
    throw new RuntimeError('not-found', op, what, { cause });
  }
  return path;
}
