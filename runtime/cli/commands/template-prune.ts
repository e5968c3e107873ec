/** `lcow template prune`: removes templates that nothing would be cloned from, and prints their ids. */
import { hostVersionOf } from '../../../hcs/document/host-version.ts';
import { bootsByUefi } from '../../../hcs/document/lcow-boot.ts';
import { findBootFiles } from '../../../linuxkit/manifest.ts';
import { directories } from '../../directories.ts';
import { openHostService, removeDeadSystems } from '../../host-service.ts';
import { isCurrent } from '../../template/pod-template.ts';
import { TemplateStore } from '../../template/template-store.ts';
import { isWindowsHost } from '../../windows-host-service.ts';
import type { CommandInput } from '../command.ts';

export async function run({ options }: CommandInput): Promise<number> {
  const where = directories();
  // What makers that died left.
  await removeDeadSystems(where);
  const removed = await new TemplateStore(where.data).prune(
    options.flag('all') ? () => false : await current(where),
  );
  if (isWindowsHost()) await removeDeadSystems(where);
  process.stdout.write(removed.map((id) => `${id}\n`).join(''));
  return 0;
}

async function current(where: ReturnType<typeof directories>) {
  await using service = await openHostService(where);
  const properties = await service.properties();
  const { Execution: execution } = properties;
  const host = hostVersionOf(properties);
  const bzImage = bootsByUefi(host);
  const bootFiles = await findBootFiles({ dataDirectory: where.data, bzImage });
  return isCurrent({ bootFiles, execution, host });
}
