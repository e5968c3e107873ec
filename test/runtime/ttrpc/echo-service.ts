/** A service of every kind of method, and sockets to serve it on, for the tests of this folder. */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ttrpc } from '../../../proto/generated/ttrpc.js';
import { RuntimeError } from '../../../runtime/errors.ts';
import { FrameDecoder, type Frame, type OversizeFrame } from '../../../runtime/ttrpc/frame.ts';
import {
  handle,
  handleStream,
  type Handler,
  streamMethod,
  unaryMethod,
} from '../../../runtime/ttrpc/method.ts';
import { rejection } from '../../harness/rejection.ts';

/** A message that is its bytes. One that begins with 0xff is not one. */
export const Raw = {
  encode: (bytes: Uint8Array) => ({ finish: () => bytes }),
  decode: (bytes: Uint8Array): Uint8Array => {
    if (bytes[0] === 0xff) throw new Error('0xff begins no message');
    return bytes;
  },
};

const { KeyValue } = ttrpc;
const SERVICE = 'test.Echo';

export const ECHO = {
  echo: unaryMethod(SERVICE, 'Echo', Raw, Raw),
  /** Answers key=value pairs of the call's metadata in one string. */
  metadata: unaryMethod(SERVICE, 'Metadata', KeyValue, KeyValue),
  /** Answers when the signal aborts, with its reason's code. */
  hang: unaryMethod(SERVICE, 'Hang', Raw, Raw),
  fail: unaryMethod(SERVICE, 'Fail', KeyValue, KeyValue),
  collect: streamMethod(SERVICE, 'Collect', 'client-stream', Raw, Raw),
  /** Sends the request as often as its length says. */
  repeat: streamMethod(SERVICE, 'Repeat', 'server-stream', Raw, Raw),
  chat: streamMethod(SERVICE, 'Chat', 'bidi-stream', Raw, Raw),
} as const;

/** Handlers for all of them but fail and hang, which the tests give. */
export function echoHandlers(more: readonly Handler[] = []): Handler[] {
  return [
    handle(ECHO.echo, (request) => request),
    handle(ECHO.metadata, (_, { metadata }) => {
      const pairs = [...metadata].map(([key, values]) => `${key}=${values.join(',')}`);
      return KeyValue.create({ key: pairs.join(';') });
    }),
    handleStream(ECHO.collect, async (stream) => {
      const parts: Uint8Array[] = [];
      for await (const part of stream) parts.push(part);
      return Buffer.concat(parts);
    }),
    handleStream(ECHO.repeat, async (stream) => {
      const message = (await stream.receive()) ?? Buffer.alloc(0);
      for (let i = 0; i < message.byteLength; i += 1) await stream.send(message);
    }),
    handleStream(ECHO.chat, async (stream) => {
      for await (const message of stream) await stream.send(message);
    }),
    ...more,
  ];
}

/** Two ends of one Unix socket connection. */
export async function socketPair(): Promise<{ client: Socket; server: Socket }> {
  const folder = mkdtempSync(join(tmpdir(), 'lcow-ttrpc-'));
  const path = join(folder, 's');
  try {
    return await new Promise((resolve, reject) => {
      const listener = createServer();
      listener.once('error', reject);
      listener.listen(path, () => {
        const client = connect(path);
        client.once('error', reject);
        listener.once('connection', (server) => {
          listener.close();
          client.removeListener('error', reject);
          for (const end of [client, server]) end.on('error', () => undefined);
          resolve({ client, server });
        });
      });
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Reads frames off a raw socket, for tests that are the other side by hand. */
export class FrameReader {
  readonly #decoder = new FrameDecoder();
  readonly #frames: (Frame | OversizeFrame)[] = [];
  #wake: (() => void) | undefined;
  #over = false;

  constructor(socket: Socket) {
    socket.on('data', (chunk: Buffer) => {
      this.#frames.push(...this.#decoder.push(chunk));
      this.#wake?.();
    });
    socket.on('close', () => {
      this.#over = true;
      this.#wake?.();
    });
  }

  /** The next frame. @throws Error when the socket closes before it */
  async next(): Promise<Frame> {
    for (;;) {
      const frame = this.#frames.shift();
      if (frame?.kind === 'frame') return frame;
      if (frame !== undefined) throw new Error('an oversize frame came');
      if (this.#over) throw new Error('the connection closed');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** The bytes of a Request message. */
export function requestBytes(fields: ttrpc.IRequest): Uint8Array {
  return ttrpc.Request.encode(fields).finish();
}

/** The RuntimeError that `promise` rejects with. */
export async function expectRejection(promise: Promise<unknown>): Promise<RuntimeError> {
  const error = await rejection(promise);
  if (error instanceof RuntimeError) return error;
  throw new Error(`expected a RuntimeError, got ${String(error)}`, { cause: error });
}
