/**
 * The bridge as a process of its own: LCOW_BRIDGE_RUN is the engine's run directory, LCOW_BRIDGE_SOCKET where to
 * serve. Says READY on its standard output, and ends when its standard input does. What it is told comes by the
 * environment, so that its command line names no folder of a test's.
 */
import { openQemuService } from '../../hcs/qemu/qemu-service.ts';
import { serveBridge } from './bridge.ts';

const runDirectory = process.env['LCOW_BRIDGE_RUN'] ?? '';
const socket = process.env['LCOW_BRIDGE_SOCKET'] ?? '';
const service = await openQemuService({ runDirectory });
await serveBridge(service, socket);
const { Execution } = await service.properties();
process.stdout.write(`READY ${Execution.Accelerator}\n`);
process.stdin.resume().on('end', () => {
  void service[Symbol.asyncDispose]().then(() => process.exit(0));
});
