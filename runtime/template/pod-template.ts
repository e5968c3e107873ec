/** The template of a VM that is about to boot: found by what it would be, or why there is none. */
import type { ComputeSystemDocument } from '../../hcs/document/compute-system.ts';
import type { ExecutionProperties } from '../../hcs/document/properties.ts';
import type { Directories } from '../directories.ts';
import { vmmProgram } from '../host-service.ts';
import { utilityVmDocument, type UtilityVmShape } from '../uvm/utility-vm.ts';
import type { VmTemplate } from '../uvm/clone.ts';
import {
  type IdentityOptions,
  type TemplateIdentity,
  templateId,
  templateIdentity,
} from './template-identity.ts';
import { type StoredTemplate, TemplateStore } from './template-store.ts';

/** A VM's shape, with what tells templates apart. */
export interface TemplatedShape extends UtilityVmShape {
  readonly bootFiles: IdentityOptions['bootFiles'];
  readonly execution: ExecutionProperties;
}

/** What of templates: `auto`: a VM is a clone where there is one of its shape; `make`: and where not, one is made. */
export const TEMPLATE_USES = ['auto', 'make', 'none'] as const;
export type TemplateUse = (typeof TEMPLATE_USES)[number];

/** As the pod asks, or else LCOW_TEMPLATE. With a link other than serial, which cannot be saved: none. */
export function templateUse(
  asked: TemplateUse | undefined,
  env: NodeJS.ProcessEnv = process.env,
): TemplateUse {
  if (process.platform !== 'linux' || (env['LCOW_LINK'] || 'serial') !== 'serial') return 'none';
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
  now: Pick<TemplatedShape, 'bootFiles' | 'execution'>,
): Promise<(template: StoredTemplate) => boolean> {
  const wanted = await identityOf(now);
  return ({ record: { identity } }) =>
    (['format', 'kernel', 'initrd', 'vmm', 'accelerator', 'processor'] as const).every(
      (field) => identity[field] === wanted[field],
    );
}

/** Undefined where there is none. @throws as identityOf */
export async function findPodTemplate(
  where: Directories,
  shape: TemplatedShape,
  document?: ComputeSystemDocument,
): Promise<VmTemplate | undefined> {
  return new TemplateStore(where.data).find(templateId(await identityOf(shape, document)));
}
