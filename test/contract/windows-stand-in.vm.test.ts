/** The contract suite over hcs/windows: FFI, the C interface of the stand-in, the engine, real VMs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { skip } from '../harness/skip.ts';
import { buildTestGuest } from '../harness/test-guest.ts';
import { buildStandIn } from '../stand-in/build-stand-in.ts';
import { computeServiceSuite } from './compute-service-suite.ts';
import { windowsSubject } from './windows-subject.ts';

const guestFolder = mkdtempSync(join(tmpdir(), 'lcow-test-guest-'));
process.on('exit', () => rmSync(guestFolder, { recursive: true, force: true }));
try {
  await buildStandIn();
  const guest = await buildTestGuest(guestFolder);
  computeServiceSuite('windows over the stand-in', (options) => windowsSubject(guest, options));
} catch (error) {
  skip(`the contract of Windows over the stand-in: ${(error as Error).message}`);
}
