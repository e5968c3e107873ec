/**
 * Containers made ahead in a VM that is to become a template: namespaces, mounts and an init that waits for its container
 * (proto/agent.proto, Containers.Prepare). The agent gives one to the next Create that it fits, and makes any other as ever.
 */
import { RuntimeError } from '../errors.ts';
import { METHODS } from '../guest/methods.ts';
import { containerSpec } from '../task/container-spec.ts';
import type { OciSpec } from '../task/oci-runtime-spec.ts';
import type { UtilityVm } from '../uvm/utility-vm.ts';

/** What docker hides and containerd does not: it is hidden when a container that wants it is made. */
const HIDDEN_BY_SOME: ReadonlySet<string> = new Set(['/sys/devices/virtual/powercap']);

/** Makes one more. A guest that has no such call, or too old a kernel for it, makes its containers when they come. */
export async function prepareStandby(vm: UtilityVm): Promise<void> {
  const spec = Buffer.from(JSON.stringify(standbySpec()));
  try {
    await vm.call('prepare a container', METHODS.prepareContainer, { spec });
  } catch (error) {
    if (!(error instanceof RuntimeError && error.code === 'unsupported')) throw error;
  }
}

/** What docker's, containerd's and our own containers have in common, unless they are asked for more or less. */
export function standbySpec(): OciSpec {
  const spec = containerSpec({ id: 'standby', image: {}, command: ['/'] });
  const { linux } = spec;
  const maskedPaths = linux.maskedPaths?.filter((path) => !HIDDEN_BY_SOME.has(path)) ?? [];
  return { ...spec, linux: { ...linux, maskedPaths } };
}
