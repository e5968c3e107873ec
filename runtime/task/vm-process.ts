/** A process in the utility VM itself, outside any container: for those who debug the VM. */
import { randomBytes } from 'node:crypto';
import type { AgentChannel } from '../guest/agent-channel.ts';
import { METHODS } from '../guest/methods.ts';
import type { UtilityVm } from '../uvm/utility-vm.ts';
import { ContainerProcess, stdioMessage, type StdioOptions } from './container-process.ts';

/**
 * Starts `args` as root in the VM's own namespaces.
 * @throws RuntimeError command-not-found, command-not-invocable
 */
export async function runInVm(
  vm: UtilityVm,
  channel: AgentChannel,
  args: readonly string[],
  stdio: StdioOptions = {},
): Promise<ContainerProcess> {
  const id = { containerId: '', execId: `vm-${randomBytes(4).toString('hex')}` };
  const started = new ContainerProcess(vm, channel, id, stdio);
  try {
    const process = {
      args,
      env: ['PATH=/sbin:/bin:/usr/sbin:/usr/bin'],
      cwd: '/',
      user: { uid: 0, gid: 0 },
    };
    const { pid } = await channel.call('run a process in the VM', METHODS.exec, {
      ...id,
      process: Buffer.from(JSON.stringify(process)),
      stdio: stdioMessage(stdio),
    });
    started.created(pid);
    started.advance('start');
    return started;
  } catch (error) {
    started.streams?.detach();
    throw error;
  }
}
