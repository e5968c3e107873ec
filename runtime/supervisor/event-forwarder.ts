/**
 * Tells containerd what happens to tasks: the Forward calls of its events service, one at a time and in order. docker
 * learns of exits from nothing else.
 *
 * While containerd is not there, events wait (event-outbox.ts); an event that it refuses is tried five times with a
 * growing wait, then dropped and said.
 */
import { containerd } from '../../proto/generated/shim.js';
import type { ContainerdPod } from '../container/container-record.ts';
import { messageOf, RuntimeError } from '../errors.ts';
import type { TaskEvent } from '../task/task-event.ts';
import type { TaskRecord } from '../task/task-record.ts';
import { TtrpcClient } from '../ttrpc/client.ts';
import { generatedClass, unaryMethod } from '../ttrpc/method.ts';
import { type Clock, SYSTEM_CLOCK, within } from './clock.ts';
import { type EventOutbox, OUTBOX_EVENTS_MAX, type OutboxEvent } from './event-outbox.ts';

const v1 = containerd.shim.v1;

export const FORWARD_METHOD = unaryMethod(
  'containerd.services.events.ttrpc.v1.Events',
  'Forward',
  generatedClass(v1, 'ForwardRequest'),
  generatedClass(v1, 'Empty'),
);
/** Of ttrpc's metadata, where containerd reads the namespace. */
export const NAMESPACE_KEY = 'containerd-namespace-ttrpc';

const FORWARD_MS = 5000;
const ATTEMPTS_MAX = 5;
/** The wait after a failure: a second more each time, at most this. */
const WAIT_MS_MAX = 5000;

export interface EventForwarderOptions {
  readonly containerd: Pick<ContainerdPod, 'namespace' | 'ttrpcAddress'>;
  readonly outbox: EventOutbox;
  readonly log: (text: string) => void;
  /** Whether containerd tells of this container's end itself (pod-folder.ts). Default: it never does. */
  readonly isTakenBack?: (containerId: string) => boolean;
  /** Default TtrpcClient.connect. */
  readonly dial?: (path: string) => Promise<TtrpcClient>;
  readonly clock?: Clock;
}

export class EventForwarder implements AsyncDisposable {
  readonly #options: EventForwarderOptions;
  readonly #outbox: EventOutbox;
  readonly #clock: Clock;
  readonly #path: string;
  #client: TtrpcClient | undefined;
  #pumping: Promise<void> | undefined;
  #wakeUp: (() => void) | undefined;
  #closed = false;
  /** How often the first event failed, or dialling did. */
  #failures = 0;
  #lost = 0;
  #dropped = 0;

  constructor(options: EventForwarderOptions) {
    this.#options = options;
    this.#outbox = options.outbox;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#path = options.containerd.ttrpcAddress.replace(/^unix:\/\//, '');
    this.#pump();
  }

  /** Events that containerd was never told: there were too many, or it refused them. */
  get lost(): number {
    return this.#lost;
  }

  /** Tells an event, after those before it. Never throws, never waits. */
  forward(event: TaskEvent): void {
    if (this.#outbox.add(event, this.#clock.wallMs())) {
      if (this.#dropped > 0) this.#options.log(`${this.#dropped} events for containerd were lost`);
      this.#dropped = 0;
    } else {
      this.#lost += 1;
      if ((this.#dropped += 1) === 1) {
        const what = `${OUTBOX_EVENTS_MAX} wait already`;
        this.#options.log(`events for containerd are lost from now on, ${what}: ${event.kind}`);
      }
    }
    if (event.kind === 'delete') this.#outbox.forget(event.containerId, '');
    this.#pump();
  }

  /** An exec is deleted; whether its exit was told need not be known any more. */
  forget(containerId: string, execId: string): void {
    this.#outbox.forget(containerId, execId);
  }

  /** What an earlier supervisor wrote down as ended and died before it told anybody. An init is told after its execs. */
  tellUntold(records: readonly TaskRecord[]): void {
    for (const { id, init, execs } of records) {
      for (const [execId, process] of [...Object.entries(execs), ['', init] as const]) {
        if (process.exit === undefined || this.#outbox.hasExit(id, execId)) continue;
        // Nobody was told that it started.
        if (process.pid === 0) continue;
        const { code: exitStatus, exitedAtMs, oomKilled } = process.exit;
        const pid = process.pid;
        const exit = { exitStatus, exitedAtMs, oomKilled };
        this.forward({ kind: 'exit', containerId: id, execId, pid, ...exit });
      }
    }
  }

  /** Resolves when everything was told, or at the limit. */
  async flush(limitMs: number): Promise<boolean> {
    this.#wakeUp?.();
    const told = await within(this.#clock, this.#allTold(), limitMs);
    if (told === undefined) {
      this.#options.log(`${this.#outbox.length} events were not told to containerd`);
    }
    return told === true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#wakeUp?.();
    await this.#client?.close();
    await this.#pumping;
    this.#outbox.close();
  }

  async #allTold(): Promise<true> {
    while (this.#outbox.length > 0 && !this.#closed) {
      this.#pump();
      await this.#pumping;
    }
    return true;
  }

  #pump(): void {
    this.#pumping ??= this.#tellAll().then(() => {
      this.#pumping = undefined;
      // One that came as the last was told.
      if (this.#outbox.length > 0 && !this.#closed) this.#pump();
    });
  }

  async #tellAll(): Promise<void> {
    for (;;) {
      const event = this.#outbox.first;
      if (event === undefined || this.#closed) return;
      const { isTakenBack } = this.#options;
      const untold = event.endOf !== undefined && isTakenBack?.(event.endOf) === true;
      const failure = untold ? undefined : await this.#tell(event);
      if (failure === undefined) {
        this.#failures = 0;
        this.#outbox.done(event.number);
        continue;
      }
      this.#failures += 1;
      if (this.#failures === 1) {
        this.#options.log(`containerd is not told ${event.topic}: ${messageOf(failure.error)}`);
      }
      if (failure.refused && this.#failures >= ATTEMPTS_MAX) {
        this.#options.log(`${event.topic} is dropped after ${ATTEMPTS_MAX} attempts`);
        this.#failures = 0;
        this.#lost += 1;
        this.#outbox.done(event.number);
        continue;
      }
      await this.#pause(Math.min(this.#failures * 1000, WAIT_MS_MAX));
    }
  }

  /** @returns why not. refused: containerd answered; else nobody was there to take it */
  async #tell(event: OutboxEvent): Promise<{ error: unknown; refused: boolean } | undefined> {
    // A connection that containerd's end has closed is not found out before it is used: once more, on a new one.
    for (let fresh = this.#client === undefined || this.#client.over; ; fresh = true) {
      try {
        if (fresh) this.#client = await this.#dial();
        await this.#forward(event);
        return undefined;
      } catch (error) {
        const gone = error instanceof RuntimeError && error.code === 'unavailable';
        if (gone && !fresh) continue;
        if (gone) this.#client = undefined;
        return { error, refused: !gone };
      }
    }
  }

  #dial(): Promise<TtrpcClient> {
    const { dial = (path) => TtrpcClient.connect(path) } = this.#options;
    return dial(this.#path);
  }

  async #forward({ topic, typeUrl, value, atMs }: OutboxEvent): Promise<void> {
    const { namespace } = this.#options.containerd;
    const seconds = Math.floor(atMs / 1000);
    const timestamp = { seconds, nanos: Math.floor((atMs - seconds * 1000) * 1e6) };
    const envelope = { timestamp, namespace, topic, event: { typeUrl, value } };
    const options = { timeoutMs: FORWARD_MS, metadata: { [NAMESPACE_KEY]: namespace } };
    await this.#client?.call(`forward ${topic}`, FORWARD_METHOD, { envelope }, options);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(ms, () => this.#wakeUp?.());
      this.#wakeUp = () => {
        this.#wakeUp = undefined;
        cancel();
        resolve();
      };
    });
  }
}
