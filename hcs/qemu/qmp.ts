/**
 * A client of QEMU's machine protocol (docs/interop/qmp-spec): greeting, capabilities, commands correlated
 * by id, events. It knows no devices and no HRESULT.
 */
import type { Socket } from 'node:net';
import { LineSplitter } from './line-splitter.ts';

/** Longest line taken from QEMU. query-commands is about 20 kB; nothing we ask for comes near. */
const MAX_LINE_BYTES = 4 * 1024 * 1024;
/** Deadline of a command. QEMU answers in under a millisecond; only a wedged one takes this long. */
const COMMAND_TIMEOUT_MS = 20_000;

/** What QEMU tells unasked. */
export interface QmpEvent {
  event: string;
  data: Record<string, unknown>;
}

/** QEMU refused a command. `errorClass` is QMP's class, for example "DeviceNotFound". */
export class QmpError extends Error {
  override readonly name = 'QmpError';
  readonly command: string;
  readonly errorClass: string;

  constructor(command: string, errorClass: string, description: string) {
    super(description);
    this.command = command;
    this.errorClass = errorClass;
  }
}

/** The monitor's connection is gone, or it does not answer. */
export class QmpClosedError extends Error {
  override readonly name = 'QmpClosedError';
}

interface Pending {
  command: string;
  resolve(value: unknown): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

interface EventWaiter {
  matches(event: QmpEvent): boolean;
  resolve(event: QmpEvent): void;
  reject(error: Error): void;
}

/** One connection to one monitor. */
export class QmpClient {
  /** "7.2.22": what the greeting said. */
  version = '';
  /** Settles once the greeting was read and capabilities are negotiated; rejects when that fails. */
  readonly ready: Promise<void>;
  /** Settles when the connection is gone. */
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #lines = new LineSplitter(MAX_LINE_BYTES);
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<(event: QmpEvent) => void>();
  readonly #waiters = new Set<EventWaiter>();
  #nextId = 1;
  #failure: Error | undefined;
  #greeted = false;
  #greet: { resolve(): void; reject(error: Error): void };

  /** @param socket connected or connecting */
  constructor(socket: Socket) {
    this.#socket = socket;
    let settle: { resolve(): void; reject(error: Error): void } | undefined;
    const greeting = new Promise<void>((resolve, reject) => {
      settle = { resolve, reject };
    });
    this.#greet = settle as { resolve(): void; reject(error: Error): void };
    this.ready = greeting.then(async () => {
      await this.execute('qmp_capabilities');
    });
    this.ready.catch(() => undefined);
    let closed: () => void = () => undefined;
    this.closed = new Promise((resolve) => {
      closed = resolve;
    });
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => {
      this.#fail(new QmpClosedError('QEMU closed its monitor'));
      closed();
    });
  }

  /** Runs one command and returns its `return` value. @throws QmpError, QmpClosedError */
  execute(
    command: string,
    args?: Record<string, unknown>,
    timeoutMs = COMMAND_TIMEOUT_MS,
  ): Promise<unknown> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new QmpClosedError(`QEMU did not answer ${command} within ${timeoutMs} ms`));
      }, timeoutMs);
      this.#pending.set(id, { command, resolve, reject, timer });
      const request =
        args === undefined ? { execute: command } : { execute: command, arguments: args };
      this.#socket.write(`${JSON.stringify({ ...request, id })}\n`);
    });
  }

  /** Calls `listener` with every event. Returns what removes it. */
  onEvent(listener: (event: QmpEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The next event that matches; call it before the command that causes the event. */
  nextEvent(
    matches: (event: QmpEvent) => boolean,
    timeoutMs: number,
    what: string,
  ): Promise<QmpEvent> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const event = new Promise<QmpEvent>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(new QmpClosedError(`QEMU did not report ${what} within ${timeoutMs} ms`));
      }, timeoutMs);
      const waiter: EventWaiter = {
        matches,
        resolve(found) {
          clearTimeout(timer);
          resolve(found);
        },
        reject(error) {
          clearTimeout(timer);
          reject(error);
        },
      };
      this.#waiters.add(waiter);
    });
    // The caller awaits it after the command; a failure in between must not count as unhandled.
    event.catch(() => undefined);
    return event;
  }

  /** Closes the connection. QEMU goes on. */
  close(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    try {
      for (const line of this.#lines.push(chunk)) {
        if (line !== '') this.#message(JSON.parse(line) as unknown);
      }
    } catch (error) {
      this.#fail(new QmpClosedError(`QEMU's monitor sent what is not QMP: ${String(error)}`));
      this.#socket.destroy();
    }
  }

  #message(value: unknown): void {
    const message = value as Record<string, unknown> | null;
    if (typeof message !== 'object' || message === null) throw new TypeError('not an object');
    if ('QMP' in message) {
      this.version = greetingVersion(message['QMP']);
      this.#greeted = true;
      this.#greet.resolve();
    } else if (typeof message['event'] === 'string') {
      const data = message['data'];
      this.#event({
        event: message['event'],
        data: typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {},
      });
    } else {
      this.#reply(message);
    }
  }

  #reply(message: Record<string, unknown>): void {
    const id = message['id'];
    const pending = typeof id === 'number' ? this.#pending.get(id) : undefined;
    // An answer that came after its deadline.
    if (pending === undefined) return;
    this.#pending.delete(id as number);
    clearTimeout(pending.timer);
    const error = message['error'] as { class?: unknown; desc?: unknown } | undefined;
    if (error === undefined) pending.resolve(message['return']);
    else pending.reject(new QmpError(pending.command, String(error.class), String(error.desc)));
  }

  #event(event: QmpEvent): void {
    for (const listener of this.#listeners) listener(event);
    for (const waiter of this.#waiters) {
      if (!waiter.matches(event)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(event);
    }
  }

  #fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    if (!this.#greeted) this.#greet.reject(error);
    for (const pending of this.#pending.values()) {
      clearTimeout(pending.timer);
      pending.reject(error);
    }
    this.#pending.clear();
    for (const waiter of this.#waiters) waiter.reject(error);
    this.#waiters.clear();
  }
}

function greetingVersion(greeting: unknown): string {
  const version = (greeting as { version?: { qemu?: Record<string, unknown> } } | null)?.version
    ?.qemu;
  if (version === undefined) return '';
  return `${String(version['major'])}.${String(version['minor'])}.${String(version['micro'])}`;
}
