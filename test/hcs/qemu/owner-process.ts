/**
 * Not a test: a process that owns a system, for tests that kill it. Prints QEMU's pid once the system is
 * created (and started), then how it exited.
 * Arguments: run directory, id, kernel, initrd, survives (true, false), create or start.
 */
import { openQemuService } from '../../../hcs/qemu/qemu-service.ts';
import { SHELL_PORT, shellDocument } from './shell-guest.ts';

const [runDirectory = '', id = '', kernel = '', initrd = '', survives, upTo] =
  process.argv.slice(2);
const service = await openQemuService({ runDirectory, accelerator: 'tcg' });
const document = shellDocument({ kernel, initrd }, { survivesHost: survives === 'true' });
const system = await service.create(id, document);
await system.listen(SHELL_PORT);
if (upTo === 'start') await system.start();
console.log(system.vmmPid);
console.log(JSON.stringify(await system.exited));
// Ends by its killer only: closing must not be what ends the system.
setInterval(() => undefined, 1_000);
