/**
 * The compute service of this host: QEMU on Linux, the Host Compute Service on Windows (windows-host-service.ts). The one
 * place of the runtime that knows which.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MACHINE_TYPES, type MachineType } from '../hcs/qemu/machine-type.ts';
import type { QemuServiceOptions } from '../hcs/qemu/qemu-service.ts';
import type { ComputeService } from '../hcs/service.ts';
import type { Directories } from './directories.ts';
import { RuntimeError } from './errors.ts';
import { removeOrphans } from './ownership.ts';
import { builtQemuPreload } from './qemu-preload.ts';
import {
  endWindowsOrphans,
  endWindowsSystem,
  isWindowsHost,
  isWindowsSystemAlive,
  loadWindowsHost,
  openWindowsHost,
  sweepWindowsEndpoints,
  sweepWindowsTemplates,
} from './windows-host-service.ts';

type QemuLinkOptions = Pick<QemuServiceOptions, 'link' | 'vsockBackend'>;

/**
 * On Windows nothing is to be chosen. On Linux LCOW_LINK chooses how the guest's connections come: `serial`, the default, or `vsock`. LCOW_QEMU names another
 * QEMU than the one that PATH finds, LCOW_ACCELERATOR (`auto`, `kvm`, `tcg`) what executes guests, LCOW_MACHINE (`q35`,
 * `microvm`) what VMs are made as.
 * @param how savesTemplates: as QemuServiceOptions has it; Windows' service needs not be asked
 * @throws RuntimeError unsupported on other hosts, invalid-argument for another LCOW_LINK, LCOW_ACCELERATOR or
 *   LCOW_MACHINE; what openWindowsHost() throws
 */
export async function openHostService(
  where: Directories,
  env: NodeJS.ProcessEnv = process.env,
  { savesTemplates = false }: { readonly savesTemplates?: boolean } = {},
): Promise<ComputeService> {
  if (isWindowsHost(env)) return openWindowsHost(where, env);
  const { data, run } = where;
  if (process.platform !== 'linux') {
    throw new RuntimeError(
      'unsupported',
      'open the compute service',
      `there is none for ${process.platform}`,
    );
  }
  const { openQemuService } = await import('../hcs/qemu/qemu-service.ts');
  const qemuBinary = env['LCOW_QEMU'];
  const preload = builtQemuPreload();
  return openQemuService({
    runDirectory: join(run, 'vm'),
    ...(qemuBinary ? { qemuBinary } : {}),
    accelerator: acceleratorOf(env['LCOW_ACCELERATOR'] || 'auto'),
    machine: machineOf(env['LCOW_MACHINE'] || 'q35'),
    templateDirectory: join(data, 'template'),
    savesTemplates,
    ...(await linkOptions(env)),
    ...(preload === undefined ? {} : { preload }),
  });
}

/**
 * Where the program of that name is which executes VMs; undefined where it is Windows' own.
 * @throws HcsError HCS_E_SERVICE_NOT_AVAILABLE
 */
export async function vmmProgram(name: string): Promise<string | undefined> {
  if (isWindowsHost()) return undefined;
  const { findQemu } = await import('../hcs/qemu/vmm-process.ts');
  return findQemu('look for the program of VMs', name);
}

/** Loads what openHostService needs, for a code cache. */
export async function loadHostService(): Promise<void> {
  if (isWindowsHost()) await loadWindowsHost();
  else await import('../hcs/qemu/qemu-service.ts');
}

function acceleratorOf(wanted: string): 'auto' | 'kvm' | 'tcg' {
  if (wanted === 'auto' || wanted === 'kvm' || wanted === 'tcg') return wanted;
  throw new RuntimeError(
    'invalid-argument',
    'open the compute service',
    `LCOW_ACCELERATOR is ${JSON.stringify(wanted)}; there are auto, kvm and tcg`,
  );
}

function machineOf(wanted: string): MachineType {
  const found = MACHINE_TYPES.find((name) => name === wanted);
  if (found !== undefined) return found;
  const what = `LCOW_MACHINE is ${JSON.stringify(wanted)}; there are ${MACHINE_TYPES.join(' and ')}`;
  throw new RuntimeError('invalid-argument', 'open the compute service', what);
}

async function linkOptions(env: NodeJS.ProcessEnv): Promise<QemuLinkOptions> {
  const link = env['LCOW_LINK'] ?? '';
  switch (link) {
    case '':
    case 'serial':
      return {};
    case 'vsock': {
      const { builtVsockBackend } = await import('./vsock-backend.ts');
      const vsockBackend = builtVsockBackend();
      return vsockBackend === undefined ? { link } : { link, vsockBackend };
    }
    default:
      throw new RuntimeError(
        'invalid-argument',
        'open the compute service',
        `LCOW_LINK is ${JSON.stringify(link)}; there are serial and vsock`,
      );
  }
}

/**
 * Removes what processes that died (even by SIGKILL) left in the run and data folders: records of VMs that are
 * gone, their network endpoints, private sockets, scratch disks.
 * @returns what was removed, for people
 */
export async function sweepHost(where: Directories): Promise<string[]> {
  const systems = await sweepSystems(where);
  const pods = await removeOrphans(join(where.run, 'pod'));
  const scratch = await removeOrphans(join(where.data, 'scratch'));
  const parked = await sweepParked(where);
  return [
    ...parked,
    ...systems,
    ...pods.map((name) => `pod folder ${name}`),
    ...scratch.map((name) => `scratch disk ${name}`),
  ];
}

async function sweepParked(where: Directories): Promise<string[]> {
  if (!existsSync(join(where.run, 'pool'))) return [];
  const { sweepPool } = await import('./pool/sweep-pool.ts');
  return sweepPool(where);
}

async function sweepSystems(where: Directories): Promise<string[]> {
  const endpoint = (id: string): string => `network endpoint ${id}`;
  if (isWindowsHost()) {
    const templates = await sweepWindowsTemplates(where);
    return [...templates, ...(await sweepWindowsEndpoints(where)).map(endpoint)];
  }
  const [{ sweepDead }, { sweepPrepared }, { sweepEndpoints }] = await Promise.all([
    import('../hcs/qemu/run-folder.ts'),
    import('../hcs/qemu/template.ts'),
    import('../hcs/qemu/endpoint-record.ts'),
  ]);
  const vms = await sweepDead(join(where.run, 'vm'));
  await sweepPrepared(join(where.data, 'template'));
  const endpoints = await sweepEndpoints(join(where.run, 'vm'));
  return [...vms.map((name) => `VM ${name}`), ...endpoints.map(endpoint)];
}

/** Whether the compute system still runs, whoever owns it: what HCS says, or a look at its record and at /proc. */
export async function isSystemAlive(where: Directories, id: string): Promise<boolean> {
  if (isWindowsHost()) return isWindowsSystemAlive(where, id);
  const { run } = where;
  const { isAlive, readRecord } = await import('../hcs/qemu/record.ts');
  const record = readRecord(join(run, 'vm', id));
  return record !== undefined && isAlive(record.vmm ?? record.creator);
}

/** Removes what the host has of compute systems that are gone, and of their endpoints. */
export async function removeDeadSystems(where: Directories): Promise<void> {
  await sweepSystems(where);
}

/**
 * Ends the compute systems that outlived who made them and belong to nobody.
 * @param owned ids that have an owner
 * @returns the ids of those that were ended
 */
export async function endOrphanSystems(
  where: Directories,
  owned: ReadonlySet<string | undefined>,
): Promise<string[]> {
  if (isWindowsHost()) return endWindowsOrphans(where, owned);
  const [{ isAlive, readRecord }, { listIds }] = await Promise.all([
    import('../hcs/qemu/record.ts'),
    import('../hcs/qemu/run-folder.ts'),
  ]);
  const folder = join(where.run, 'vm');
  const orphans = (await listIds(folder)).filter((id) => {
    const record = readRecord(join(folder, id));
    if (record?.vmm === undefined || owned.has(id)) return false;
    return isAlive(record.vmm) && !isAlive(record.creator);
  });
  if (orphans.length === 0) return [];
  const service = await openHostService(where);
  try {
    for (const id of orphans) await (await service.open(id)).terminate();
  } finally {
    await service[Symbol.asyncDispose]();
  }
  return orphans;
}

/** Ends a compute system, whoever owns it. Already ended is not an error. */
export async function endSystem(where: Directories, id: string): Promise<void> {
  if (isWindowsHost()) return endWindowsSystem(where, id);
  if (!(await isSystemAlive(where, id))) return;
  const service = await openHostService(where);
  try {
    await (await service.open(id)).terminate();
  } finally {
    await service[Symbol.asyncDispose]();
  }
}
