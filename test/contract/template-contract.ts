/**
 * Templates: what a system that was saved AsTemplate is, and what its clones are. The template's system is there while
 * it is cloned: what becomes of its clones when it ends is not the same everywhere (HCS keeps it as a system, QEMU's
 * engine as files).
 */
import * as assert from 'uvu/assert';
import type { ComputeSystemDocument } from '../../hcs/document/compute-system.ts';
import type { ComputeSystem } from '../../hcs/service.ts';
import { hcsRejection } from '../harness/rejection.ts';
import type { Contract, Stage } from './contract-bench.ts';

const BOOT_TIMEOUT_MS = 60_000;

export function templateContract(contract: Contract): void {
  contract('a template goes on no more, and its clones go on where it stood', async (stage) => {
    const template = await savedTemplate(stage);
    assert.is((await template.properties()).State, 'SavedAsTemplate');
    const [listed] = await stage.service.enumerate({ Ids: [template.id] });
    assert.is(listed?.State, 'SavedAsTemplate');
    await hcsRejection(template.resume(), 'HCS_E_INVALID_STATE');
    await hcsRejection(template.save({ SaveType: 'AsTemplate' }), 'HCS_E_INVALID_STATE');
    const clones = await Promise.all([
      cloneThatAnswers(stage, template),
      cloneThatAnswers(stage, template),
    ]);
    const ids = new Set([template, ...clones].map(({ runtimeId }) => runtimeId));
    assert.is(ids.size, 3, 'each is a VM of its own');
    const [one, other] = clones;
    await one.pause();
    await hcsRejection(one.save({ SaveType: 'AsTemplate' }), 'NOT_SUPPORTED');
    assert.is((await one.properties()).State, 'Paused');
    await other.shutdown();
    assert.is((await other.exited).ExitType, 'GracefulExit');
  });

  contract('a clone of what is no template, or of another machine, is refused', async (stage) => {
    const missing = stage.create(cloneOf(stage.document(), `template-${stage.newId()}`));
    await hcsRejection(missing, 'HCS_E_SYSTEM_NOT_FOUND', /template-/);
    const template = await stage.create(undefined, `template-${stage.newId()}`);
    await template.start();
    await hcsRejection(template.save({ SaveType: 'AsTemplate' }), 'HCS_E_INVALID_STATE');
    const early = stage.create(cloneOf(stage.document(), template.id));
    await hcsRejection(early, 'HCS_E_INVALID_STATE', /not saved as a template/);
    await template.pause();
    await template.save({ SaveType: 'AsTemplate' });
    const larger = stage.create(cloneOf(stage.document({ memoryMiB: 512 }), template.id));
    await hcsRejection(larger, 'E_INVALIDARG', /ComputeTopology/);
  });
}

/** Boots a guest, and saves it when it has answered. */
async function savedTemplate(stage: Stage): Promise<ComputeSystem> {
  const system = await stage.create(undefined, `template-${stage.newId()}`);
  const listener = await system.listen(stage.guestPort);
  await system.start();
  const stream = await listener.accept(AbortSignal.timeout(BOOT_TIMEOUT_MS));
  await stage.converse(stream);
  stream.destroy();
  await listener[Symbol.asyncDispose]();
  await system.pause();
  await system.save({ SaveType: 'AsTemplate' });
  return system;
}

async function cloneThatAnswers(stage: Stage, { id }: ComputeSystem): Promise<ComputeSystem> {
  const system = await stage.create(cloneOf(stage.document(), id));
  await using listener = await system.listen(stage.guestPort);
  await system.start();
  await stage.converse(await listener.accept(AbortSignal.timeout(BOOT_TIMEOUT_MS)));
  return system;
}

function cloneOf(
  { VirtualMachine, ...rest }: ComputeSystemDocument,
  TemplateSystemId: string,
): ComputeSystemDocument {
  return { ...rest, VirtualMachine: { ...VirtualMachine, RestoreState: { TemplateSystemId } } };
}
