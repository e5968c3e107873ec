/**
 * Makes a template: boots a VM as any other, has its agent do once what every clone does first, lets it come to rest,
 * and saves it. What the guest has learned by then (pages, caches, code that was loaded) a clone need not learn again.
 */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ComputeService } from '../../hcs/service.ts';
import { METHODS } from '../guest/methods.ts';
import { createUtilityVm, type UtilityVm, type UtilityVmShape } from '../uvm/utility-vm.ts';
import { addDrives } from './add-drives.ts';
import { type TemplateIdentity, templateId } from './template-identity.ts';
import { prepareStandby } from './standby.ts';
import type { TemplateRecord, TemplateStore } from './template-store.ts';
import { TemplateSystems } from './template-systems.ts';
import { warmContainer } from './warm-container.ts';

/** The guest rests when QEMU used less than this in a look. */
const REST_LOOK_MS = 60;
const REST_SHARE = 0.1;
/** A guest that does not rest is saved as it is. */
const REST_PATIENCE_MS = 3000;

export interface MakeTemplateOptions {
  /** Opened with savesTemplates. */
  readonly service: ComputeService;
  readonly store: TemplateStore;
  readonly shape: UtilityVmShape;
  readonly identity: TemplateIdentity;
  readonly signal?: AbortSignal;
}

/**
 * @throws what booting a VM throws; HcsError HCS_E_SYSTEM_ALREADY_EXISTS while another process makes the same; where
 *   templates are systems, what TemplateSystems.begin() throws
 *   Nothing is left behind.
 */
export async function makeTemplate(options: MakeTemplateOptions): Promise<TemplateRecord> {
  const { service, store, identity } = options;
  const id = templateId(identity);
  // An unfinished one of a maker that died would be in the way.
  if (store.find(id) === undefined) await store.remove(id);
  const systems = TemplateSystems.of(service, store);
  await systems?.begin(id);
  try {
    return await make(options, id, systems);
  } finally {
    systems?.finished(id);
  }
}

async function make(
  { service, store, shape, identity, signal }: MakeTemplateOptions,
  id: string,
  systems: TemplateSystems | undefined,
): Promise<TemplateRecord> {
  const begin = performance.now();
  const secret = randomBytes(32);
  const directory = join(tmpdir(), `lcow-${id}-${randomBytes(6).toString('hex')}`);
  const vm = await createUtilityVm(service, {
    ...shape,
    ...{ id, secret, directory },
    survivesHost: systems !== undefined,
    asTemplate: true,
    forContainers: true,
    ...(signal === undefined ? {} : { signal }),
  });
  try {
    await vm.ready;
    const { guest } = vm;
    if (guest === undefined) throw new Error('the agent did not say who it is');
    const nowNs = await warm(vm);
    const readMs = performance.now();
    // On Windows a clone's disks are another system's, whatever the template had.
    await using disks = systems === undefined ? await addDrives(vm) : undefined;
    await vm.park();
    await rest(vm);
    await vm.system.pause();
    const guestNowNs = nowNs + (performance.now() - readMs) * 1e6;
    await vm.system.save({ SaveType: 'AsTemplate' });
    const files: TemplateRecord = {
      ...{ systemId: id, secret, guest, guestNowNs, identity },
      ...(disks === undefined ? {} : { drives: disks.drives }),
      createdAt: new Date().toISOString(),
      tookMs: Math.round(performance.now() - begin),
    };
    const record = (await systems?.saved(files)) ?? files;
    await store.keep(record);
    if (systems !== undefined) {
      // The system is the template: it goes on, without us.
      await vm.letGo();
      await rm(directory, { recursive: true, force: true });
    }
    return record;
  } finally {
    await vm[Symbol.asyncDispose]();
  }
}

/** @returns the guest's clock after it */
async function warm(vm: UtilityVm): Promise<number> {
  // The container that warms the guest is made as those of clones will be.
  await prepareStandby(vm);
  await warmContainer(vm);
  await prepareStandby(vm);
  const { nowNs } = await vm.call('read the guest clock', METHODS.ping, {});
  return nowNs;
}

/** Waits until the VM's processors have little to do. */
async function rest(vm: UtilityVm): Promise<void> {
  const used = async (): Promise<number> => {
    const { Statistics } = await vm.system.properties({ PropertyTypes: ['Statistics'] });
    return (Statistics?.Processor?.TotalRuntime100ns ?? 0) / 10_000;
  };
  const begin = performance.now();
  for (let before = await used(); performance.now() - begin < REST_PATIENCE_MS; ) {
    await new Promise((resolve) => setTimeout(resolve, REST_LOOK_MS));
    const now = await used();
    if (now - before < REST_LOOK_MS * REST_SHARE) return;
    before = now;
  }
}
