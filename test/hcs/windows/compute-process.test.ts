/** HCS's own processes through the stand-in: their streams, exits, signals and handles. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ProcessParameters } from '../../../hcs/document/process.ts';
import { HRESULT } from '../../../hcs/hresult.ts';
import { ComputeCore } from '../../../hcs/windows/compute-core.ts';
import { stdStreams } from '../../../hcs/windows/std-streams.ts';
import { WindowsSystem } from '../../../hcs/windows/windows-system.ts';
import { hcsRejection, hcsThrow } from '../../harness/rejection.ts';
import { skip } from '../../harness/skip.ts';
import { standInBench, type StandInBench } from './stand-in-bench.ts';

const PIPES = { CreateStdInPipe: true, CreateStdOutPipe: true, CreateStdErrPipe: true };

try {
  register(await standInBench());
  test.run();
} catch (error) {
  skip(`hcs/windows/compute-process: the stand-in cannot be built: ${(error as Error).message}`);
}

function register(bench: StandInBench): void {
  const { configure, control, counters } = bench;
  const held = (): object => {
    const { callbacks: _calls, created: _made, groupGrants: _kept, ...now } = counters();
    return now;
  };
  const before = held();

  /** A system that takes processes, and started. */
  const systemWith = async (service = bench.service): Promise<WindowsSystem> => {
    const document = bench.document();
    document.VirtualMachine.GuestConnection = { UseVsock: true };
    const system = await service.create(bench.newId(), document);
    assert.instance(system, WindowsSystem);
    await system.start();
    return system as WindowsSystem;
  };

  /** A test with such a system, that must leave the stand-in as it was, standard handles too. */
  const clean = (name: string, body: (system: WindowsSystem) => Promise<void>): void => {
    test(name, async () => {
      const system = await systemWith();
      try {
        await body(system);
      } finally {
        configure({});
        await system[Symbol.asyncDispose]();
      }
      await until(() => JSON.stringify(held()) === JSON.stringify(before)).catch(() => undefined);
      assert.equal(held(), before);
    });
  };

  clean('what is written comes back, to the end; then it exits', async (system) => {
    const process = await system.createProcess({ CommandLine: 'echo', ...PIPES });
    assert.ok(process.processId > 0);
    assert.equal(await process.properties(), {
      ProcessId: process.processId,
      Exited: false,
      ExitCode: 0,
      LastWaitResult: 0,
    });
    const sent = 'h\u00e9llo \ud83d\ude00 '.repeat(50_000);
    process.stdin?.end(sent);
    assert.is(await textOf(process.stdout), sent);
    assert.is(await textOf(process.stderr), '');
    const exit = { ProcessId: process.processId, Exited: true, ExitCode: 0, LastWaitResult: 0 };
    assert.equal(await process.exited, exit);
    assert.equal(await process.properties(), exit);
    await until(() => counters().stdHandles === 0);
    await process[Symbol.asyncDispose]();
    await process[Symbol.asyncDispose]();
  });

  clean('output and error are two streams; an exit code is told', async (system) => {
    const said = await system.createProcess({ CommandArgs: ['say', 'twice'], ...PIPES });
    assert.is(await textOf(said.stdout), 'twice\n');
    assert.is(await textOf(said.stderr), 'twice\n');
    const failing = await system.createProcess({ CommandLine: 'exit 4294967295' });
    assert.is(failing.stdin, undefined);
    assert.is(failing.stdout, undefined);
    assert.is(failing.stderr, undefined);
    assert.is((await failing.exited).ExitCode, 0xffff_ffff);
    await hcsRejection(failing.signal({ Signal: 9 }), 'HCS_E_PROCESS_ALREADY_STOPPED');
    await failing.kill();
    // Neither is closed here: they go with the system's handle.
  });

  clean('with a terminal there is no standard error', async (system) => {
    const parameters = { CommandLine: 'echo', EmulateConsole: true, ConsoleSize: [24, 80] };
    const process = await system.createProcess({ ...parameters, ...PIPES });
    assert.is(process.stderr, undefined);
    const ConsoleSize = { Height: 50, Width: 132 };
    await process.modify({ Operation: 'ConsoleSize', ConsoleSize });
    await process.modify({ Operation: 'CloseHandle', CloseHandle: { Handle: 'StdIn' } });
    assert.is(await textOf(process.stdout), '');
    assert.is((await process.exited).ExitCode, 0);
  });

  clean('signals end it; a number and a name', async (system) => {
    const first = await system.createProcess({ CommandLine: 'hang' });
    await first.signal({ Signal: 15 });
    assert.is((await first.exited).ExitCode, 143);
    const second = await system.createProcess({ CommandLine: 'hang' });
    await second.signal({ Signal: 'CtrlC' });
    assert.is((await second.exited).ExitCode, 0xc000_013a);
  });

  clean('a kill does not wait for a signal that hangs', async (system) => {
    const process = await system.createProcess({ CommandLine: 'hang' });
    configure({ Hang: { HcsSignalProcess: true } });
    const hung = process.signal({ Signal: 15 });
    // One that begins after its release hangs for ever.
    await until(() => counters().hanging === 1);
    await process.kill();
    assert.is((await process.exited).ExitCode, 0xffff_ffff);
    control({ Action: 'Release' });
    await hcsRejection(hung, 'HCS_E_PROCESS_ALREADY_STOPPED');
  });

  clean('another handle is told of the exit, and has no streams', async (system) => {
    const process = await system.createProcess({ CommandLine: 'hang', ...PIPES });
    const other = await system.openProcess(process.processId);
    assert.is(other.stdout, undefined);
    assert.equal(await other.reopenStreams(), {});
    await other.kill();
    assert.equal(await other.exited, await process.exited);
    // A handle on one that has exited is told at once.
    const late = await system.openProcess(process.processId);
    assert.is((await late.exited).ExitCode, 0xffff_ffff);
    await hcsRejection(late.reopenStreams(), 'HCS_E_PROCESS_ALREADY_STOPPED');
    await hcsRejection(system.openProcess(7), 'ERROR_NOT_FOUND');
    await hcsRejection(system.openProcess(0), 'E_INVALIDARG');
  });

  clean('a closed handle ends no process, and says that it tells no more', async (system) => {
    const process = await system.createProcess({ CommandLine: 'hang', ...PIPES });
    const other = await system.openProcess(process.processId);
    await process[Symbol.asyncDispose]();
    const { Exited, LastWaitResult } = await process.exited;
    assert.is(Exited, false);
    assert.is(LastWaitResult >>> 0, 0x80070006);
    await until(() => counters().stdHandles === 0);
    assert.match((await hcsRejection(process.kill(), 'E_INVALIDARG')).message, 'closed');
    assert.is((await other.properties()).Exited, false);
  });

  clean('a process whose input goes is told by the end of it', async (system) => {
    const process = await system.createProcess({ CommandLine: 'echo', CreateStdInPipe: true });
    process.stdin?.destroy();
    assert.is((await process.exited).ExitCode, 0);
  });

  clean('the end of the system ends its processes, and nobody is left waiting', async (system) => {
    const process = await system.createProcess({ CommandLine: 'echo', ...PIPES });
    assert.ok(process.stdout);
    const closed = once(process.stdout, 'close');
    process.stdout.resume();
    await system.terminate();
    const { Exited, LastWaitResult } = await process.exited;
    assert.is(Exited, true);
    assert.is(LastWaitResult, HRESULT.HCS_E_TERMINATED | 0);
    await closed;
    await process.kill();
    await hcsRejection(
      system.createProcess({ CommandLine: 'echo' }),
      'HCS_E_SYSTEM_ALREADY_STOPPED',
    );
  });

  clean('documents are checked before HCS sees them, and the field is named', async (system) => {
    const wrong: [unknown, string][] = [
      [{}, 'CommandLine is missing'],
      [{ CommandLine: 'a', CommandArgs: ['b'] }, 'CommandArgs'],
      [{ CommandLine: 'a', ConsoleSize: [24, 80] }, 'EmulateConsole'],
      [{ CommandLine: 'a', EmulateConsole: true, ConsoleSize: [24] }, 'rows, then columns'],
      [{ CommandLine: 'a', Environment: { 'a=b': 'c' } }, 'a=b'],
    ];
    for (const [parameters, what] of wrong) {
      const call = system.createProcess(parameters as ProcessParameters);
      assert.match((await hcsRejection(call, 'E_INVALIDARG')).message, what);
    }
    const unknown = { CommandLine: 'a', Colour: 1 } as ProcessParameters;
    await hcsRejection(system.createProcess(unknown), 'HCS_E_INVALID_JSON');
    const process = await system.createProcess({ CommandLine: 'hang' });
    await hcsRejection(process.signal({ Signal: 65 }), 'E_INVALIDARG');
    await hcsRejection(process.signal({ Signal: 'CtrlX' as never }), 'HCS_E_INVALID_JSON');
    const request = { Operation: 'ConsoleSize', CloseHandle: { Handle: 'All' } } as const;
    assert.match(
      (await hcsRejection(process.modify(request), 'E_INVALIDARG')).message,
      'ConsoleSize',
    );
  });

  clean('what HCS refuses carries its events, and leaves nothing', async (system) => {
    const call = system.createProcess({ CommandLine: 'no-such', ...PIPES });
    assert.match((await hcsRejection(call, 'FILE_NOT_FOUND')).message, 'no-such');
    for (const name of ['HcsSetProcessCallback', 'HcsGetProcessProperties', 'HcsCreateProcess']) {
      const Synchronous = name === 'HcsSetProcessCallback';
      configure({ Fail: { [name]: { Hresult: HRESULT.E_FAIL | 0, Synchronous } } });
      const process = { CommandLine: 'echo', ...PIPES };
      await hcsRejection(system.createProcess(process), 'E_FAIL');
      assert.is(counters().processes, 0);
      configure({});
    }
    await system.pause();
    await hcsRejection(system.createProcess({ CommandLine: 'echo' }), 'HCS_E_INVALID_STATE');
  });

  clean('a create that never ends is given up, and its handle is given back', async () => {
    const service = await bench.open({ operationTimeoutMs: 150 });
    const system = await systemWith(service);
    configure({ Hang: { HcsCreateProcess: true } });
    const call = system.createProcess({ CommandLine: 'echo', ...PIPES });
    await hcsRejection(call, 'HCS_E_OPERATION_TIMEOUT');
    await until(() => counters().hanging === 1);
    control({ Action: 'Release' });
    // The pipes of a result that nobody has fetched are HCS's to close.
    await until(() => counters().processes === 0 && counters().stdHandles === 0);
    await system[Symbol.asyncDispose]();
  });

  clean("a system without HCS's agent has no processes", async () => {
    const system = await bench.service.create(bench.newId(), bench.document());
    await system.start();
    const call = (system as WindowsSystem).createProcess({ CommandLine: 'echo' });
    await hcsRejection(call, 'HCS_E_SYSTEM_NOT_CONFIGURED_FOR_OPERATION');
    await system[Symbol.asyncDispose]();
  });

  clean('a handle that is no pipe is refused, and the others are closed', async () => {
    const core = new ComputeCore(bench.libraries);
    const closed: number[] = [];
    core.closeHandle = (handle) => void closed.push(handle);
    const found = { ProcessId: 1, StdInput: 0x7ffffff0, StdOutput: 0x7ffffff4, StdError: -1 };
    const error = hcsThrow(() => stdStreams(core, 'x', found), 'ERROR_INVALID_DATA');
    assert.is(error.events[0]?.Source, 'stdin');
    assert.ok(closed.includes(found.StdOutput));
    await Promise.resolve();
  });

  clean('a hundred come and go at a time, and nothing of them is left', async (system) => {
    const runs = Array.from({ length: 100 }, async (_, at) => {
      const process = await system.createProcess({ CommandLine: 'echo', ...PIPES });
      process.stdin?.end(`${at}`);
      assert.is(await textOf(process.stdout), `${at}`);
      assert.is((await process.exited).ExitCode, 0);
      await process[Symbol.asyncDispose]();
    });
    await Promise.all(runs);
  });
}

async function textOf(stream: Socket | undefined): Promise<string> {
  assert.ok(stream, 'there is such a stream');
  return text(stream);
}

/** The stand-in counts on threads of its own. */
async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error('it did not come to be so within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
