/** The templates that can be cloned. On Windows those whose systems are gone, with the host's last start, are none any more. */
import type { Directories } from '../directories.ts';
import { removeDeadSystems } from '../host-service.ts';
import { TemplateStore } from '../template/template-store.ts';
import { isWindowsHost } from '../windows-host-service.ts';

/** @throws what opening Windows' compute service throws */
export async function openTemplates(where: Directories): Promise<TemplateStore> {
  if (isWindowsHost()) await removeDeadSystems(where);
  return new TemplateStore(where.data);
}
