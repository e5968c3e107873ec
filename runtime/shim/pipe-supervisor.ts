/** On Windows, where there is no holder: the supervisor itself listens on the pipe that containerd dials. */
import { basename } from 'node:path';
import type { Directories } from '../directories.ts';
import { taskSocket } from '../supervisor/pod-folder.ts';
import { spawnSupervisor } from '../supervisor/spawn-supervisor.ts';

/**
 * Resolves once the pipe is served, to what ends the pod again.
 * @throws RuntimeError what the supervisor says of why it cannot
 */
export async function startPipeSupervisor(
  where: Directories,
  folder: string,
): Promise<() => Promise<void>> {
  await spawnSupervisor(folder, { where, adopt: false });
  return async () => {
    const { dialSupervisor } = await import('../supervisor/supervisor-client-ttrpc.ts');
    const pod = basename(folder);
    await using client = await dialSupervisor({ pod, path: taskSocket(folder) });
    await client.stopPod(0);
  };
}
