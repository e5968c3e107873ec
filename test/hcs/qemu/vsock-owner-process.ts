/**
 * Not a test: a process that owns a system whose link is vsock, for tests that kill it. Prints QEMU's pid once
 * the system listens and has started, then a line for each guest that it greeted.
 * Arguments: run directory, id, a file with the document, the back end.
 */
import { readFileSync } from 'node:fs';
import type { ComputeSystemDocument } from '../../../hcs/document/compute-system.ts';
import { openQemuService } from '../../../hcs/qemu/qemu-service.ts';
import { greetGuest } from '../../harness/greet-guest.ts';

const [runDirectory = '', id = '', documentFile = '', vsockBackend = ''] = process.argv.slice(2);
const service = await openQemuService({
  runDirectory,
  accelerator: 'tcg',
  link: 'vsock',
  vsockBackend,
});
const document = JSON.parse(readFileSync(documentFile, 'utf8')) as ComputeSystemDocument;
const system = await service.create(id, document);
const listener = await system.listen(0x4c43);
await system.start();
console.log(system.vmmPid);
for (;;) {
  await greetGuest(await listener.accept());
  console.log('greeted');
}
