/** Which paths of the host a pod's containers may have mounted: the option `shares` of its VM. */
import { realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { messageOf, RuntimeError } from '../errors.ts';

/**
 * @param allowed folders; undefined: every path
 * @throws RuntimeError permission-denied that names the mount and its source. What a link leads to counts, not the link.
 */
export async function checkShares(
  op: string,
  mounts: readonly { readonly hostPath: string; readonly destination: string }[],
  allowed: readonly string[] | undefined,
): Promise<void> {
  if (allowed === undefined) return;
  for (const { hostPath, destination } of mounts) {
    const at = `mount ${destination}: ${JSON.stringify(hostPath)}`;
    const path = await realpath(hostPath).catch((error: unknown) => {
      throw new RuntimeError('invalid-argument', op, `${at}: ${messageOf(error)}`);
    });
    if (allowed.some((folder) => isBelow(path, folder))) continue;
    const given = allowed.length === 0 ? 'nothing' : allowed.join(', ');
    throw new RuntimeError(
      'permission-denied',
      op,
      `${at} may not be shared: the pod's option shares allows ${given}`,
    );
  }
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}
