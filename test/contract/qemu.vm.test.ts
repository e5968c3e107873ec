/** The contract suite over hcs/qemu, with real VMs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { skip } from '../harness/skip.ts';
import { buildTestGuest } from '../harness/test-guest.ts';
import { computeServiceSuite } from './compute-service-suite.ts';
import { qemuSubject } from './qemu-subject.ts';

const guestFolder = mkdtempSync(join(tmpdir(), 'lcow-test-guest-'));
process.on('exit', () => rmSync(guestFolder, { recursive: true, force: true }));
try {
  const guest = await buildTestGuest(guestFolder);
  computeServiceSuite('qemu', (options) => qemuSubject(guest, options));
} catch (error) {
  skip(`the contract of QEMU: no guest to boot: ${(error as Error).message}`);
}
