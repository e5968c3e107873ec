/** hcs/windows over the stand-in: life, exits, refusals by build, access, faults. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  addScsiAttachment,
  removeScsiAttachment,
} from '../../../hcs/document/resource-requests.ts';
import { HRESULT } from '../../../hcs/hresult.ts';
import { ComputeCore } from '../../../hcs/windows/compute-core.ts';
import type { HcsError } from '../../../hcs/hcs-error.ts';
import { hcsRejection } from '../../harness/rejection.ts';
import { skip } from '../../harness/skip.ts';
import { standInBench, type StandInBench } from './stand-in-bench.ts';

/** The counters that must be as before when a test is over. */
const HELD = [
  'documents',
  'doubleFrees',
  'operations',
  'systems',
  'staleHandles',
  'machines',
  'grants',
] as const;

try {
  register(await standInBench());
  test.run();
} catch (error) {
  skip(`hcs/windows: the stand-in cannot be built: ${(error as Error).message}`);
}

function register(bench: StandInBench): void {
  const { service, configure, control, counters } = bench;
  const held = (): object => {
    const now = counters();
    return Object.fromEntries(HELD.map((name) => [name, now[name]]));
  };
  const before = held();

  /** A test that must leave the stand-in as it was. */
  const clean = (name: string, body: () => Promise<void>): void => {
    test(name, async () => {
      try {
        await body();
      } finally {
        configure({});
      }
      assert.equal(held(), before, 'documents, handles, machines and grants are given back');
    });
  };

  clean('a system is created, started, paused, resumed, asked and terminated', async () => {
    const id = bench.newId();
    const system = await service.create(id, bench.document());
    assert.is(system.id, id);
    assert.match(system.runtimeId, /^[0-9a-f]{8}-/);
    assert.is((await system.properties()).State, 'Created');
    await system.start();
    await system.pause();
    assert.is((await system.properties()).State, 'Paused');
    await system.resume();
    const { TerminateOnLastHandleClosed, Owner } = await system.properties({
      PropertyTypes: ['TerminateOnLastHandleClosed'],
    });
    assert.is(TerminateOnLastHandleClosed, true);
    assert.is(Owner, 'lcow test');
    await system.terminate();
    await system.terminate();
    assert.equal(await system.exited, {
      Status: HRESULT.HCS_E_TERMINATED | 0,
      ExitType: 'ForcedExit',
    });
    assert.is((await system.properties()).State, 'Stopped');
    await hcsRejection(system.pause(), 'HCS_E_SYSTEM_ALREADY_STOPPED');
    await system[Symbol.asyncDispose]();
    await system[Symbol.asyncDispose]();
    assert.equal(await service.enumerate(), []);
  });

  clean(
    'an operation that has completed before its call returns is awaited all the same',
    async () => {
      configure({ CallbackBeforeReturn: true });
      const system = await service.create(bench.newId(), bench.document());
      await system.start();
      await system[Symbol.asyncDispose]();
      assert.is((await system.exited).ExitType, 'ForcedExit');
    },
  );

  clean(
    'several handles are told of the exit, and the last close of another tells too',
    async () => {
      const created = await service.create(bench.newId(), bench.document());
      const opened = await service.open(created.id);
      assert.is(opened.runtimeId, created.runtimeId);
      await created[Symbol.asyncDispose]();
      assert.is((await opened.properties()).State, 'Created');
      await opened[Symbol.asyncDispose]();
      assert.is((await opened.exited).ExitType, 'ForcedExit');
      assert.is((await created.exited).ExitType, 'ForcedExit');
    },
  );

  clean(
    'a document that the build is too old for is refused, and which field is said',
    async () => {
      configure({ Build: 17763 });
      const error = await hcsRejection(
        service.create(bench.newId(), bench.document()),
        'HCS_E_INVALID_JSON',
      );
      assert.match(error.message, 'VirtualMachine/Chipset/LinuxKernelDirect needs schema 2.2');
      const { Basic } = await service.properties();
      assert.equal(Basic.SupportedSchemaVersions.at(-1), { Major: 2, Minor: 1 });
    },
  );

  clean('a Windows before build 17763 is refused', async () => {
    const error = await hcsRejection(bench.open({ build: 17134 }), 'NOT_SUPPORTED');
    assert.match(error.message, '17134');
    const libraries = { computecore: '/no/such/computecore.dll' };
    const missing = await hcsRejection(bench.open({ libraries }), 'HCS_E_HYPERV_NOT_INSTALLED');
    assert.match(missing.message, '/no/such/computecore.dll');
  });

  clean('an export that this Windows does not have is told by its name', async () => {
    assert.is(new ComputeCore(bench.libraries).has('HcsGrantVmGroupAccess'), true);
    // A library that is there and has nothing of HCS.
    const computecore = bench.libraries.ws2_32 ?? '';
    const core = new ComputeCore({ ...bench.libraries, computecore });
    assert.is(core.has('HcsGrantVmGroupAccess'), false);
    const call = core.callAsync('HcsGrantVmGroupAccess', 'x');
    const { message } = await hcsRejection(call, 'NOT_SUPPORTED');
    assert.match(message, 'HcsGrantVmGroupAccess');
    assert.match(message, computecore);
  });

  clean('a file is granted when its disk is added and revoked when it is removed', async () => {
    const system = await service.create(bench.newId(), bench.document());
    await system.start();
    const granted = counters().grants;
    const path = join(bench.folder, 'disk.vhd');
    writeFileSync(path, '');
    const place = { controller: 0, lun: 3 };
    await system.modify(addScsiAttachment(place, { path }));
    assert.is(counters().grants, granted + 1);
    await hcsRejection(system.modify(addScsiAttachment(place, { path })), 'ERROR_ALREADY_EXISTS');
    assert.is(counters().grants, granted + 1);
    await system.modify(removeScsiAttachment(place));
    assert.is(counters().grants, granted);
    const missing = addScsiAttachment(place, { path: `${path}.none` });
    await hcsRejection(system.modify(missing), 'FILE_NOT_FOUND');
    await system[Symbol.asyncDispose]();
  });

  clean('a missing kernel is told at start, and the system stays Created', async () => {
    const kernelFilePath = join(bench.folder, 'no-such-kernel');
    const system = await service.create(bench.newId(), bench.document({ kernelFilePath }));
    const error = await hcsRejection(system.start(), 'FILE_NOT_FOUND');
    assert.match(error.events[0]?.Source ?? '', 'KernelFilePath');
    assert.is((await system.properties()).State, 'Created');
    await system[Symbol.asyncDispose]();
  });

  clean("a start that fails carries HCS's events and advice", async () => {
    const Document = {
      Error: HRESULT.E_ACCESSDENIED | 0,
      ErrorMessage: 'General access denied error',
      ErrorEvents: [
        {
          Message: "'vm' failed to start. \u00e9\ud83d\ude00",
          Provider: '51ddfa29',
          EventId: 12010,
          Flags: 0,
        },
        { Message: 'Attachment denied', Source: 'SCSI', EventId: 12080 },
      ],
    };
    configure({
      Fail: { HcsStartComputeSystem: { Hresult: HRESULT.E_ACCESSDENIED | 0, Document, Times: 1 } },
    });
    const system = await service.create(bench.newId(), bench.document());
    const error = await hcsRejection(system.start(), 'E_ACCESSDENIED');
    assert.is(error.events[0]?.Message, Document.ErrorEvents[0]?.Message);
    assert.is(error.events[1]?.EventId, 12080);
    assert.match(error.events.at(-1)?.Message ?? '', 'icacls');
    await system.start();
    await system[Symbol.asyncDispose]();
  });

  clean('a call that fails at once fails the promise, with the handle given back', async () => {
    const Hresult = HRESULT.HCS_E_ACCESS_DENIED | 0;
    configure({ Fail: { HcsCreateComputeSystem: { Hresult, Synchronous: true } } });
    const error = await hcsRejection(
      service.create(bench.newId(), bench.document()),
      'HCS_E_ACCESS_DENIED',
    );
    assert.match(error.message, 'Hyper-V Administrators');
    configure({ Fail: { HcsCreateComputeSystem: { Hresult: HRESULT.E_FAIL | 0 } } });
    await hcsRejection(service.create(bench.newId(), bench.document()), 'E_FAIL');
    configure({ Fail: { HcsGetComputeSystemProperties: { Hresult: HRESULT.E_FAIL | 0 } } });
    await hcsRejection(service.create(bench.newId(), bench.document()), 'E_FAIL');
  });

  clean('an operation that never ends is given up at its deadline; others go on', async () => {
    const impatient = await bench.open({ operationTimeoutMs: 150 });
    const system = await impatient.create(bench.newId(), bench.document());
    configure({ Hang: { HcsPauseComputeSystem: true } });
    await system.start();
    const hung = hcsRejection(system.pause(), 'HCS_E_OPERATION_TIMEOUT');
    assert.is((await system.properties()).State, 'Running');
    await hung;
    await until(() => counters().hanging === 1);
    control({ Action: 'Release' });
    await system[Symbol.asyncDispose]();
  });

  clean('a create that never ends is given up, and its handle is given back', async () => {
    const impatient = await bench.open({ operationTimeoutMs: 150 });
    configure({ Hang: { HcsCreateComputeSystem: true } });
    await hcsRejection(
      impatient.create(bench.newId(), bench.document()),
      'HCS_E_OPERATION_TIMEOUT',
    );
    await until(() => counters().systems === 0);
    await until(() => counters().hanging === 1);
    control({ Action: 'Release' });
    await until(() => counters().threads === 0);
    assert.is(counters().machines, 0);
  });

  clean('a crash is told as an unexpected exit', async () => {
    const system = await service.create(bench.newId(), bench.document());
    await system.start();
    control({ Action: 'Crash', System: system.id });
    const { ExitType, Status } = await system.exited;
    assert.is(ExitType, 'UnexpectedExit');
    assert.is(Status >>> 0, HRESULT.HCS_E_UNEXPECTED_EXIT);
    await system[Symbol.asyncDispose]();
  });

  clean('ten thousand events are taken, and calls go on meanwhile', async () => {
    const system = await service.create(bench.newId(), bench.document());
    await system.start();
    const told = counters().callbacks;
    control({ Action: 'Flood', System: system.id, Times: 10_000 });
    for (let time = 0; time < 20; time += 1) {
      assert.is((await system.properties()).State, 'Running');
    }
    await until(() => counters().callbacks >= told + 10_000);
    control({ Action: 'Flood', System: system.id, Times: 10_000 });
    // Closing in the middle of a flood: waits for the callback in flight, drops the rest.
    await system[Symbol.asyncDispose]();
    const after = counters().callbacks;
    await until(() => counters().threads === 0);
    assert.is(counters().callbacks, after);
  });

  clean(
    'more completions than koffi holds by default come while the loop stands still',
    async () => {
      const system = await service.create(bench.newId(), bench.document());
      configure({ Hang: { HcsGetComputeSystemProperties: true } });
      const asked = Array.from({ length: 600 }, () => system.properties());
      await until(() => counters().threads >= 600);
      configure({});
      const end = Date.now() + 300;
      while (Date.now() < end);
      const states = new Set((await Promise.all(asked)).map(({ State }) => State));
      assert.equal(states, new Set(['Created']));
      await system[Symbol.asyncDispose]();
    },
  );

  clean('the service disconnects: what waits is told, and every call after', async () => {
    const system = await service.create(bench.newId(), bench.document());
    await system.start();
    configure({ Hang: { HcsPauseComputeSystem: true } });
    const hung = hcsRejection(system.pause(), 'HCS_E_SERVICE_DISCONNECT');
    await until(() => counters().threads > 0);
    control({ Action: 'Disconnect' });
    const error = (await hung) as HcsError;
    assert.match(error.message, 'vmcompute');
    assert.is((await system.exited).Status >>> 0, HRESULT.HCS_E_SERVICE_DISCONNECT);
    await hcsRejection(service.enumerate(), 'HCS_E_SERVICE_DISCONNECT');
    control({ Action: 'Reconnect' });
    await system[Symbol.asyncDispose]();
    assert.equal(await service.enumerate(), []);
    await until(() => counters().grants === 0);
  });

  clean('a thousand systems come and go and nothing of them is left', async () => {
    const { created } = counters();
    for (let time = 0; time < 1000; time += 1) {
      const system = await service.create(bench.newId(), bench.document());
      await system.terminate();
      await system[Symbol.asyncDispose]();
    }
    assert.ok(counters().created >= created + 2000);
    await until(() => counters().threads === 0);
  });
}

/** The stand-in counts on threads of its own. */
async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 20_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error('it did not come to be so within 20 s');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
