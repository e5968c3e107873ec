/** Opening the service, and what it says where QEMU is not there: no VM is booted. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lcowDocument } from '../../../hcs/document/lcow-document.ts';
import { openQemuService } from '../../../hcs/qemu/qemu-service.ts';
import { hcsRejection } from '../../harness/rejection.ts';

let folder = '';
test.before.each(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lcow-service-'));
});
test.after.each(() => rm(folder, { recursive: true, force: true }));

const document = lcowDocument({
  owner: 'test',
  kernelFilePath: '/nowhere/vmlinux',
  initRdPath: '/nowhere/initrd',
  kernelCommandLine: 'quiet',
});

test('opening makes nothing and takes no time', async () => {
  const startMs = performance.now();
  const service = await openQemuService({ runDirectory: join(folder, 'run') });
  const tookMs = performance.now() - startMs;
  assert.equal(await readdir(folder), []);
  assert.equal(await service.enumerate(), []);
  assert.ok(tookMs < 20, `${tookMs} ms`);
});

test('without QEMU the service is not available, with advice, and nothing is left', async () => {
  const runDirectory = join(folder, 'run');
  const service = await openQemuService({ runDirectory, qemuBinary: join(folder, 'no-qemu') });
  const error = await hcsRejection(service.create('a', document), 'HCS_E_SERVICE_NOT_AVAILABLE');
  assert.match(error.message, 'apt install qemu-system-x86');
  await hcsRejection(service.properties(), 'HCS_E_SERVICE_NOT_AVAILABLE');
  assert.equal(await readdir(folder), []);
});

test('a QEMU that fails says why at start, and its folder goes', async () => {
  const runDirectory = join(folder, 'run');
  const qemuBinary = join(folder, 'qemu');
  await writeFile(
    qemuBinary,
    '#!/bin/sh\n[ "$1" = --version ] && echo "QEMU emulator version 9.9.9" && exit\necho "no such thing" >&2\nexit 1\n',
  );
  await chmod(qemuBinary, 0o755);
  const kernel = join(folder, 'kernel');
  await writeFile(kernel, 'x');
  const service = await openQemuService({ runDirectory, qemuBinary, accelerator: 'tcg' });
  assert.is((await service.properties()).Execution.VmmVersion, '9.9.9');
  const wanted = structuredClone(document);
  wanted.VirtualMachine.Chipset = { LinuxKernelDirect: { KernelFilePath: kernel } };
  const system = await service.create('failing', wanted);
  const error = await hcsRejection(system.start(), 'HCS_E_UNEXPECTED_EXIT');
  assert.match(error.message, 'no such thing');
  assert.is((await system.exited).ExitType, 'UnexpectedExit');
  await system[Symbol.asyncDispose]();
  assert.equal(await readdir(runDirectory), ['.execution.json']);
});

test.run();
