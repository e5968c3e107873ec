/**
 * The C interface of computecore.dll: what each export takes and returns, bound when first called. It knows
 * no promise of ours beyond a call's own: operations are operation.ts, systems windows-system.ts.
 *
 * Ownership: every document that comes out is freed here, once, by LocalFree, after it was copied. Strings
 * that go in live as long as the call. Handles are the library's; nothing of ours is pointed to by it but two
 * callbacks that live as long as the process (callbacks.ts).
 */
import koffi, { type KoffiFunc, type LibraryHandle } from 'koffi';
import { HcsError } from '../hcs-error.ts';
import { NativeExports } from './native-exports.ts';

/** A function of a library, callable on this thread and, by `async`, on one of the pool. */
export type NativeFunction = KoffiFunc<(...args: unknown[]) => unknown>;
type TypeSpec = ReturnType<typeof koffi.pointer> | string;

/** An opaque handle: HCS_OPERATION, HCS_SYSTEM, HCS_PROCESS. */
export type Handle = bigint;

/** Where the libraries are; tests give the stand-in's. */
export interface LibraryPaths {
  /** Default computecore.dll. */
  computecore?: string;
  /** What has LocalFree and CloseHandle. Default kernel32.dll. */
  kernel32?: string;
  /** What has Windows' sockets. Default ws2_32.dll. */
  ws2_32?: string;
  /** Default virtdisk.dll. */
  virtdisk?: string;
  /** Default computestorage.dll. */
  computestorage?: string;
}

/** A document's place in a call: the call fills in the text. */
export type DocumentOut = [string | null];
/** A handle's place in a call. */
export type HandleOut = [Handle | null];

/**
 * HCS_PROCESS_INFORMATION. The standard handles are Windows' own, the caller's to close, once; where a process has not
 * one of them it is 0 or -1.
 */
export interface ProcessInformation {
  ProcessId: number;
  StdInput: number;
  StdOutput: number;
  StdError: number;
}

type Kind =
  | 'operation'
  | 'system'
  | 'process'
  | 'text'
  | 'context'
  | 'u32'
  | 'i32'
  | 'null'
  | 'operation callback'
  | 'event callback'
  | 'out document'
  | 'out system'
  | 'out process'
  | 'out process information';

/**
 * Every export that is used: its result and its parameters. Bound when first called, so that what only newer builds
 * have is missed, by its name, by whoever calls it. Not here, as the callbacks tell the same without a thread that
 * waits: HcsWaitForOperationResult and its like, HcsWaitForComputeSystemExit, HcsWaitForProcessExit.
 */
const EXPORTS = {
  HcsCreateOperation: ['operation', ['context', 'operation callback']],
  HcsCloseOperation: ['void', ['operation']],
  HcsGetOperationResult: ['i32', ['operation', 'out document']],
  HcsEnumerateComputeSystems: ['i32', ['text', 'operation']],
  HcsCreateComputeSystem: ['i32', ['text', 'text', 'operation', 'null', 'out system']],
  HcsOpenComputeSystem: ['i32', ['text', 'u32', 'out system']],
  HcsCloseComputeSystem: ['void', ['system']],
  HcsStartComputeSystem: ['i32', ['system', 'operation', 'text']],
  HcsShutDownComputeSystem: ['i32', ['system', 'operation', 'text']],
  HcsTerminateComputeSystem: ['i32', ['system', 'operation', 'text']],
  HcsPauseComputeSystem: ['i32', ['system', 'operation', 'text']],
  HcsResumeComputeSystem: ['i32', ['system', 'operation', 'text']],
  HcsSaveComputeSystem: ['i32', ['system', 'operation', 'text']],
  HcsGetComputeSystemProperties: ['i32', ['system', 'operation', 'text']],
  HcsModifyComputeSystem: ['i32', ['system', 'operation', 'text', 'null']],
  HcsSetComputeSystemCallback: ['i32', ['system', 'i32', 'context', 'event callback']],
  HcsGetOperationResultAndProcessInfo: [
    'i32',
    ['operation', 'out process information', 'out document'],
  ],
  HcsCreateProcess: ['i32', ['system', 'text', 'operation', 'null', 'out process']],
  HcsOpenProcess: ['i32', ['system', 'u32', 'u32', 'out process']],
  HcsCloseProcess: ['void', ['process']],
  HcsTerminateProcess: ['i32', ['process', 'operation', 'text']],
  HcsSignalProcess: ['i32', ['process', 'operation', 'text']],
  HcsGetProcessInfo: ['i32', ['process', 'operation']],
  HcsGetProcessProperties: ['i32', ['process', 'operation', 'text']],
  HcsModifyProcess: ['i32', ['process', 'operation', 'text']],
  HcsSetProcessCallback: ['i32', ['process', 'i32', 'context', 'event callback']],
  HcsGetServiceProperties: ['i32', ['text', 'out document']],
  HcsModifyServiceSettings: ['i32', ['text', 'out document']],
  HcsGrantVmAccess: ['i32', ['text', 'text']],
  HcsRevokeVmAccess: ['i32', ['text', 'text']],
  HcsGrantVmGroupAccess: ['i32', ['text']],
  HcsRevokeVmGroupAccess: ['i32', ['text']],
  HcsCreateEmptyGuestStateFile: ['i32', ['text']],
  HcsCreateEmptyRuntimeStateFile: ['i32', ['text']],
} as const satisfies Record<string, readonly [Kind | 'void', readonly Kind[]]>;

/** The name of an export that is used. */
export type ExportName = keyof typeof EXPORTS;

/** Every access to a system or a process; HCS takes no other. */
export const GENERIC_ALL = 0x10000000;

/** Calls that may wait at a time, over the pool's threads. koffi's 256 would be refused, or crash, sooner. */
const ASYNC_CALLS_MAX = 4096;

let configured = false;

/** Loads a library. koffi takes its limits only before the first one. */
export function loadLibrary(path: string): LibraryHandle {
  if (!configured) {
    configured = true;
    koffi.config({ max_async_calls: ASYNC_CALLS_MAX });
  }
  return koffi.load(path);
}

const OPERATION = koffi.pointer(koffi.opaque());
const SYSTEM = koffi.pointer(koffi.opaque());
const PROCESS = koffi.pointer(koffi.opaque());
// Named: koffi's names of its own meet, a structure's and a function's, and then their pointers are one.
const PROCESS_INFORMATION = koffi.struct('HCS_PROCESS_INFORMATION', {
  ProcessId: 'uint32_t',
  Reserved: 'uint32_t',
  StdInput: 'intptr_t',
  StdOutput: 'intptr_t',
  StdError: 'intptr_t',
});
const OPERATION_CALLBACK = koffi.proto('void', [OPERATION, 'uintptr_t']);
const EVENT = koffi.struct({ Type: 'int32_t', EventData: 'str16', Operation: OPERATION });
const EVENT_CALLBACK = koffi.proto('void', [koffi.pointer(EVENT), 'uintptr_t']);

/** Makes a native function of `listener`. It is never undone: HCS may call late. */
export function registerOperationCallback(listener: (context: number) => void): bigint {
  const call = (_operation: unknown, context: unknown): void => listener(Number(context));
  return koffi.register(call, koffi.pointer(OPERATION_CALLBACK));
}

/** As registerOperationCallback; the event's data is copied while the call lasts, as it is HCS's. */
export function registerEventCallback(
  listener: (type: number, data: string | null, context: number) => void,
): bigint {
  const call = (event: unknown, context: unknown): void => {
    const { Type, EventData } = koffi.decode(event, EVENT) as {
      Type: number;
      EventData: string | null;
    };
    listener(Type >>> 0, EventData, Number(context));
  };
  return koffi.register(call, koffi.pointer(EVENT_CALLBACK));
}

/** Calls on a thread of libuv's pool. */
export function callOnPool(call: NativeFunction, ...args: unknown[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    call.async(...args, (error: unknown, result: unknown) => {
      if (error === null || error === undefined) resolve(result);
      else reject(error as Error);
    });
  });
}

/** computecore, loaded. */
export class ComputeCore {
  readonly #exports: NativeExports;
  readonly #types: Record<Kind | 'void', TypeSpec>;
  readonly #closeHandle: NativeFunction;

  /** @throws HcsError HCS_E_HYPERV_NOT_INSTALLED where the library cannot be loaded */
  constructor(paths: LibraryPaths = {}) {
    const path = paths.computecore ?? 'computecore.dll';
    try {
      this.#exports = new NativeExports(loadLibrary(path), path);
    } catch (error) {
      const Message = `${path} cannot be loaded: ${(error as Error).message}`;
      const op = 'use the Host Compute Service';
      throw new HcsError(op, 'HCS_E_HYPERV_NOT_INSTALLED', [{ Message }], { cause: error });
    }
    const kernel32 = loadLibrary(paths.kernel32 ?? 'kernel32.dll');
    const localFree = kernel32.func('LocalFree', 'void *', ['void *']);
    this.#closeHandle = kernel32.func('CloseHandle', 'int32_t', ['intptr_t']);
    // Threads of the library outlive koffi's hold on it at the process' end: a second hold keeps its code there.
    if (process.platform === 'win32') {
      loadLibrary('kernel32.dll').func('LoadLibraryW', 'void *', ['str16'])(path);
    }
    const document = koffi.disposable(null, 'str16', (pointer: unknown) => localFree(pointer));
    this.#types = {
      void: 'void',
      operation: OPERATION,
      system: SYSTEM,
      process: PROCESS,
      text: 'str16',
      context: 'uintptr_t',
      u32: 'uint32_t',
      i32: 'int32_t',
      null: 'void *',
      'operation callback': koffi.pointer(OPERATION_CALLBACK),
      'event callback': koffi.pointer(EVENT_CALLBACK),
      'out document': koffi.out(koffi.pointer(document)) as never,
      'out system': koffi.out(koffi.pointer(SYSTEM)) as never,
      'out process': koffi.out(koffi.pointer(PROCESS)) as never,
      'out process information': koffi.out(koffi.pointer(PROCESS_INFORMATION)) as never,
    };
  }

  /** Calls on this thread: only what the library answers without asking the service. */
  call(name: ExportName, ...args: unknown[]): unknown {
    return this.#function(name)(...args) as unknown;
  }

  /** Calls on a thread of the pool: what may wait for the service, or for a callback of ours. */
  async callAsync(name: ExportName, ...args: unknown[]): Promise<unknown> {
    return callOnPool(this.#function(name), ...args);
  }

  /** Closes a handle of Windows' own, which nobody has taken over. */
  closeHandle(handle: number): void {
    this.#closeHandle(handle);
  }

  /** Whether this build of Windows has it. */
  has(name: ExportName): boolean {
    try {
      this.#function(name);
      return true;
    } catch {
      return false;
    }
  }

  #function(name: ExportName): NativeFunction {
    return this.#exports.get(`call ${name}`, name, () => {
      const [result, parameters] = EXPORTS[name];
      return {
        result: this.#types[result],
        parameters: parameters.map((kind) => this.#types[kind]),
      };
    });
  }
}
