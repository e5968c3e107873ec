/** The template of a VM that is about to boot: found by what it would be, or why there is none. */
import type { ComputeSystemDocument } from '../../hcs/document/compute-system.ts';
import type { ExecutionProperties } from '../../hcs/document/properties.ts';
import type { ComputeService } from '../../hcs/service.ts';
import type { Directories } from '../directories.ts';
import { vmmProgram } from '../host-service.ts';
import { isWindowsHost } from '../windows-host-service.ts';
import { utilityVmDocument, type UtilityVmShape } from '../uvm/utility-vm.ts';
import {
  type IdentityOptions,
  type TemplateIdentity,
  templateId,
  templateIdentity,
} from './template-identity.ts';
import { type StoredTemplate, type TemplateRecord, TemplateStore } from './template-store.ts';

/** A VM's shape, with what tells templates apart. */
export interface TemplatedShape extends UtilityVmShape {
  readonly bootFiles: IdentityOptions['bootFiles'];
  readonly execution: ExecutionProperties;
}

/** What of templates: `auto`: a VM is a clone where there is one of its shape; `make`: and where not, one is made. */
export const TEMPLATE_USES = ['auto', 'make', 'none'] as const;
export type TemplateUse = (typeof TEMPLATE_USES)[number];

/** As the pod asks, or else LCOW_TEMPLATE. None with a link of QEMU's other than serial, which cannot be saved. */
export function templateUse(
  asked: TemplateUse | undefined,
  env: NodeJS.ProcessEnv = process.env,
): TemplateUse {
  if (!isWindowsHost(env) && (env['LCOW_LINK'] || 'serial') !== 'serial') return 'none';
  return asked ?? TEMPLATE_USES.find((use) => use === env['LCOW_TEMPLATE']) ?? 'auto';
}

/**
 * Of VMs of this shape.
 * @param document the shape's, where it is known
 * @throws Error of a file that cannot be looked at, HcsError of a shape that makes no document
 */
export async function identityOf(
  shape: TemplatedShape,
  document: ComputeSystemDocument = utilityVmDocument(shape),
): Promise<TemplateIdentity> {
  const { bootFiles, execution } = shape;
  const vmm = await vmmProgram(execution.VmmName);
  return templateIdentity({ document, bootFiles, execution, vmm });
}

/**
 * Whether a template is of what this host boots now, whatever its shape. One of other boot files than the host's own
 * (`--kernel`) is not: it is made again when it is wanted.
 * @throws Error of a file that cannot be looked at
 */
export async function isCurrent(
  now: Pick<TemplatedShape, 'bootFiles' | 'execution' | 'host'>,
): Promise<(template: StoredTemplate) => boolean> {
  const wanted = await identityOf(now);
  return ({ record: { identity } }) =>
    (['format', 'kernel', 'initrd', 'vmm', 'accelerator', 'processor'] as const).every(
      (field) => identity[field] === wanted[field],
    );
}

/** A VM that is to be a clone, by its id, and who makes it. */
export interface FutureClone {
  readonly service: ComputeService;
  readonly vm: string;
}

/**
 * Undefined where there is none.
 * @param clone needed where the service keeps templates as systems
 * @throws as identityOf; RuntimeError unavailable where its system is gone
 */
export async function findPodTemplate(
  where: Directories,
  shape: TemplatedShape,
  document?: ComputeSystemDocument,
  clone?: FutureClone,
): Promise<TemplateRecord | undefined> {
  const store = new TemplateStore(where.data);
  const found = store.find(templateId(await identityOf(shape, document)));
  if (found === undefined || clone?.service.keepsTemplatesAsSystems !== true) return found;
  const { TemplateSystems } = await import('./template-systems.ts');
  await TemplateSystems.of(clone.service, store)?.claim(found, clone.vm);
  return found;
}
