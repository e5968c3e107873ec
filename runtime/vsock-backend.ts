/** Which program serves vsock devices on this host: set-up builds one into the checkout. It starts none. */
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../linuxkit/manifest.ts';

/** The path of the back end that set-up built; undefined where there is none and PATH decides. */
export function builtVsockBackend(): string | undefined {
  const root = packageRoot();
  if (root === undefined) return undefined;
  // dist/ carries no package.json of its own, so the root is the checkout's.
  const path = join(root, 'build', 'tools', 'bin', 'vhost-device-vsock');
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    return undefined;
  }
}
