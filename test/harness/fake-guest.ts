/**
 * A guest's end of the link without a VM: the preamble and a gRPC server on one in-memory stream, whose
 * Streams are whatever the test makes of them. For hostile guests, which a real agent cannot play.
 */
import {
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { lcow } from '../../proto/generated/agent.js';
import { AgentChannel } from '../../runtime/guest/agent-channel.ts';
import { STREAMS, v1 } from '../../runtime/guest/methods.ts';

type HostFrame = lcow.agent.v1.HostFrame;
type GuestFrame = lcow.agent.v1.GuestFrame.$Properties;
export type AttachCall = ServerDuplexStream<HostFrame, GuestFrame>;
type ExecsRequest = lcow.agent.v1.ExecsRequest;
type ExecsReply = lcow.agent.v1.ExecsReply.$Properties;
export type ExecsCall = ServerDuplexStream<ExecsRequest, ExecsReply>;

export interface FakeGuest extends AsyncDisposable {
  readonly channel: AgentChannel;
  /** The guest's end of the stream, for breaking it. */
  readonly guestEnd: Socket;
}

/**
 * @param attach plays the guest's side of one Streams.Attach call
 * @param execs that of one Streams.Execs call; default: an agent that has none
 */
export async function fakeGuest(
  attach: (call: AttachCall) => void,
  execs?: (call: ExecsCall) => void,
): Promise<FakeGuest> {
  const folder = await mkdtemp(join(tmpdir(), 'lcow-fake-guest-'));
  const [hostEnd, guestEnd] = await socketPair(join(folder, 'stream.sock'));
  const server = new Server();
  const handlers = execs === undefined ? { attach } : { attach, execs };
  server.addService(SERVICE, handlers as unknown as UntypedServiceImplementation);
  server.createConnectionInjector(ServerCredentials.createInsecure()).injectConnection(guestEnd);
  const channel = await AgentChannel.open(hostEnd, join(folder, 'agent.sock'));
  return {
    channel,
    guestEnd,
    async [Symbol.asyncDispose]() {
      await channel[Symbol.asyncDispose]();
      server.forceShutdown();
      guestEnd.destroy();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const SERVICE: ServiceDefinition = {
  attach: {
    path: STREAMS.attach.path,
    requestStream: true,
    responseStream: true,
    requestSerialize: (frame: HostFrame) => Buffer.from(v1.HostFrame.encode(frame).finish()),
    requestDeserialize: (bytes: Buffer) => v1.HostFrame.decode(bytes),
    responseSerialize: (frame: GuestFrame) => Buffer.from(v1.GuestFrame.encode(frame).finish()),
    responseDeserialize: (bytes: Buffer) => v1.GuestFrame.decode(bytes),
  },
  execs: {
    path: STREAMS.execs.path,
    requestStream: true,
    responseStream: true,
    requestSerialize: (frame: ExecsRequest) => Buffer.from(v1.ExecsRequest.encode(frame).finish()),
    requestDeserialize: (bytes: Buffer) => v1.ExecsRequest.decode(bytes),
    responseSerialize: (frame: ExecsReply) => Buffer.from(v1.ExecsReply.encode(frame).finish()),
    responseDeserialize: (bytes: Buffer) => v1.ExecsReply.decode(bytes),
  },
};

/** Two connected sockets. */
export async function socketPair(path: string): Promise<[Socket, Socket]> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const dialled = createConnection(path);
  const other = await accepted;
  server.close();
  return [dialled, other];
}
