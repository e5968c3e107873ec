/** containerd's events service on a real socket, as far as a shim uses it. */
import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import type { RuntimeError } from '../../../runtime/errors.ts';
import { FORWARD_METHOD, NAMESPACE_KEY } from '../../../runtime/supervisor/event-forwarder.ts';
import type { TaskEvent } from '../../../runtime/task/task-event.ts';
import { decodeTaskEvent } from '../../../runtime/task/task-event-codec.ts';
import { handle } from '../../../runtime/ttrpc/method.ts';
import { TtrpcServer } from '../../../runtime/ttrpc/server.ts';

export interface ForwardedEvent {
  readonly namespace: string;
  /** Of the call's metadata. */
  readonly metadata: string;
  readonly topic: string;
  readonly typeUrl: string;
  readonly atMs: number;
  readonly event: TaskEvent;
}

export class FakeContainerd implements AsyncDisposable {
  readonly path: string;
  readonly forwarded: ForwardedEvent[] = [];
  /** Calls that are being answered now, and the most there ever were. */
  calls = 0;
  callsMax = 0;
  /** What the next calls are answered with; undefined: taken. */
  readonly refusals: (RuntimeError | undefined)[] = [];
  /** Answers wait for this. */
  gate: Promise<void> = Promise.resolve();
  #server: TtrpcServer | undefined;
  #socket: Server | undefined;
  readonly #waiting = new Set<() => void>();

  constructor(path: string) {
    this.path = path;
  }

  async listen(): Promise<void> {
    this.#server = new TtrpcServer([
      handle(FORWARD_METHOD, async ({ envelope }, { metadata }) => {
        this.callsMax = Math.max(this.callsMax, (this.calls += 1));
        await this.gate;
        this.calls -= 1;
        const refusal = this.refusals.shift();
        if (refusal !== undefined) throw refusal;
        const { timestamp, namespace = '', topic = '', event } = envelope ?? {};
        this.forwarded.push({
          ...{ namespace: namespace ?? '', topic: topic ?? '', typeUrl: event?.typeUrl ?? '' },
          metadata: metadata.get(NAMESPACE_KEY)?.[0] ?? '',
          atMs: (timestamp?.seconds ?? 0) * 1000 + (timestamp?.nanos ?? 0) / 1e6,
          event: decodeTaskEvent(event?.typeUrl ?? '', event?.value ?? new Uint8Array(0)),
        });
        for (const wake of this.#waiting) wake();
        return {};
      }),
    ]);
    const server = this.#server;
    this.#socket = createServer((connection) => void server.serve(connection));
    await new Promise<void>((resolve) => this.#socket?.listen(this.path, resolve));
  }

  /** Connections end, and nobody listens any more. */
  async stop(): Promise<void> {
    this.#socket?.close();
    await this.#server?.close();
    rmSync(this.path, { force: true });
  }

  /** Resolves when so many events have come. */
  async has(count: number): Promise<void> {
    while (this.forwarded.length < count) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }

  get kinds(): string[] {
    return this.forwarded.map(({ event }) => event.kind);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
