/** `lcow template create`: makes the template of VMs of this shape, and prints its id. */
import { hostVersionOf } from '../../../hcs/document/host-version.ts';
import { bootsByUefi } from '../../../hcs/document/lcow-boot.ts';
import { findBootFiles } from '../../../linuxkit/manifest.ts';
import { directories } from '../../directories.ts';
import { openHostService } from '../../host-service.ts';
import { makeTemplate } from '../../template/make-template.ts';
import { identityOf, type TemplatedShape } from '../../template/pod-template.ts';
import { templateId } from '../../template/template-identity.ts';
import { readBootFiles } from '../boot-files-option.ts';
import { cancelOnSignals } from '../cancel.ts';
import type { CommandInput, OptionValues } from '../command.ts';
import { openTemplates } from '../open-templates.ts';
import { readVmSize } from '../vm-size.ts';

export async function run({ options }: CommandInput): Promise<number> {
  const where = directories();
  const store = await openTemplates(where);
  await using service = await openHostService(where, process.env, { savesTemplates: true });
  const properties = await service.properties();
  const { Execution: execution } = properties;
  const host = hostVersionOf(properties);
  const read = await readShape(options, where.data, bootsByUefi(host));
  const shape: TemplatedShape = { ...read, execution, host };
  const identity = await identityOf(shape);
  const id = templateId(identity);
  if (store.find(id) !== undefined) {
    if (!options.flag('force')) {
      process.stdout.write(`${id}\n`);
      return 0;
    }
    await store.remove(id);
  }
  const cancel = cancelOnSignals();
  try {
    await makeTemplate({ service, store, shape, identity, signal: cancel.signal });
  } finally {
    cancel.release();
  }
  process.stdout.write(`${id}\n`);
  return 0;
}

async function readShape(
  options: OptionValues,
  dataDirectory: string,
  bzImage: boolean,
): Promise<Omit<TemplatedShape, 'execution'>> {
  const kernelArguments = options.text('kernel-args');
  return {
    bootFiles: (await readBootFiles(options)) ?? (await findBootFiles({ dataDirectory, bzImage })),
    ...readVmSize(options),
    ...(kernelArguments === undefined ? {} : { kernelArguments }),
  };
}
