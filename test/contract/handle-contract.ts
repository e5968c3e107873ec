/** Several handles on one system: who is told what, and what closing does. */
import * as assert from 'uvu/assert';
import { hcsRejection } from '../harness/rejection.ts';
import type { Contract } from './contract-bench.ts';

export function handleContract(contract: Contract): void {
  contract(
    'a second system with the same id is refused, and the first not touched',
    async (stage) => {
      const first = await stage.create();
      await first.start();
      const error = await hcsRejection(
        stage.service.create(first.id, stage.document()),
        'HCS_E_SYSTEM_ALREADY_EXISTS',
      );
      assert.match(error.message, first.id);
      assert.is((await first.properties()).State, 'Running');
    },
  );

  contract('of several creates with one id at once exactly one wins', async (stage) => {
    const id = stage.newId();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 4 }, () => stage.create(stage.document(), id)),
    );
    const failures = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [(outcome.reason as { code?: string }).code] : [],
    );
    assert.equal(failures, Array(3).fill('HCS_E_SYSTEM_ALREADY_EXISTS'));
    assert.is((await stage.service.enumerate()).length, 1);
  });

  contract('the check for what is left sees a system that is there', async (stage) => {
    await (await stage.create()).start();
    assert.ok((await stage.leftovers()).length > 0);
  });

  contract('a system that is not there cannot be opened', async (stage) => {
    const error = await hcsRejection(
      stage.service.open('no-such-system'),
      'HCS_E_SYSTEM_NOT_FOUND',
    );
    assert.match(error.message, 'no-such-system');
  });

  contract('an opened handle is on the same system', async (stage) => {
    const created = await stage.create();
    await using opened = await stage.service.open(created.id);
    assert.is(opened.id, created.id);
    assert.is(opened.runtimeId, created.runtimeId);
    await opened.start();
    assert.is((await created.properties()).State, 'Running');
    await created.pause();
    assert.is((await opened.properties()).State, 'Paused');
  });

  contract('both handles are told of the exit, with the same status', async (stage) => {
    const created = await stage.create();
    await using opened = await stage.service.open(created.id);
    await created.start();
    await opened.terminate();
    assert.equal(await created.exited, await opened.exited);
    await hcsRejection(created.pause(), 'HCS_E_SYSTEM_ALREADY_STOPPED');
    await hcsRejection(opened.pause(), 'HCS_E_SYSTEM_ALREADY_STOPPED');
  });

  contract(
    'ShouldTerminateOnLastHandleClosed: the last close ends it, not the first',
    async (stage) => {
      const created = await stage.create();
      const opened = await stage.service.open(created.id);
      await created.start();
      await created[Symbol.asyncDispose]();
      assert.is((await opened.properties()).State, 'Running');
      await opened[Symbol.asyncDispose]();
      // Closing delivers no event of HCS's; the handle's own waiters are told all the same.
      assert.is((await opened.exited).ExitType, 'ForcedExit');
      await hcsRejection(stage.service.open(created.id), 'HCS_E_SYSTEM_NOT_FOUND');
    },
  );

  contract('closing a handle twice is closing it once', async (stage) => {
    const created = await stage.create();
    const opened = await stage.service.open(created.id);
    await opened[Symbol.asyncDispose]();
    await opened[Symbol.asyncDispose]();
    assert.is((await created.properties()).State, 'Created');
  });

  contract(
    'without ShouldTerminateOnLastHandleClosed it goes on and can be opened again',
    async (stage) => {
      const created = await stage.create(stage.document({ survivesHost: true }));
      await created.start();
      await created[Symbol.asyncDispose]();
      const [enumerated] = await stage.service.enumerate();
      assert.is(enumerated?.Id, created.id);
      assert.is(enumerated?.State, 'Running');
      const opened = await stage.service.open(created.id);
      assert.is(opened.runtimeId, created.runtimeId);
      await opened.terminate();
      assert.is((await opened.exited).ExitType, 'ForcedExit');
      await opened[Symbol.asyncDispose]();
    },
  );
}
