/**
 * Not a test: a process that owns a system whose link is vsock, for tests that kill it. Prints QEMU's pid once
 * the system listens and has started, then a line for each connection that it accepted, and reads none of them.
 * Arguments: run directory, id, a file with the document, the back end.
 */
import { readFileSync } from 'node:fs';
import type { ComputeSystemDocument } from '../../../hcs/document/compute-system.ts';
import { openQemuService } from '../../../hcs/qemu/qemu-service.ts';

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
  await listener.accept();
  console.log('accepted');
}
