/** How tests have QEMU's engine keep templates. */
import type { QemuServiceOptions } from '../../hcs/qemu/qemu-service.ts';

/** Templates beside the run directory; of systems named template-* alone, for each costs the file system its memory. */
export function templatesBeside(
  runDirectory: string,
): Required<Pick<QemuServiceOptions, 'templateDirectory' | 'savesTemplates'>> {
  return {
    templateDirectory: `${runDirectory}.templates`,
    savesTemplates: (id) => id.startsWith('template-'),
  };
}
