/** A process in the utility VM itself, outside any container: for those who debug the VM. */
import { randomBytes } from 'node:crypto';
import type { AgentChannel } from '../guest/agent-channel.ts';
import type { UtilityVm } from '../uvm/utility-vm.ts';
import { type ContainerProcess, startExec, type StdioOptions } from './container-process.ts';

/**
 * Starts `args` as root in the VM's own namespaces.
 * @throws RuntimeError command-not-found, command-not-invocable
 */
export function runInVm(
  vm: UtilityVm,
  channel: AgentChannel,
  args: readonly string[],
  stdio: StdioOptions = {},
): Promise<ContainerProcess> {
  const id = { containerId: '', execId: `vm-${randomBytes(4).toString('hex')}` };
  const process = {
    args,
    env: ['PATH=/sbin:/bin:/usr/sbin:/usr/bin'],
    cwd: '/',
    user: { uid: 0, gid: 0 },
  };
  return startExec(vm, channel, 'run a process in the VM', id, process, stdio);
}
