/**
 * The gRPC channel to one guest's agent over an accepted stream: unary calls with deadlines, and the
 * streams. When the link breaks, every call under way fails with `unavailable`; the channel never redials.
 */
import {
  Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  type ClientWritableStream,
  credentials,
  Metadata,
} from '@grpc/grpc-js';
import type { Duplex } from 'node:stream';
import { RuntimeError } from '../errors.ts';
import { CALL_TIMEOUT_MS } from './call-timeout.ts';
import type { Method } from './methods.ts';
import { openRelay, type Relay } from './relay.ts';
import { fromGrpc } from './status.ts';

/** What a message of the guest may weigh; also what we send (proto/agent.proto). */
export const MESSAGE_LIMIT_BYTES = 4 * 1024 * 1024;

export interface CallOptions {
  /** Default CALL_TIMEOUT_MS; Infinity for calls that wait on the user's program. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export class AgentChannel implements AsyncDisposable {
  /** Settles when the link broke or was closed. */
  readonly closed: Promise<void>;
  readonly #client: Client;
  readonly #relay: Relay;

  private constructor(client: Client, relay: Relay, stream: Duplex) {
    this.#client = client;
    this.#relay = relay;
    this.closed = new Promise((resolve) => stream.once('close', () => resolve()));
  }

  /** @param socketPath where the relay's private socket may be made; see relay.ts */
  static async open(stream: Duplex, socketPath: string): Promise<AgentChannel> {
    const relay = await openRelay(stream, socketPath);
    const client = new Client(relay.target, credentials.createInsecure(), {
      'grpc.default_authority': 'agent',
      'grpc.max_receive_message_length': MESSAGE_LIMIT_BYTES,
      'grpc.max_send_message_length': MESSAGE_LIMIT_BYTES,
      'grpc.enable_retries': 0,
      'grpc.enable_channelz': 0,
      'grpc.use_local_subchannel_pool': 1,
      'grpc.enable_http_proxy': 0,
      'grpc.service_config_disable_resolution': 1,
      // Room for several streams at their full window of 1 MiB (docs/protocol.md §3).
      'grpc-node.flow_control_window': 8 * 1024 * 1024,
    });
    return new AgentChannel(client, relay, stream);
  }

  /** @throws RuntimeError by the agent's status; `unavailable` when the link is broken */
  call<Request, Response>(
    op: string,
    method: Method<Request, Response>,
    request: Request,
    options: CallOptions = {},
  ): Promise<Response> {
    const { timeoutMs = CALL_TIMEOUT_MS, signal } = options;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(new RuntimeError('cancelled', op, 'it was cancelled', { cause: signal.reason }));
        return;
      }
      const onAbort = (): void => call.cancel();
      const call = this.#client.makeUnaryRequest(
        method.path,
        method.encode,
        method.decode,
        request,
        new Metadata(),
        Number.isFinite(timeoutMs) ? { deadline: Date.now() + timeoutMs } : {},
        (error, response) => {
          signal?.removeEventListener('abort', onAbort);
          if (error) reject(fromGrpc(op, error));
          else resolve(response as Response);
        },
      );
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  duplex<Request, Response>(
    method: Method<Request, Response>,
  ): ClientDuplexStream<Request, Response> {
    return this.#client.makeBidiStreamRequest(method.path, method.encode, method.decode);
  }

  serverStream<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
  ): ClientReadableStream<Response> {
    return this.#client.makeServerStreamRequest(method.path, method.encode, method.decode, request);
  }

  clientStream<Request, Response>(
    method: Method<Request, Response>,
    done: (error: Error | null, response?: Response) => void,
  ): ClientWritableStream<Request> {
    return this.#client.makeClientStreamRequest(method.path, method.encode, method.decode, done);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.close();
    await this.#relay[Symbol.asyncDispose]();
  }
}
