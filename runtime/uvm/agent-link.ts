/**
 * The link to one VM's agent over the VM's life: the current channel, and a new one whenever it breaks while the VM
 * lives. The agent keeps processes, unread output and exits meanwhile (docs/protocol.md §2). What the first
 * connection says to the agent (Hello, or nothing to one that was adopted) is the VM's matter.
 */
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { GuestListener } from '../../hcs/service.ts';
import { TimeLimit } from '../deadline.ts';
import { RuntimeError } from '../errors.ts';
import type { AgentChannel } from '../guest/agent-channel.ts';
import { beginLink } from '../guest/link.ts';

/** After a connection that failed before it served: the guest starts over at once, a broken host would spin. */
const RETRY_MS = 100;
/** From an accepted connection to both hellos. The guest waits as long. */
const HELLO_TIMEOUT_MS = 30_000;

/** Loads gRPC: 20 ms, for which a start has time while its VMM begins. */
export function prepareLink(): Promise<typeof import('../guest/agent-channel.ts')> {
  return import('../guest/agent-channel.ts');
}

export interface AgentLinkOptions {
  /** For the relay's private sockets; it exists. */
  readonly directory: string;
  readonly secret: Buffer;
  /** Aborts when the VM has ended or is let go, with the reason as a RuntimeError. */
  readonly over: AbortSignal;
}

export class AgentLink implements AsyncDisposable {
  readonly #listener: GuestListener;
  readonly #options: AgentLinkOptions;
  readonly #relinked = new Set<() => void>();
  #current: Promise<AgentChannel> | undefined;
  #channel: AgentChannel | undefined;
  #connections = 0;
  #closed = false;

  constructor(listener: GuestListener, options: AgentLinkOptions) {
    this.#listener = listener;
    this.#options = options;
  }

  /**
   * Makes the first connection, and from then on keeps the link.
   * @param proof the secret that the agent has already, if it has one
   * @param serve what is called on it before it counts
   */
  async begin(
    signal: AbortSignal,
    proof: Buffer | undefined,
    serve: (channel: AgentChannel) => Promise<void>,
  ): Promise<AgentChannel> {
    const channel = await this.#connect(signal, proof);
    await serve(channel);
    this.#current = Promise.resolve(channel);
    void this.#keep(channel);
    return channel;
  }

  /** The channel that serves, waiting for the next one while the link is broken. Rejects once the VM has ended. */
  current(): Promise<AgentChannel> {
    const { over } = this.#options;
    // The channel of a VM that has ended may not know it yet: whoever tries again on it would spin.
    if (over.aborted) return Promise.reject(over.reason as Error);
    return this.#current ?? Promise.reject(notLinked());
  }

  /** Runs after each new link, the first not counted. Returns what stops that. */
  onRelinked(run: () => void): () => void {
    this.#relinked.add(run);
    return () => this.#relinked.delete(run);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.#channel?.[Symbol.asyncDispose]();
  }

  async #connect(signal: AbortSignal, secret: Buffer | undefined): Promise<AgentChannel> {
    const { directory } = this.#options;
    const stream: Duplex = await this.#listener.accept(signal);
    await beginLink(stream, secret === undefined ? { signal } : { signal, secret });
    const { AgentChannel: Channel } = await prepareLink();
    const path = join(directory, `agent-${(this.#connections += 1)}.sock`);
    const channel = await Channel.open(stream, path);
    this.#channel = channel;
    if (this.#closed) {
      await channel[Symbol.asyncDispose]();
      throw notLinked();
    }
    return channel;
  }

  async #keep(first: AgentChannel): Promise<void> {
    for (let channel = first; ; ) {
      await channel.closed;
      if (this.#closed || this.#options.over.aborted) return;
      const next = this.#again(channel);
      next.catch(() => {});
      this.#current = next;
      try {
        channel = await next;
      } catch {
        return;
      }
      for (const run of [...this.#relinked]) run();
    }
  }

  async #again(broken: AgentChannel): Promise<AgentChannel> {
    await broken[Symbol.asyncDispose]().catch(() => {});
    const { over } = this.#options;
    for (;;) {
      try {
        using limit = new TimeLimit(HELLO_TIMEOUT_MS, over);
        return await this.#connect(limit.signal, this.#options.secret);
      } catch (error) {
        if (over.aborted) throw over.reason;
        if (this.#closed) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

function notLinked(): RuntimeError {
  return new RuntimeError('unavailable', 'call the agent', 'the VM is let go');
}
