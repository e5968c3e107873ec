/** Save and restore: the guest goes on where it was, and broken state is refused. */
import * as assert from 'uvu/assert';
import { readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ComputeSystemDocument } from '../../hcs/document/compute-system.ts';
import type { HresultName } from '../../hcs/hresult.ts';
import { hcsRejection, rejection } from '../harness/rejection.ts';
import { HcsError } from '../../hcs/hcs-error.ts';
import type { Contract, Stage } from './contract-bench.ts';

const BOOT_TIMEOUT_MS = 60_000;

export function savedStateContract(contract: Contract): void {
  contract('a paused system is saved, and restored its guest goes on', async (stage) => {
    const path = await savedState(stage, 'good.state');
    // Windows has no such bits: the folder's list says who may.
    if (process.platform !== 'win32') {
      assert.is((await stat(path)).mode & 0o077, 0, 'memory is nobody else\u2019s to read');
    }
    const system = await stage.create(restoring(stage, path));
    await using listener = await system.listen(stage.guestPort);
    await system.start();
    assert.is((await system.properties()).State, 'Running');
    await stage.converse(await listener.accept(AbortSignal.timeout(BOOT_TIMEOUT_MS)));
    await system.shutdown();
    assert.is((await system.exited).ExitType, 'GracefulExit');
  });

  contract('what cannot be saved leaves the system paused and no file', async (stage) => {
    const system = await stage.create();
    await system.start();
    await system.pause();
    await hcsRejection(system.save({ SaveType: 'ToFile' }), 'E_INVALIDARG');
    await hcsRejection(system.save({ SaveType: 'Twice' } as never), 'HCS_E_INVALID_JSON');
    const nowhere = join(stage.folder, 'no-such-folder', 'state');
    const error = await rejection(system.save({ SaveStateFilePath: nowhere }));
    assert.instance(error, HcsError);
    assert.match((error as HcsError).code, /^(?:FILE|PATH)_NOT_FOUND$/);
    assert.match((error as HcsError).message, nowhere);
    assert.is((await system.properties()).State, 'Paused');
    await system.resume();
  });

  contract('state that is missing, cut short or something else is refused', async (stage) => {
    const missing = join(stage.folder, 'no-such-state');
    await refusedRestore(stage, missing, ['FILE_NOT_FOUND']);
    const garbage = join(stage.folder, 'garbage.state');
    await writeFile(garbage, 'this is no state'.repeat(1000));
    await refusedRestore(stage, garbage, ['ERROR_FILE_CORRUPT']);
    const empty = join(stage.folder, 'empty.state');
    await writeFile(empty, '');
    await refusedRestore(stage, empty, ['ERROR_FILE_CORRUPT']);
    const cut = join(stage.folder, 'cut.state');
    await writeFile(cut, await readFile(await savedState(stage, 'whole.state')));
    await truncate(cut, Math.floor((await stat(cut)).size / 2));
    await refusedRestore(stage, cut, ['ERROR_FILE_CORRUPT', 'HCS_E_UNEXPECTED_EXIT', 'E_FAIL']);
  });
}

/** Boots a guest, pauses it when it has answered, saves it and ends it. */
async function savedState(stage: Stage, name: string): Promise<string> {
  const path = join(stage.folder, name);
  const system = await stage.create();
  const listener = await system.listen(stage.guestPort);
  await system.start();
  const stream = await listener.accept(AbortSignal.timeout(BOOT_TIMEOUT_MS));
  await stage.converse(stream);
  stream.destroy();
  await listener[Symbol.asyncDispose]();
  await system.pause();
  await system.save({ SaveType: 'ToFile', SaveStateFilePath: path });
  assert.is((await system.properties()).State, 'Paused');
  await system.terminate();
  return path;
}

function restoring(stage: Stage, SaveStateFilePath: string): ComputeSystemDocument {
  const document = stage.document();
  return {
    ...document,
    VirtualMachine: { ...document.VirtualMachine, RestoreState: { SaveStateFilePath } },
  };
}

/** Create may refuse, or start. */
async function refusedRestore(stage: Stage, path: string, codes: HresultName[]): Promise<void> {
  const started = stage.create(restoring(stage, path)).then((system) => system.start());
  const error = await rejection(started);
  assert.instance(error, HcsError, String(error));
  assert.ok((codes as string[]).includes((error as HcsError).code), String(error));
}
