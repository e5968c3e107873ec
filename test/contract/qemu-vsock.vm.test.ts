/**
 * The contract suite over hcs/qemu again, the guest's connections coming over vsock. What a link has no part
 * in (documents, and saved state, which a machine with a vsock back end refuses: vsock-link.vm.test.ts) is not
 * run a second time.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { skip } from '../harness/skip.ts';
import { buildTestGuest } from '../harness/test-guest.ts';
import { vsockBackendForTests } from '../harness/vsock-backend.ts';
import { computeServiceSuite } from './compute-service-suite.ts';
import { qemuSubject } from './qemu-subject.ts';

const guestFolder = mkdtempSync(join(tmpdir(), 'lcow-test-guest-'));
process.on('exit', () => rmSync(guestFolder, { recursive: true, force: true }));
try {
  const vsockBackend = vsockBackendForTests();
  const guest = await buildTestGuest(guestFolder);
  computeServiceSuite(
    'qemu over vsock',
    (options) => qemuSubject(guest, options, { link: 'vsock', vsockBackend }),
    ['life', 'handles', 'devices', 'connections'],
  );
} catch (error) {
  skip(`the contract of QEMU over vsock: ${(error as Error).message}`);
}
