/**
 * Takes over a VM that another process made and no longer owns: opens its compute system, links to its agent with
 * the secret, goes on with its devices. From then on it is a UtilityVm like any other.
 */
import { mkdir, rm } from 'node:fs/promises';
import type { ComputeService } from '../../hcs/service.ts';
import { Scope } from '../scope.ts';
import { AGENT_PORT, UtilityVm, type UtilityVmLife, type UtilityVmPast } from './utility-vm.ts';

/** From opening to the agent's proof: it dials at once, under emulation on a busy host not so soon. */
const ADOPT_TIMEOUT_MS = 60_000;

export interface AdoptOptions extends UtilityVmLife, UtilityVmPast {
  readonly secret: Buffer;
}

/**
 * Returns while the agent links (see `ready`). Claim every disk that is used, then releaseUnclaimed().
 * @throws HcsError SYSTEM_NOT_FOUND when the VM has ended. When `ready` rejects the VM is let go, not ended.
 */
export async function adoptUtilityVm(
  service: ComputeService,
  options: AdoptOptions,
): Promise<UtilityVm> {
  const opened = new Scope();
  try {
    const system = opened.use(await service.open(options.id));
    // Sockets of the owner before: whoever listened on them is gone.
    await rm(options.directory, { recursive: true, force: true });
    await mkdir(options.directory, { recursive: true, mode: 0o700 });
    const listener = opened.use(await system.listen(AGENT_PORT));
    const end = new Scope();
    end.use(system);
    end.defer(() => system.terminate());
    end.defer(() => rm(options.directory, { recursive: true, force: true }));
    end.use(listener);
    const life = { bootTimeoutMs: ADOPT_TIMEOUT_MS, ...options };
    return new UtilityVm(system, listener, end, life, options);
  } catch (error) {
    await opened[Symbol.asyncDispose]().catch(() => {});
    throw error;
  }
}
