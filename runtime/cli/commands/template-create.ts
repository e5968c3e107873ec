/** `lcow template create`: makes the template of VMs of this shape, and prints its id. */
import { findBootFiles } from '../../../linuxkit/manifest.ts';
import { directories } from '../../directories.ts';
import { RuntimeError } from '../../errors.ts';
import { openHostService } from '../../host-service.ts';
import { makeTemplate } from '../../template/make-template.ts';
import { identityOf, type TemplatedShape } from '../../template/pod-template.ts';
import { templateId } from '../../template/template-identity.ts';
import { TemplateStore } from '../../template/template-store.ts';
import { readBootFiles } from '../boot-files-option.ts';
import { cancelOnSignals } from '../cancel.ts';
import type { CommandInput, OptionValues } from '../command.ts';
import { readVmSize } from '../vm-size.ts';

export async function run({ options }: CommandInput): Promise<number> {
  if (process.platform !== 'linux') {
    const what = `there are none on ${process.platform} yet: VMs boot`;
    throw new RuntimeError('unsupported', 'make a template', what);
  }
  const where = directories();
  const store = new TemplateStore(where.data);
  await using service = await openHostService(where, process.env, { savesTemplates: true });
  const { Execution: execution } = await service.properties();
  const shape: TemplatedShape = { ...(await readShape(options, where.data)), execution };
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
): Promise<Omit<TemplatedShape, 'execution'>> {
  const kernelArguments = options.text('kernel-args');
  return {
    bootFiles: (await readBootFiles(options)) ?? (await findBootFiles({ dataDirectory })),
    ...readVmSize(options),
    ...(kernelArguments === undefined ? {} : { kernelArguments }),
  };
}
