/** Created, Running, Paused, Stopped: which call is allowed when, and what the exit says. */
import * as assert from 'uvu/assert';
import { join } from 'node:path';
import { setMemory } from '../../hcs/document/resource-requests.ts';
import type { SystemExitStatus } from '../../hcs/document/system-exit-status.ts';
import { HRESULT } from '../../hcs/hresult.ts';
import type { ComputeSystem } from '../../hcs/service.ts';
import { hcsRejection } from '../harness/rejection.ts';
import type { Contract } from './contract-bench.ts';

export function lifeContract(contract: Contract): void {
  contract('start makes it Running, pause Paused, resume Running', async (stage) => {
    const system = await stage.create();
    assert.is(await stateOf(system), 'Created');
    await system.start();
    assert.is(await stateOf(system), 'Running');
    await system.pause();
    assert.is(await stateOf(system), 'Paused');
    const [enumerated] = await stage.service.enumerate();
    assert.is(enumerated?.State, 'Paused');
    await system.resume();
    assert.is(await stateOf(system), 'Running');
  });

  contract('a call in the wrong state is refused with HCS_E_INVALID_STATE', async (stage) => {
    const system = await stage.create();
    const state = { SaveType: 'ToFile', SaveStateFilePath: `${stage.folder}/never` } as const;
    await hcsRejection(system.pause(), 'HCS_E_INVALID_STATE');
    await hcsRejection(system.resume(), 'HCS_E_INVALID_STATE');
    await hcsRejection(system.shutdown(), 'HCS_E_INVALID_STATE');
    await hcsRejection(system.save(state), 'HCS_E_INVALID_STATE');
    assert.is(await stateOf(system), 'Created');
    await system.start();
    const error = await hcsRejection(system.start(), 'HCS_E_INVALID_STATE');
    assert.match(error.events[0]?.Message ?? '', 'Running');
    await hcsRejection(system.resume(), 'HCS_E_INVALID_STATE');
    await hcsRejection(system.save(state), 'HCS_E_INVALID_STATE');
    await system.pause();
    await hcsRejection(system.pause(), 'HCS_E_INVALID_STATE');
    await hcsRejection(system.start(), 'HCS_E_INVALID_STATE');
    assert.is(await stateOf(system), 'Paused');
  });

  contract('of two starts at once one wins', async (stage) => {
    const system = await stage.create();
    const outcomes = await Promise.allSettled([system.start(), system.start()]);
    assert.equal(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    assert.is(await stateOf(system), 'Running');
  });

  contract('terminate ends it from any state, and again does nothing', async (stage) => {
    const prepare: ((system: ComputeSystem) => Promise<void>)[] = [
      async () => undefined,
      (system) => system.start(),
      async (system) => {
        await system.start();
        await system.pause();
      },
    ];
    for (const bring of prepare) {
      const system = await stage.create();
      await bring(system);
      await Promise.all([system.terminate(), system.terminate()]);
      const { Status, ExitType } = await system.exited;
      assert.is(ExitType, 'ForcedExit');
      assert.is(Status, Status | 0, 'a signed 32-bit number');
      await system.terminate();
    }
  });

  contract('after the exit every call says SYSTEM_ALREADY_STOPPED', async (stage) => {
    const system = await stage.create();
    await system.start();
    await system.terminate();
    const calls: [string, () => Promise<unknown>][] = [
      ['start', () => system.start()],
      ['pause', () => system.pause()],
      ['resume', () => system.resume()],
      ['shutdown', () => system.shutdown()],
      ['save', () => system.save({ SaveStateFilePath: `${stage.folder}/never` })],
      ['modify', () => system.modify(setMemory(512))],
      ['listen', () => system.listen(stage.guestPort)],
    ];
    for (const [, call] of calls) await hcsRejection(call(), 'HCS_E_SYSTEM_ALREADY_STOPPED');
    await hcsRejection(stage.service.open(system.id), 'HCS_E_SYSTEM_NOT_FOUND');
  });

  contract('after the exit the id can be used again', async (stage) => {
    const first = await stage.create();
    await first.start();
    await first.terminate();
    const second = await stage.create(stage.document(), first.id);
    assert.is.not(second.runtimeId, first.runtimeId);
    await second.start();
    assert.is(await stateOf(second), 'Running');
  });

  contract('a guest that powers off when asked exits gracefully', async (stage) => {
    const system = await stage.create();
    await using listener = await system.listen(stage.guestPort);
    await system.start();
    const stream = await listener.accept(AbortSignal.timeout(60_000));
    await stage.converse(stream);
    await system.shutdown();
    assert.equal(pick(await system.exited), { Status: 0, ExitType: 'GracefulExit' });
    await hcsRejection(system.shutdown(), 'HCS_E_SYSTEM_ALREADY_STOPPED');
  });

  contract('StopOnReset: a guest that panics and resets has exited', async (stage) => {
    const document = stage.document();
    // A kernel that finds no root panics; panic=-1 resets the machine.
    delete document.VirtualMachine.Chipset?.LinuxKernelDirect?.InitRdPath;
    const system = await stage.create(document);
    await system.start();
    const { ExitType } = await system.exited;
    assert.is.not(ExitType, 'ForcedExit');
    await hcsRejection(system.pause(), 'HCS_E_SYSTEM_ALREADY_STOPPED');
  });

  for (const [member, what] of [
    ['KernelFilePath', 'kernel'],
    ['InitRdPath', 'initrd'],
  ] as const) {
    contract(`a missing ${what} is told at start with FILE_NOT_FOUND`, async (stage) => {
      const document = stage.document();
      const direct = document.VirtualMachine.Chipset?.LinuxKernelDirect;
      const missing = join(stage.folder, 'no-such-file');
      if (direct !== undefined) direct[member] = missing;
      const system = await stage.create(document);
      const error = await hcsRejection(system.start(), 'FILE_NOT_FOUND');
      const source = `VirtualMachine/Chipset/LinuxKernelDirect/${member}`;
      assert.is(error.events[0]?.Source, source);
      assert.match(error.events[0]?.Message ?? '', missing);
      assert.is(await stateOf(system), 'Created');
    });
  }

  contract('access is granted to what is there', async (stage) => {
    const system = await stage.create();
    await stage.service.grantVmAccess(system.id, stage.folder);
    const missing = stage.service.grantVmAccess(system.id, `${stage.folder}/no-such-file`);
    await hcsRejection(missing, 'FILE_NOT_FOUND');
  });

  contract('the exit status of a terminated system is HCS_E_TERMINATED or 0', async (stage) => {
    const system = await stage.create();
    await system.start();
    await system.terminate();
    const { Status } = await system.exited;
    assert.ok(Status === 0 || Status >>> 0 === HRESULT.HCS_E_TERMINATED, `${Status}`);
  });
}

async function stateOf(system: ComputeSystem): Promise<string> {
  return (await system.properties()).State;
}

function pick({ Status, ExitType }: SystemExitStatus): object {
  return { Status, ExitType };
}
