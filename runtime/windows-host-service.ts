/**
 * The compute service of a Windows host: the Host Compute Service, once it is known that VMs can run there. What lives
 * and what is over HCS itself says; nothing is kept on disk for it.
 *
 * Tests put the stand-ins of Windows' libraries under it, also on Linux: LCOW_TEST_HCS names them (see StandIn).
 */
import { join } from 'node:path';
import type { NetworkLibraryPaths } from '../hcs/windows/compute-network.ts';
import type { LibraryPaths } from '../hcs/windows/compute-core.ts';
import type { ComputeService } from '../hcs/service.ts';
import type { Directories } from './directories.ts';
import { RuntimeError } from './errors.ts';
import { isIdentityAlive, processIdentity } from './ownership.ts';

/** The value of LCOW_TEST_HCS, in JSON: the stand-ins' libraries, and what they are to be taken for. */
interface StandIn extends LibraryPaths, NetworkLibraryPaths {
  readonly build?: number;
}

/** Owner of the systems that no supervisor adopts: they end with who made them. */
const OWNER = 'lcow';
/** An id of the compute systems that are pods' alone; others are `lcow uvm boot`'s, which ends them itself. */
const FOREGROUND = /^uvm-[0-9a-f]{8}$/;

/** An id of a template's system: sweepWindowsTemplates() knows when it may end. */
const TEMPLATE = /^template-[0-9a-f]{24}$/;

/** Whether this host's service is Windows'. */
export function isWindowsHost(env: NodeJS.ProcessEnv = process.env): boolean {
  return process.platform === 'win32' || Boolean(env['LCOW_TEST_HCS']);
}

/** Loads what openWindowsHost needs, for a code cache. */
export async function loadWindowsHost(): Promise<void> {
  await Promise.all([
    import('../hcs/windows/host-needs.ts'),
    import('../hcs/windows/network-endpoints.ts'),
    import('../hcs/windows/windows-service.ts'),
  ]);
}

/**
 * Opens it, where the build, this process' rights, the features and the hypervisor let VMs run.
 * @throws RuntimeError unsupported, permission-denied or unavailable, saying what is missing and how to enable it
 */
export async function openWindowsHost(
  { run }: Directories,
  env: NodeJS.ProcessEnv = process.env,
): Promise<ComputeService> {
  const [{ requireHost }, { openWindowsService }] = await Promise.all([
    import('../hcs/windows/host-needs.ts'),
    import('../hcs/windows/windows-service.ts'),
  ]);
  const standIn = readStandIn(env);
  try {
    if (standIn === undefined) requireHost();
    return await openWindowsService({
      endpoints: await openEndpoints(standIn),
      ...(standIn === undefined ? {} : { libraries: standIn }),
      ...(standIn?.build === undefined ? {} : { build: standIn.build }),
      // A pipe's name means nothing on Linux.
      ...(process.platform === 'win32' ? {} : { consolePipe: (id) => join(run, `com0-${id}`) }),
    });
  } catch (error) {
    throw explained(error);
  }
}

/** Whether HCS has that system, and it has not stopped. */
export async function isWindowsSystemAlive(where: Directories, id: string): Promise<boolean> {
  await using service = await openWindowsHost(where);
  return (await service.enumerate({ Ids: [id] })).length > 0;
}

/** Removes network endpoints whose owner and VM are gone. @returns their ids */
export async function sweepWindowsEndpoints(where: Directories): Promise<string[]> {
  await using service = await openWindowsHost(where);
  const running = (await service.enumerate()).map(({ RuntimeId }) => RuntimeId);
  return (await openEndpoints(readStandIn(process.env))).sweep(running);
}

/** Removes templates whose systems are gone, ends systems of templates that are. @returns what was done, for people */
export async function sweepWindowsTemplates(where: Directories): Promise<string[]> {
  const [{ TemplateStore }, { hasTemplateSystems, TemplateSystems }] = await Promise.all([
    import('./template/template-store.ts'),
    import('./template/template-systems.ts'),
  ]);
  const store = new TemplateStore(where.data);
  if (!hasTemplateSystems(store)) return [];
  await using service = await openWindowsHost(where);
  return (await TemplateSystems.of(service, store)?.sweep()) ?? [];
}

/** Ends the systems of pods that are no more. @param owned ids that have an owner @returns those that were ended */
export async function endWindowsOrphans(
  where: Directories,
  owned: ReadonlySet<string | undefined>,
): Promise<string[]> {
  await using service = await openWindowsHost(where);
  const orphans = (await service.enumerate({ Owners: [OWNER] }))
    .map(({ Id }) => Id)
    .filter((id) => !owned.has(id) && !FOREGROUND.test(id) && !TEMPLATE.test(id));
  for (const id of orphans) await terminate(service, id);
  return orphans;
}

/** Ends a system. Already ended is not an error. */
export async function endWindowsSystem(where: Directories, id: string): Promise<void> {
  await using service = await openWindowsHost(where);
  await terminate(service, id);
}

async function terminate(service: ComputeService, id: string): Promise<void> {
  const { isHcsError } = await import('../hcs/hcs-error.ts');
  try {
    await using system = await service.open(id);
    await system.terminate();
  } catch (error) {
    if (!isHcsError(error, 'HCS_E_SYSTEM_NOT_FOUND')) throw error;
  }
}

async function openEndpoints(standIn: StandIn | undefined) {
  const { NetworkEndpoints } = await import('../hcs/windows/network-endpoints.ts');
  return new NetworkEndpoints({
    owner: processIdentity,
    isOwnerAlive: isIdentityAlive,
    ...(standIn === undefined ? {} : { libraries: standIn }),
  });
}

function readStandIn(env: NodeJS.ProcessEnv): StandIn | undefined {
  const text = env['LCOW_TEST_HCS'];
  return text ? (JSON.parse(text) as StandIn) : undefined;
}

/** HCS's refusal of the whole host, as a code of ours. */
function explained(error: unknown): unknown {
  const { name, code, message } = error as { name?: string; code?: string; message?: string };
  if (name !== 'HcsError') return error;
  const op = 'use the Host Compute Service';
  const what = (message ?? '').replace(`cannot ${op}: `, '');
  switch (code) {
    case 'NOT_SUPPORTED':
      return new RuntimeError('unsupported', op, what, { cause: error });
    case 'HCS_E_ACCESS_DENIED':
    case 'E_ACCESSDENIED':
      return new RuntimeError('permission-denied', op, what, { cause: error });
    case 'HCS_E_HYPERV_NOT_INSTALLED':
    case 'HCS_E_SERVICE_NOT_AVAILABLE':
      return new RuntimeError('unavailable', op, what, { cause: error });
    default:
      return error;
  }
}
