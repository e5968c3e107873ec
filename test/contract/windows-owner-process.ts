/**
 * Not a test: a process that creates systems through the stand-in, for tests that kill it. Says CREATING before
 * the call and, with `start`, RUNNING when the guest runs.
 * Arguments: id, kernel, initrd, accelerator, survives (true, false), create or start. The stand-in's bridge
 * comes by the environment.
 */
import type { Accelerator } from '../../hcs/document/properties.ts';
import { openWindowsService } from '../../hcs/windows/windows-service.ts';
import { NO_ENDPOINTS } from '../hcs/windows/stand-in-bench.ts';
import { buildStandIn } from '../stand-in/build-stand-in.ts';
import { testGuestDocument } from './qemu-subject.ts';

const [id = '', kernel = '', initrd = '', accelerator, survives, upTo] = process.argv.slice(2);
const libraries = await buildStandIn();
const service = await openWindowsService({ endpoints: NO_ENDPOINTS, libraries, build: 26100 });
const document = testGuestDocument({ kernel, initrd }, accelerator as Accelerator, {
  survivesHost: survives === 'true',
});
process.stdout.write('CREATING\n');
const system = await service.create(id, document);
if (upTo === 'start') {
  await system.start();
  process.stdout.write('RUNNING\n');
}
// Ends by its killer only.
setInterval(() => undefined, 1_000);
