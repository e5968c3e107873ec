/**
 * The stand-in's C interface as HCS's documentation has it: the life of operations, documents, handles and
 * callbacks. What hcs/windows relies on is shown here to be so without it.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import koffi from 'koffi';
import { HRESULT } from '../../hcs/hresult.ts';
import { callOnPool, type LibraryPaths, loadLibrary } from '../../hcs/windows/compute-core.ts';
import { skip } from '../harness/skip.ts';
import { buildStandIn } from './build-stand-in.ts';
import { controlStandIn } from './stand-in-control.ts';

const NOT_STARTED = 0x80370115;
const ALREADY_STARTED = 0x80370116;
const PENDING = 0x80370117;
const TIMEOUT = 0x80370118;
const CALLBACK_ALREADY_SET = 0x80370119;
const E_HANDLE = 0x80070006;
const GENERIC_ALL = 0x10000000;
const TYPE_NONE = -1;
const TYPE_CREATE = 1;
const TYPE_START = 2;
const EVENT_SYSTEM_EXITED = 1;
const EVENT_CRASH_INITIATED = 2;
const EVENT_CRASH_REPORT = 3;
const EVENT_OPERATION_CALLBACK = 0x01000000;

const DOCUMENT = JSON.stringify({
  Owner: 'abi',
  SchemaVersion: { Major: 2, Minor: 1 },
  ShouldTerminateOnLastHandleClosed: true,
  VirtualMachine: { StopOnReset: true },
});

try {
  register(await buildStandIn());
  test.run();
} catch (error) {
  skip(`the stand-in's C interface: ${(error as Error).message}`);
}

function register({ computecore: path, kernel32 }: Required<LibraryPaths>): void {
  const library = loadLibrary(path);
  const { configure, control, counters } = controlStandIn(path);
  const fn = (name: string, result: string, ...types: (string | object)[]) =>
    library.func(name, result, types as string[]);
  const out = koffi.out(koffi.pointer('void *')) as unknown as string;
  const createOperation = fn('HcsCreateOperation', 'void *', 'uintptr_t', 'void *');
  const closeOperation = fn('HcsCloseOperation', 'void', 'void *');
  const result = fn('HcsGetOperationResult', 'int32_t', 'void *', out);
  const wait = fn('HcsWaitForOperationResult', 'int32_t', 'void *', 'uint32_t', out);
  const withProcess = fn('HcsGetOperationResultAndProcessInfo', 'int32_t', 'void *', 'void *', out);
  const cancel = fn('HcsCancelOperation', 'int32_t', 'void *');
  const typeOf = fn('HcsGetOperationType', 'int32_t', 'void *');
  const idOf = fn('HcsGetOperationId', 'uint64_t', 'void *');
  const systemOf = fn('HcsGetComputeSystemFromOperation', 'void *', 'void *');
  const contextOf = fn('HcsGetOperationContext', 'uintptr_t', 'void *');
  const create = fn('HcsCreateComputeSystem', 'int32_t', 'str16', 'str16', 'void *', 'void *', out);
  const open = fn('HcsOpenComputeSystem', 'int32_t', 'str16', 'uint32_t', out);
  const close = fn('HcsCloseComputeSystem', 'void', 'void *');
  const start = fn('HcsStartComputeSystem', 'int32_t', 'void *', 'void *', 'str16');
  const crash = fn('HcsCrashComputeSystem', 'int32_t', 'void *', 'void *', 'str16');
  const setCallback = fn(
    'HcsSetComputeSystemCallback',
    'int32_t',
    'void *',
    'int32_t',
    'uintptr_t',
    'void *',
  );
  const grant = fn('HcsGrantVmAccess', 'int32_t', 'str16', 'str16');
  const revoke = fn('HcsRevokeVmAccess', 'int32_t', 'str16', 'str16');
  const createProcess = fn(
    'HcsCreateProcess',
    'int32_t',
    'void *',
    'str16',
    'void *',
    'void *',
    out,
  );
  const localFree = loadLibrary(kernel32).func('LocalFree', 'void *', ['void *']);
  const unsigned = (hresult: unknown): number => (hresult as number) >>> 0;
  let counter = 0;
  const newId = (): string => `abi-${(counter += 1)}`;

  /** The operation's result and its document's text, which is freed. */
  const finished = async (
    operation: unknown,
  ): Promise<{ hresult: number; text: string | null }> => {
    const document: [unknown] = [null];
    const hresult = unsigned(await callOnPool(wait, operation, 10_000, document));
    if (document[0] === null) return { hresult, text: null };
    const text = koffi.decode(document[0], 'char16_t', -1) as string;
    assert.is(localFree(document[0]), null);
    return { hresult, text };
  };
  const made = async (id = newId(), document = DOCUMENT): Promise<unknown> => {
    const operation = createOperation(0, null);
    const system: [unknown] = [null];
    assert.is(create(id, document, operation, null, system), 0);
    assert.is((await finished(operation)).hresult, 0);
    closeOperation(operation);
    return system[0];
  };
  const nothingHeld = (): void => {
    const { documents, operations, systems, machines } = counters();
    const held = { documents, operations, systems, machines };
    assert.equal(held, { documents: 0, operations: 0, systems: 0, machines: 0 });
  };

  test('an operation is not started, pending, completed, and says what it is for', async () => {
    configure({ DelayMs: { HcsStartComputeSystem: 100 } });
    const operation = createOperation(77, null);
    const document: [unknown] = [null];
    assert.is(unsigned(result(operation, document)), NOT_STARTED);
    assert.is(unsigned(wait(operation, 0, document)), NOT_STARTED);
    assert.is(typeOf(operation), TYPE_NONE);
    assert.is(BigInt(idOf(operation) as bigint), 0xffffffffffffffffn);
    assert.is(systemOf(operation), null);
    assert.is(contextOf(operation), 77);
    const system = await made();
    assert.is(start(system, operation, null), 0);
    assert.is(unsigned(result(operation, document)), PENDING);
    assert.is(unsigned(wait(operation, 1, document)), TIMEOUT);
    assert.is(unsigned(start(system, operation, null)), ALREADY_STARTED);
    assert.is(typeOf(operation), TYPE_START);
    assert.is(systemOf(operation), system);
    assert.is((await finished(operation)).hresult, 0);
    assert.is(unsigned(cancel(operation)), HRESULT.E_NOTIMPL);
    assert.is(unsigned(withProcess(operation, null, document)), HRESULT.E_INVALIDARG);
    closeOperation(operation);
    await callOnPool(close, system);
    nothingHeld();
    configure({});
  });

  test('an operation that is closed while it runs drops its result', async () => {
    configure({ DelayMs: { HcsCreateComputeSystem: 30 } });
    const operation = createOperation(0, null);
    const system: [unknown] = [null];
    assert.is(create(newId(), '{', operation, null, system), 0);
    assert.is(typeOf(operation), TYPE_CREATE);
    closeOperation(operation);
    await until(() => counters().threads === 0);
    await callOnPool(close, system[0]);
    nothingHeld();
    configure({});
  });

  test('what is wrong with the arguments is told at once, and nothing is given', async () => {
    const operation = createOperation(0, null);
    const system: [unknown] = [null];
    assert.is(unsigned(create(null, DOCUMENT, operation, null, system)), HRESULT.E_INVALIDARG);
    const descriptor = Buffer.alloc(20);
    assert.is(unsigned(create('x', DOCUMENT, operation, descriptor, system)), HRESULT.E_INVALIDARG);
    assert.is(unsigned(open('x', 1, system)), HRESULT.E_INVALIDARG);
    assert.is(unsigned(open('no-such', GENERIC_ALL, system)), HRESULT.HCS_E_SYSTEM_NOT_FOUND);
    assert.is(system[0], null);
    assert.is(unsigned(grant('x', '/no/such/file')), HRESULT.FILE_NOT_FOUND);
    closeOperation(operation);
    nothingHeld();
  });

  test('a document of another shape is refused with a record of every problem', async () => {
    const wrong: [string, string][] = [
      ['{', 'malformed'],
      ['[]', 'not an object'],
      ['{"Owner":"a","Owner":"b"}', 'twice'],
      ['{"Colour":1}', 'Colour is not a field of ComputeSystem'],
      ['{"VirtualMachine":{"Scsi":{}}}', 'VirtualMachine/Scsi is not a field'],
      ['{"VirtualMachine":{"StopOnReset":1}}', 'StopOnReset must be a boolean'],
      ['{"SchemaVersion":{"Major":-2,"Minor":1}}', 'must be a u32'],
      ['{"SchemaVersion":{"Major":2.5,"Minor":1}}', 'must be a u32'],
      ['{"VirtualMachine":{"Devices":{"VirtualPMem":{"MaximumCount":256}}}}', 'must be a u8'],
      [
        '{"VirtualMachine":{"Devices":{"Scsi":{"0":{"Attachments":{"0":{"Type":"Tape"}}}}}}}',
        'one of',
      ],
    ];
    for (const [document, what] of wrong) {
      const operation = createOperation(0, null);
      const system: [unknown] = [null];
      assert.is(create(newId(), document, operation, null, system), 0);
      const { hresult, text } = await finished(operation);
      assert.is(hresult, HRESULT.HCS_E_INVALID_JSON, document);
      const { Error: code, ErrorEvents } = JSON.parse(text ?? '') as {
        Error: number;
        ErrorEvents: { Message: string }[];
      };
      assert.is(code, HRESULT.HCS_E_INVALID_JSON | 0);
      assert.match(ErrorEvents[0]?.Message ?? '', what);
      closeOperation(operation);
      await callOnPool(close, system[0]);
    }
    nothingHeld();
  });

  test('a start needs files that are there and were granted to that system', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lcow-abi-'));
    const kernel = join(folder, 'kernel');
    const direct = { KernelFilePath: kernel };
    const document = {
      ...JSON.parse(DOCUMENT),
      VirtualMachine: { Chipset: { LinuxKernelDirect: direct } },
    };
    const id = newId();
    const system = await made(id, JSON.stringify(document));
    const started = async (): Promise<{ hresult: number; text: string | null }> => {
      const operation = createOperation(0, null);
      assert.is(start(system, operation, null), 0);
      const outcome = await finished(operation);
      closeOperation(operation);
      return outcome;
    };
    assert.is((await started()).hresult, HRESULT.FILE_NOT_FOUND);
    writeFileSync(kernel, '');
    assert.is(grant('another', kernel), 0);
    const denied = await started();
    assert.is(denied.hresult, HRESULT.E_ACCESSDENIED);
    assert.match(denied.text ?? '', JSON.stringify(kernel).slice(1, -1));
    assert.is(grant(id, kernel), 0);
    assert.is((await started()).hresult, 0);
    assert.is(revoke(id, kernel), 0);
    assert.is(revoke('another', kernel), 0);
    await callOnPool(close, system);
    rmSync(folder, { recursive: true });
    assert.is(counters().grants, 0);
    nothingHeld();
  });

  test('without ShouldTerminateOnLastHandleClosed a system outlives its handles', async () => {
    const id = newId();
    const document = { ...JSON.parse(DOCUMENT), ShouldTerminateOnLastHandleClosed: false };
    await callOnPool(close, await made(id, JSON.stringify(document)));
    const again: [unknown] = [null];
    assert.is(open(id, GENERIC_ALL, again), 0);
    const process: [unknown] = [null];
    const created = createProcess(again[0], '{}', null, null, process);
    assert.is(unsigned(created), HRESULT.HCS_E_SYSTEM_NOT_CONFIGURED_FOR_OPERATION);
    control({ Action: 'Exit', System: id });
    await callOnPool(close, again[0]);
    nothingHeld();
  });

  test('a second free and a call with a closed handle are counted, not crashed on', async () => {
    const { doubleFrees, staleHandles } = counters();
    const operation = createOperation(0, null);
    const system: [unknown] = [null];
    create(newId(), '{', operation, null, system);
    const document: [unknown] = [null];
    await callOnPool(wait, operation, 10_000, document);
    assert.is(localFree(document[0]), null);
    // The stand-in's own LocalFree sees it; Windows' own may end the process.
    if (process.platform !== 'win32') {
      assert.is.not(localFree(document[0]), null);
      assert.is(counters().doubleFrees, doubleFrees + 1);
    }
    closeOperation(operation);
    closeOperation(operation);
    assert.is(unsigned(result(operation, document)), E_HANDLE);
    await callOnPool(close, system[0]);
    assert.is(counters().staleHandles, staleHandles + 2);
  });

  test('a handle has one event callback; each handle is told of the exit', async () => {
    const told: { type: number; context: number; data: string | null }[] = [];
    const event = koffi.struct({ Type: 'int32_t', EventData: 'str16', Operation: 'void *' });
    const proto = koffi.proto('void', [koffi.pointer(event), 'uintptr_t']);
    const callback = koffi.register((at: unknown, context: unknown) => {
      const { Type, EventData } = koffi.decode(at, event) as { Type: number; EventData: string };
      told.push({ type: Type, context: Number(context), data: EventData });
    }, koffi.pointer(proto));
    const id = newId();
    const first = await made(id);
    const second: [unknown] = [null];
    assert.is(open(id, GENERIC_ALL, second), 0);
    assert.is(setCallback(first, 0, 1, callback), 0);
    assert.is(unsigned(setCallback(first, 0, 1, callback)), CALLBACK_ALREADY_SET);
    assert.is(setCallback(second[0], 0, 2, callback), 0);
    control({ Action: 'Exit', System: id });
    await until(() => told.length === 2);
    assert.equal(
      told.map(({ context }) => context).sort((a, b) => a - b),
      [1, 2],
    );
    for (const { type, data } of told) {
      assert.is(type, EVENT_SYSTEM_EXITED);
      assert.equal(JSON.parse(data ?? ''), { Status: 0, ExitType: 'GracefulExit' });
    }
    await callOnPool(close, first);
    await callOnPool(close, second[0]);

    // A crash is told in three events, in this order.
    const crashed = await made();
    const before = told.length;
    const begun = createOperation(0, null);
    assert.is(start(crashed, begun, null), 0);
    assert.is((await finished(begun)).hresult, 0);
    closeOperation(begun);
    assert.is(setCallback(crashed, 0, 4, callback), 0);
    const crashing = createOperation(0, null);
    assert.is(crash(crashed, crashing, null), 0);
    assert.is((await finished(crashing)).hresult, 0);
    closeOperation(crashing);
    await until(() => told.length === before + 3);
    assert.equal(
      told.slice(before).map(({ type }) => type),
      [EVENT_CRASH_INITIATED, EVENT_CRASH_REPORT, EVENT_SYSTEM_EXITED],
    );
    assert.is(JSON.parse(told.at(-1)?.data ?? '').ExitType, 'UnexpectedExit');
    await callOnPool(close, crashed);

    // With operation callbacks the system's callback is told, and operations have none of their own.
    const third = await made();
    assert.is(setCallback(third, 1, 3, callback), 0);
    const own = createOperation(0, callback);
    assert.is(unsigned(start(third, own, null)), CALLBACK_ALREADY_SET);
    closeOperation(own);
    const operation = createOperation(0, null);
    assert.is(start(third, operation, null), 0);
    await until(() => told.some(({ type }) => type === EVENT_OPERATION_CALLBACK));
    closeOperation(operation);
    await callOnPool(close, third);
    nothingHeld();
  });

  test('closing waits for the callback in flight', async () => {
    const event = koffi.struct({ T: 'int32_t', D: 'str16', O: 'void *' });
    const proto = koffi.proto('void', [koffi.pointer(event), 'uintptr_t']);
    const order: string[] = [];
    const callback = koffi.register(() => {
      const end = Date.now() + 50;
      while (Date.now() < end);
      order.push('told');
    }, koffi.pointer(proto));
    const id = newId();
    const system = await made(id);
    setCallback(system, 0, 4, callback);
    control({ Action: 'Flood', System: id, Times: 3 });
    await new Promise((resolve) => setTimeout(resolve, 1));
    await callOnPool(close, system).then(() => order.push('closed'));
    assert.is(order.at(-1), 'closed', order.join());
    const before = order.length;
    await new Promise((resolve) => setTimeout(resolve, 60));
    assert.is(order.length, before, 'no callback after the close');
    nothingHeld();
  });
}

async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error('it did not come to be so within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
