/** Templates of hcs/windows over the stand-in: saved, cloned, refused, and what becomes of clones. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ComputeSystemDocument } from '../../../hcs/document/compute-system.ts';
import { addNetworkAdapter, addScsiAttachment } from '../../../hcs/document/resource-requests.ts';
import type { ComputeSystem } from '../../../hcs/service.ts';
import { hcsRejection } from '../../harness/rejection.ts';
import { skip } from '../../harness/skip.ts';
import { standInBench, type StandInBench } from './stand-in-bench.ts';

const SLOT = { controller: 0, lun: 2 };

try {
  register(await standInBench());
  test.run();
} catch (error) {
  skip(`templates on Windows: the stand-in cannot be built: ${(error as Error).message}`);
}

function register(bench: StandInBench): void {
  const { service } = bench;
  // Handles that are open keep Windows' Node from ending.
  test.after(async () => {
    await service[Symbol.asyncDispose]();
  });

  const disk = join(bench.folder, 'disk.vhd');
  writeFileSync(disk, '');

  const paused = async (document = bench.document()): Promise<ComputeSystem> => {
    const system = await service.create(bench.newId(), document);
    await system.start();
    await system.pause();
    return system;
  };

  const saved = async (document = bench.document()): Promise<ComputeSystem> => {
    const system = await paused(document);
    await system.save({ SaveType: 'AsTemplate' });
    return system;
  };

  /** The bench's document, as a clone's. */
  const cloneOf = (
    { id }: Pick<ComputeSystem, 'id'>,
    { VirtualMachine, ...rest }: ComputeSystemDocument = bench.document(),
  ): ComputeSystemDocument => ({
    ...rest,
    VirtualMachine: { ...VirtualMachine, RestoreState: { TemplateSystemId: id } },
  });

  test('a paused system becomes a template, which is asked and ended and nothing else', async () => {
    const system = await saved();
    assert.is((await system.properties()).State, 'SavedAsTemplate');
    const [listed] = await service.enumerate({ Ids: [system.id] });
    assert.is(listed?.State, 'SavedAsTemplate');
    for (const call of [
      () => system.resume(),
      () => system.pause(),
      () => system.start(),
      () => system.save({ SaveType: 'AsTemplate' }),
      () => system.modify(addScsiAttachment(SLOT, { path: disk, readOnly: true })),
    ]) {
      await hcsRejection(call(), 'HCS_E_INVALID_STATE');
    }
    await system.terminate();
    assert.is((await system.exited).ExitType, 'ForcedExit');
  });

  test('clones name their template and start', async () => {
    const template = await saved();
    const clones = await Promise.all(
      [1, 2].map(() => service.create(bench.newId(), cloneOf(template))),
    );
    for (const clone of clones) {
      await clone.start();
      const [listed] = await service.enumerate({ Ids: [clone.id] });
      assert.is(listed?.RuntimeTemplateId, template.runtimeId);
      assert.is.not(clone.runtimeId, template.runtimeId);
    }
    for (const clone of clones) await clone.terminate();
    await template.terminate();
  });

  test('one that outlives its handles is a template for the next handle', async () => {
    const document = bench.document();
    const template = await saved({ ...document, ShouldTerminateOnLastHandleClosed: false });
    await template[Symbol.asyncDispose]();
    const clone = await service.create(bench.newId(), cloneOf(template));
    await clone.terminate();
    const again = await service.open(template.id);
    assert.is((await again.properties()).State, 'SavedAsTemplate');
    await again.terminate();
    const late = service.create(bench.newId(), cloneOf(template));
    await hcsRejection(late, 'HCS_E_SYSTEM_NOT_FOUND', /TemplateSystemId|no compute system/);
  });

  test('the stand-in ends clones with their template', async () => {
    const template = await saved();
    const clone = await service.create(bench.newId(), cloneOf(template));
    await clone.start();
    await template.terminate();
    assert.is((await clone.exited).ExitType, 'UnexpectedExit');
  });

  test('what is no template is refused: a system that runs, one that is not there', async () => {
    const system = await paused();
    const refused = service.create(bench.newId(), cloneOf(system));
    await hcsRejection(refused, 'HCS_E_INVALID_STATE', /not saved as a template/);
    await system.resume();
    await hcsRejection(system.save({ SaveType: 'AsTemplate' }), 'HCS_E_INVALID_STATE');
    await system.terminate();
    const nothing = service.create(bench.newId(), cloneOf({ id: 'no-such' }));
    await hcsRejection(nothing, 'HCS_E_SYSTEM_NOT_FOUND', /no-such/);
  });

  test('what cannot be a template is refused and stays paused', async () => {
    const adapter = await paused();
    const EndpointId = '6c636f77-0000-4000-8000-000000000001';
    await adapter.modify(
      addNetworkAdapter('6c636f77-0000-4000-8000-000000000002', {
        EndpointId,
        MacAddress: '02-00-00-00-00-01',
      }),
    );
    await hcsRejection(
      adapter.save({ SaveType: 'AsTemplate' }),
      'NOT_SUPPORTED',
      /NetworkAdapters/,
    );
    assert.is((await adapter.properties()).State, 'Paused');
    await adapter.terminate();

    const physical = await paused(bench.document({ allowOvercommit: false }));
    await hcsRejection(
      physical.save({ SaveType: 'AsTemplate' }),
      'NOT_SUPPORTED',
      /AllowOvercommit/,
    );
    await physical.terminate();

    const template = await saved();
    const clone = await service.create(bench.newId(), cloneOf(template));
    await clone.start();
    await clone.pause();
    await hcsRejection(clone.save({ SaveType: 'AsTemplate' }), 'NOT_SUPPORTED', /is a clone/);
    await clone.terminate();
    await template.terminate();
  });

  test('a clone that is another machine, or lacks a disk of its template, is refused', async () => {
    const template = await paused();
    await template.modify(
      addScsiAttachment(SLOT, { path: disk, readOnly: true, type: 'VirtualDisk' }),
    );
    await template.save({ SaveType: 'AsTemplate' });
    const other = cloneOf(template, bench.document({ memoryMiB: 512 }));
    const refused = service.create(bench.newId(), other);
    await hcsRejection(refused, 'E_INVALIDARG', /ComputeTopology is not/);
    const without = service.create(bench.newId(), cloneOf(template));
    await hcsRejection(without, 'E_INVALIDARG', /Attachments\/2 is not/);
    const document = cloneOf(template);
    const [controller = {}] = Object.values(document.VirtualMachine.Devices?.Scsi ?? {});
    controller.Attachments = { '2': { Type: 'VirtualDisk', Path: disk } };
    const clone = await service.create(bench.newId(), document);
    await clone.terminate();
    await template.terminate();
  });
}
