/** The library that QEMU needs to make special files in shares: set-up builds it into the checkout. It loads nothing. */
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../linuxkit/manifest.ts';

/** Its path; undefined where there is none, and FIFOs, sockets and devices depend on QEMU's release. */
export function builtQemuPreload(): string | undefined {
  const root = packageRoot();
  if (root === undefined) return undefined;
  const path = join(root, 'build', 'host', 'special-files.so');
  // The dynamic linker splits its list at these.
  if (/[\s:]/.test(path)) return undefined;
  try {
    accessSync(path, constants.R_OK);
    return path;
  } catch {
    return undefined;
  }
}
