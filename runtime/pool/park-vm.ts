/**
 * Makes a VM that waits for its pod: a clone of the shape's template, which is made where there is none; where clones
 * cannot be had, a VM that has booted. A container has run in it, so that what runs code here (QEMU emulating a guest
 * translates it anew in each clone) has met the code that the first container needs.
 */
import { randomBytes } from 'node:crypto';
import type { ComputeSystemDocument } from '../../hcs/document/compute-system.ts';
import type { Directories } from '../directories.ts';
import { messageOf } from '../errors.ts';
import { DataFolder } from '../image/data-folder.ts';
import { openHostService } from '../host-service.ts';
import { DEFAULT_SCRATCH_BYTES } from '../rootfs/scratch.ts';
import { attachNetwork, type PodNetwork } from '../network/pod-network.ts';
import type { HostParts } from '../supervisor/open-pod.ts';
import type { ParkedVm } from '../task/parked-vm.ts';
import { RootsAhead } from '../task/root-ahead.ts';
import { FailedTemplate } from '../template/failed-template.ts';
import {
  findPodTemplate,
  identityOf,
  type TemplatedShape,
  templateUse,
} from '../template/pod-template.ts';
import { prepareStandby } from '../template/standby.ts';
import { templateId } from '../template/template-identity.ts';
import { type TemplateRecord, TemplateStore } from '../template/template-store.ts';
import { warmContainer } from '../template/warm-container.ts';
import type { DeviceRecord } from '../uvm/device-record.ts';
import { createUtilityVm, type UtilityVm, utilityVmDocument } from '../uvm/utility-vm.ts';
import { holdLayers } from './hold-layers.ts';
import { mountAhead, rehearseAhead } from './mount-ahead.ts';
import type { PoolShape } from './pool-shape.ts';

/** From QEMU's start to a clone's answer, at the lowest priority on a busy host. */
const CLONE_TIMEOUT_MS = 60_000;
/** What a container takes of QEMU's time falls with each of the first; docs/performance.md. */
const REHEARSALS = 3;

export interface ParkVmOptions {
  readonly where: Directories;
  readonly shape: PoolShape;
  readonly parts: HostParts;
  /** Of each image that is expected, the disks of its layers, the lowest first. */
  readonly images: readonly (readonly string[])[];
  /** Of the compute system. */
  readonly id: string;
  /** For its private sockets; made, and removed with it. */
  readonly directory: string;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

/** The VM goes when nobody takes it: whoever calls disposes of `vm`. */
export interface MadeVm {
  readonly parked: ParkedVm;
  /** Settles when vm.json names it. */
  readonly recorded: Promise<void>;
}

/** @throws what booting a VM throws, and a container's run in it; nothing is left behind */
export async function parkVm(options: ParkVmOptions): Promise<MadeVm> {
  const { shape, parts, id, directory, signal } = options;
  const { memoryMiB, processorCount, kernelArguments } = shape;
  const vmShape: TemplatedShape = {
    ...{ bootFiles: parts.bootFiles, execution: parts.execution, host: parts.host },
    // Its pod is to outlive this process; until then the daemon ends what this process leaves.
    survivesHost: true,
    ...(memoryMiB === undefined ? {} : { memoryMiB }),
    ...(processorCount === undefined ? {} : { processorCount }),
    ...(kernelArguments === undefined ? {} : { kernelArguments }),
  };
  const document = utilityVmDocument(vmShape);
  let keep: ((devices: DeviceRecord) => Promise<void>) | undefined;
  const secret = randomBytes(32);
  const startedAtMs = Date.now();
  const vm = await make(options, vmShape, document, {
    ...{ id, secret, directory, signal, forContainers: true },
    onDevices: async (devices: DeviceRecord) => keep?.(devices),
  });
  let roots: RootsAhead;
  try {
    roots = await rehearse(vm, options);
  } catch (error) {
    await vm[Symbol.asyncDispose]();
    throw error;
  }
  let markRecorded!: () => void;
  const recorded = new Promise<void>((resolve) => {
    markRecorded = resolve;
  });
  const keepDevices: ParkedVm['keepDevices'] = (call) => {
    keep = call;
  };
  const parked = { vm, secret, startedAtMs, document, roots, keepDevices, recorded: markRecorded };
  return { parked, recorded };
}

/**
 * The first container is the template's standby, of which nobody has translated anything yet; the others have all that a
 * claimer's has, so that the claimer's meets little that is new.
 */
async function rehearse(
  vm: UtilityVm,
  { images, where, parts: { service } }: Pick<ParkVmOptions, 'images' | 'where' | 'parts'>,
): Promise<RootsAhead> {
  await warmContainer(vm);
  for (const [place, layers] of images.entries()) await holdLayers(vm, layers, place);
  const like = { under: images[0] ?? [], scratchBytes: DEFAULT_SCRATCH_BYTES };
  for (let time = 1; time < REHEARSALS; time += 1) {
    await prepare(vm);
    vm.rename(vm.id);
    await warmContainer(vm, like);
  }
  await prepare(vm);
  for (let time = 1; time < REHEARSALS; time += 1) await rehearseNetwork(vm, service);
  const [expected] = images;
  if (expected === undefined) return new RootsAhead();
  const { temporary } = new DataFolder(where.data);
  await rehearseAhead(vm, expected, temporary);
  // One alone: it takes a drive, and a container of another image wants one too.
  const ahead = await mountAhead(vm, expected, temporary);
  return new RootsAhead(ahead === undefined ? [] : [ahead]);
}

/** A pod's adapter comes and goes: which network it is to have is not known before its claim. */
async function rehearseNetwork(vm: UtilityVm, service: HostParts['service']): Promise<void> {
  let network: PodNetwork;
  try {
    network = await attachNetwork(vm, service, { mode: 'user' });
  } catch (error) {
    // Machine microvm has no adapters.
    if ((error as { code?: unknown }).code === 'NOT_SUPPORTED') return;
    throw error;
  }
  try {
    await network.configured;
  } finally {
    await network.detach();
  }
}

/** A container made ahead, where the guest's agent can. */
async function prepare(vm: UtilityVm): Promise<void> {
  await prepareStandby(vm);
}

type Life = Parameters<typeof createUtilityVm>[1] extends infer Options
  ? Omit<Options, keyof TemplatedShape>
  : never;

async function make(
  { where, log, signal, parts: { service } }: ParkVmOptions,
  shape: TemplatedShape,
  document: ComputeSystemDocument,
  life: Life,
): Promise<UtilityVm> {
  const options = { ...shape, ...life };
  let template: TemplateRecord | undefined;
  let failed: FailedTemplate | undefined;
  try {
    template = await templateOf(where, shape, document, signal);
    if (template !== undefined) {
      const clone = { ...options, template, bootTimeoutMs: CLONE_TIMEOUT_MS };
      return await ready(await createUtilityVm(service, clone));
    }
  } catch (error) {
    if (signal.aborted) throw error;
    const why = messageOf(error);
    log(`boots, since no clone can be had: ${why}`);
    if (template !== undefined) failed = new FailedTemplate(template, why, CLONE_TIMEOUT_MS);
  }
  const vm = await ready(await createUtilityVm(service, options));
  const done = await failed?.booted(new TemplateStore(where.data)).catch(messageOf);
  if (done !== undefined) log(done);
  return vm;
}

/** It disposes of itself when its boot fails. */
async function ready(vm: UtilityVm): Promise<UtilityVm> {
  await vm.ready;
  return vm;
}

/** Found, or made here: at our priority, and nobody waits. */
async function templateOf(
  where: Directories,
  shape: TemplatedShape,
  document: ComputeSystemDocument,
  signal: AbortSignal,
): Promise<TemplateRecord | undefined> {
  if (templateUse(undefined) === 'none') return undefined;
  const found = await findPodTemplate(where, shape, document);
  if (found !== undefined) return found;
  const store = new TemplateStore(where.data);
  const identity = await identityOf(shape, document);
  if (!store.isWorthMaking(templateId(identity))) return undefined;
  const { makeTemplate } = await import('../template/make-template.ts');
  await using service = await openHostService(where, process.env, { savesTemplates: true });
  return makeTemplate({ service, store, shape, identity, signal });
}
