/**
 * Whether a path is this host's own network namespace: dockerd gives `--network host` as the path of a bind mount of it,
 * and not, as others do, by leaving the namespace out.
 */
import { statSync } from 'node:fs';

/** A namespace is its inode on the kernel's nsfs. What is not there, or elsewhere than on Linux, is not the host's. */
export function isHostNetwork(path: string): boolean {
  try {
    const own = statSync('/proc/self/ns/net', { bigint: true });
    const named = statSync(path, { bigint: true });
    return own.dev === named.dev && own.ino === named.ino;
  } catch {
    return false;
  }
}
