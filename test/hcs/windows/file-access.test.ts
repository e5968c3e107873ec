/** Who is granted which file: the VM what it writes, the group of all VMs what it reads; what is taken back, and when. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  addScsiAttachment,
  removeScsiAttachment,
} from '../../../hcs/document/resource-requests.ts';
import { HRESULT } from '../../../hcs/hresult.ts';
import { hcsRejection } from '../../harness/rejection.ts';
import { skip } from '../../harness/skip.ts';
import { standInBench, type StandInBench } from './stand-in-bench.ts';

try {
  register(await standInBench());
} catch (error) {
  skip(`hcs/windows: the stand-in cannot be built: ${(error as Error).message}`);
}
test.run();

function register(bench: StandInBench): void {
  const { service, configure, counters, folder } = bench;
  const newId = (): string => bench.newId();
  const document = (): ReturnType<StandInBench['document']> => bench.document();
  const grants = (): { vm: number; group: number } => {
    const { grants: vm, groupGrants: group } = counters();
    return { vm, group };
  };
  let files = 0;
  const newFile = (): string => {
    const path = join(folder, `access-${(files += 1)}.vhd`);
    writeFileSync(path, '');
    return path;
  };
  const place = { controller: 0, lun: 5 };
  const other = { controller: 0, lun: 6 };

  test('what is only read is granted to the group, once, and stays; what is written is not', async () => {
    const first = await service.create(newId(), document());
    await first.start();
    const before = grants();
    const layer = newFile();
    await first.modify(addScsiAttachment(place, { path: layer, readOnly: true }));
    assert.equal(grants(), { ...before, group: before.group + 1 });
    const second = await service.create(newId(), document());
    await second.start();
    await second.modify(addScsiAttachment(place, { path: layer, readOnly: true }));
    await second.modify(addScsiAttachment(other, { path: newFile() }));
    assert.equal(grants(), { vm: before.vm + 1, group: before.group + 1 });
    await second.modify(removeScsiAttachment(place));
    await second.modify(removeScsiAttachment(other));
    assert.equal(grants(), { ...before, group: before.group + 1 });
    for (const system of [first, second]) {
      await system.terminate();
      await system[Symbol.asyncDispose]();
    }
    assert.equal(grants(), { vm: 0, group: before.group + 1 });
  });

  test('a file that is read at one place and written at another is the VM’s own too', async () => {
    const system = await service.create(newId(), document());
    await system.start();
    const before = grants();
    const path = newFile();
    await system.modify(addScsiAttachment(place, { path, readOnly: true }));
    await system.modify(addScsiAttachment(other, { path }));
    assert.equal(grants(), { vm: before.vm + 1, group: before.group + 1 });
    await system.modify(removeScsiAttachment(place));
    assert.is(grants().vm, before.vm + 1);
    await system.modify(removeScsiAttachment(other));
    assert.is(grants().vm, before.vm);
    await system[Symbol.asyncDispose]();
  });

  test('before build 19041 there is no group: the VM is granted all, and all is taken back', async () => {
    configure({ Build: 18362 });
    const before = grants();
    const system = await service.create(newId(), document());
    assert.ok(grants().vm > before.vm);
    await system.start();
    const vm = grants().vm;
    const path = newFile();
    for (const at of [place, other]) {
      await system.modify(addScsiAttachment(at, { path, readOnly: true }));
    }
    assert.is(grants().vm, vm + 1);
    await system.modify(removeScsiAttachment(place));
    assert.is(grants().vm, vm + 1);
    await system.terminate();
    await system[Symbol.asyncDispose]();
    assert.equal(grants(), before);
    configure({});
  });

  test('a create and an add that fail take back what they were granted', async () => {
    const before = grants().vm;
    const written = newFile();
    const disk = { Type: 'VirtualDisk', Path: written } as const;
    const fixed = document();
    const scsi = Object.values(fixed.VirtualMachine.Devices?.Scsi ?? {})[0];
    assert.ok(scsi);
    scsi.Attachments = { ...scsi.Attachments, '9': disk };
    const Hresult = HRESULT.NOT_ENOUGH_MEMORY | 0;
    configure({ Fail: { HcsCreateComputeSystem: { Hresult, Times: 1 } } });
    await hcsRejection(service.create(newId(), fixed), 'NOT_ENOUGH_MEMORY');
    assert.is(grants().vm, before);
    const system = await service.create(newId(), fixed);
    assert.is(grants().vm, before + 1);
    await system.start();
    configure({ Fail: { HcsModifyComputeSystem: { Hresult, Times: 1 } } });
    const adding = system.modify(addScsiAttachment(place, { path: newFile() }));
    await hcsRejection(adding, 'NOT_ENOUGH_MEMORY');
    assert.is(grants().vm, before + 1);
    configure({});
    // Closing the last handle ends it.
    await system[Symbol.asyncDispose]();
    assert.is(grants().vm, before);
  });

  test('a grant that is refused names the field, the file and to whom', async () => {
    const system = await service.create(newId(), document());
    await system.start();
    const Hresult = HRESULT.E_ACCESSDENIED | 0;
    const fault = { Hresult, Synchronous: true, Times: 1 };
    configure({ Fail: { HcsGrantVmGroupAccess: fault, HcsGrantVmAccess: fault } });
    const before = grants();
    for (const [readOnly, who] of [
      [true, /the group of virtual machines cannot be granted it/],
      [false, /the virtual machine cannot be granted it/],
    ] as const) {
      const path = newFile();
      const adding = system.modify(addScsiAttachment(place, { path, readOnly }));
      const error = await hcsRejection(adding, 'E_ACCESSDENIED');
      assert.match(error.message, who);
      assert.match(error.message, path);
      assert.match(error.message, 'Attachments/5');
    }
    assert.equal(grants(), before);
    configure({});
    await system[Symbol.asyncDispose]();
  });
}
