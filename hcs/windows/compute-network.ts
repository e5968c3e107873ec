/**
 * The C interface of computenetwork.dll: the Host Compute Network's calls on networks, endpoints and namespaces,
 * bound when first called. It knows no promise of ours beyond a call's own.
 *
 * Each call waits for the service in its own thread, so each is made on libuv's pool, few at a time: HCN takes one
 * after the other anyway, and the pool's threads are for all. A call cannot be given up: past its time its caller
 * is told, the call keeps its place until it returns, and a handle that it then gives is closed.
 *
 * Ownership: documents and error records are freed here, once, by CoTaskMemFree, after they were copied. Strings
 * and GUIDs that go in live until the call has returned. Handles are the library's, closed once by whom open() or
 * create() gave them to.
 */
import koffi from 'koffi';
import { HcsError } from '../hcs-error.ts';
import { callOnPool, type Handle, loadLibrary, type NativeFunction } from './compute-core.ts';
import { guidBytes } from './hv-socket-address.ts';
import { networkFailure } from './network-failure.ts';
import { NativeExports } from './native-exports.ts';

/** What HCN knows. */
export type Entity = 'Network' | 'Endpoint' | 'Namespace';

/** Where the libraries are; tests give the stand-in's. */
export interface NetworkLibraryPaths {
  /** Default computenetwork.dll. */
  computenetwork?: string;
  /** What has CoTaskMemFree. Default ole32.dll. */
  ole32?: string;
}

export interface ComputeNetworkOptions {
  readonly libraries?: NetworkLibraryPaths;
  /** Of each call; default NETWORK_CALL_TIMEOUT_MS. */
  readonly timeoutMs?: number;
}

/** The first network after a start of the service takes HCN tens of seconds: it makes switch and NAT. */
const NETWORK_CALL_TIMEOUT_MS = 120_000;
/** Of the pool's four threads. */
const CALLS_AT_ONCE = 2;

type Kind = 'guid' | 'text' | 'handle' | 'out handle' | 'out document';

/** Parameters of the exports, which all return an HRESULT; `*` stands for the entity. */
const EXPORTS = {
  'Enumerate*s': ['text', 'out document', 'out document'],
  'Create*': ['guid', 'text', 'out handle', 'out document'],
  'Open*': ['guid', 'out handle', 'out document'],
  'Modify*': ['handle', 'text', 'out document'],
  'Query*Properties': ['handle', 'text', 'out document', 'out document'],
  'Delete*': ['guid', 'out document'],
  'Close*': ['handle'],
} as const satisfies Record<string, readonly Kind[]>;
type Pattern = keyof typeof EXPORTS;

type HandleOut = [Handle | null];
type DocumentOut = [string | null];

/** computenetwork, loaded. */
export class ComputeNetwork {
  readonly #timeoutMs: number;
  readonly #exports: NativeExports;
  readonly #types: Record<Kind, ReturnType<typeof koffi.pointer> | string>;
  readonly #waiting: (() => void)[] = [];
  /** Arguments of calls that have not returned: the library reads them in its thread. */
  readonly #inFlight = new Set<readonly unknown[]>();
  #calls = 0;

  /** @throws HcsError NOT_SUPPORTED where the library cannot be loaded */
  constructor({ libraries = {}, timeoutMs = NETWORK_CALL_TIMEOUT_MS }: ComputeNetworkOptions = {}) {
    const path = libraries.computenetwork ?? 'computenetwork.dll';
    this.#timeoutMs = timeoutMs;
    try {
      this.#exports = new NativeExports(loadLibrary(path), path);
    } catch (error) {
      const Message = `${path} cannot be loaded: ${(error as Error).message}; it comes with the feature VirtualMachinePlatform (dism /online /enable-feature /featurename:VirtualMachinePlatform /all, then restart Windows)`;
      const events = [{ Message, Source: 'computenetwork' }];
      throw new HcsError('use the Host Compute Network', 'NOT_SUPPORTED', events, { cause: error });
    }
    const free = loadLibrary(libraries.ole32 ?? 'ole32.dll').func('CoTaskMemFree', 'void', [
      'void *',
    ]);
    // Threads of the library outlive koffi's hold on it at the process' end: a second hold keeps its code there.
    if (process.platform === 'win32') {
      loadLibrary('kernel32.dll').func('LoadLibraryW', 'void *', ['str16'])(path);
    }
    const document = koffi.disposable(null, 'str16', (pointer: unknown) => free(pointer));
    const handle = koffi.pointer(koffi.opaque());
    this.#types = {
      guid: 'void *',
      text: 'str16',
      handle,
      'out handle': koffi.out(koffi.pointer(handle)) as never,
      'out document': koffi.out(koffi.pointer(document)) as never,
    };
  }

  /** The ids of all that there are, or that have these members. */
  async enumerate(op: string, entity: Entity, query: string): Promise<string | null> {
    const out: DocumentOut = [null];
    await this.#call(op, 'Enumerate*s', entity, [query, out]);
    return out[0];
  }

  /**
   * A handle on a new one. An endpoint is created in a network, whose handle goes first. What comes into being
   * after its caller was told that it does not is removed, but for networks, which are shared.
   */
  async create(
    op: string,
    entity: Entity,
    id: string,
    settings: string,
    network?: Handle,
  ): Promise<Handle> {
    const before = network === undefined ? [] : [network];
    const made = entity === 'Network' ? undefined : id;
    return this.#handle(op, 'Create*', entity, [...before, guidBytes(id), settings], made);
  }

  /** A handle on the one of that id. */
  async open(op: string, entity: Entity, id: string): Promise<Handle> {
    return this.#handle(op, 'Open*', entity, [guidBytes(id)]);
  }

  async modify(op: string, entity: Entity, handle: Handle, request: string): Promise<void> {
    await this.#call(op, 'Modify*', entity, [handle, request]);
  }

  /** The properties' document. */
  async query(op: string, entity: Entity, handle: Handle, query: string): Promise<string | null> {
    const out: DocumentOut = [null];
    await this.#call(op, 'Query*Properties', entity, [handle, query, out]);
    return out[0];
  }

  async delete(op: string, entity: Entity, id: string): Promise<void> {
    await this.#call(op, 'Delete*', entity, [guidBytes(id)]);
  }

  /** Gives a handle back. Its failure tells of a handle that was none, and is not passed on. */
  async close(entity: Entity, handle: Handle): Promise<void> {
    await this.#call(`close ${entity}`, 'Close*', entity, [handle]).catch(() => undefined);
  }

  async #handle(
    op: string,
    pattern: Pattern,
    entity: Entity,
    args: readonly unknown[],
    made?: string,
  ): Promise<Handle> {
    const out: HandleOut = [null];
    await this.#call(op, pattern, entity, [...args, out], () => {
      if (out[0] !== null) void this.close(entity, out[0]);
      if (made !== undefined) void this.delete(op, entity, made).catch(() => undefined);
    });
    if (out[0] !== null) return out[0];
    const Message = 'computenetwork has given no handle';
    throw new HcsError(op, 'ERROR_INVALID_DATA', [{ Message }]);
  }

  /** @param late is called where the call succeeds after its caller was told that it does not */
  async #call(
    op: string,
    pattern: Pattern,
    entity: Entity,
    args: readonly unknown[],
    late?: () => void,
  ): Promise<void> {
    const name = `Hcn${pattern.replace('*', entity)}`;
    const native = this.#function(op, name, pattern, entity);
    const record: DocumentOut = [null];
    const all = pattern === 'Close*' ? args : [...args, record];
    let given = false;
    const result = this.#place(async () => {
      this.#inFlight.add(all);
      try {
        return (await callOnPool(native, ...all)) as number;
      } finally {
        this.#inFlight.delete(all);
      }
    }).then((hresult) => {
      if (given && hresult >= 0) late?.();
      return hresult;
    });
    const hresult = await deadline(result, this.#timeoutMs, () => {
      given = true;
      const Message = `${name} has not returned within ${this.#timeoutMs} ms; if it never does: restart the service hns (net stop hns & net start hns)`;
      return new HcsError(op, 'HCS_E_OPERATION_TIMEOUT', [{ Message, Source: name }]);
    });
    const failure = networkFailure(op, name, hresult, record[0]);
    if (failure !== undefined) throw failure;
  }

  /** Makes a call when few enough are made. */
  async #place<T>(call: () => Promise<T>): Promise<T> {
    if (this.#calls >= CALLS_AT_ONCE) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#calls += 1;
    }
    try {
      return await call();
    } finally {
      const next = this.#waiting.shift();
      // The next one takes over this one's place.
      if (next !== undefined) next();
      else this.#calls -= 1;
    }
  }

  #function(op: string, name: string, pattern: Pattern, entity: Entity): NativeFunction {
    return this.#exports.get(op, name, () => {
      const kinds: readonly Kind[] =
        pattern === 'Create*' && entity === 'Endpoint'
          ? ['handle', ...EXPORTS[pattern]]
          : EXPORTS[pattern];
      return { result: 'int32_t', parameters: kinds.map((kind) => this.#types[kind]) };
    });
  }
}

async function deadline<T>(work: Promise<T>, timeoutMs: number, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), timeoutMs);
  });
  try {
    return await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
  }
}
