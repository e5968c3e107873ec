/**
 * Frames of Attach as the supervisor sends them: output is encoded by hand, once for all who receive it, everything
 * else by the generated code. The bytes are those of proto/supervisor.proto's ServerFrame.
 */
import { lcow } from '../../proto/generated/supervisor.js';
import type { OutputStream } from '../task/process-io.ts';

const v1 = lcow.supervisor.v1;

/** A frame to be sent; what was received is v1.ServerFrame. */
export type ServerFrame = lcow.supervisor.v1.ServerFrame.$Properties;

/** A ServerFrame that is encoded already. */
export class EncodedFrame {
  readonly data: Buffer;

  constructor(data: Buffer) {
    this.data = data;
  }
}

/** ServerFrame{stdout|stderr: Bytes{offset, bytes}}, with one copy of the bytes. */
export function encodeOutput(
  stream: OutputStream,
  offset: number,
  bytes: Uint8Array,
): EncodedFrame {
  const offsetBytes = offset === 0 ? 0 : 1 + varintBytes(offset);
  const innerBytes = offsetBytes + 1 + varintBytes(bytes.length) + bytes.length;
  const data = Buffer.allocUnsafeSlow(1 + varintBytes(innerBytes) + innerBytes);
  let at = 0;
  data[at++] = stream === 'stdout' ? 0x12 : 0x1a;
  at = writeVarint(data, at, innerBytes);
  if (offset !== 0) {
    data[at++] = 0x08;
    at = writeVarint(data, at, offset);
  }
  data[at++] = 0x12;
  at = writeVarint(data, at, bytes.length);
  data.set(bytes, at);
  return new EncodedFrame(data);
}

/** What protobufjs generates, but for frames that are encoded already. */
export const SERVER_FRAME = {
  encode: (frame: ServerFrame | EncodedFrame): { finish(): Uint8Array } =>
    frame instanceof EncodedFrame ? { finish: () => frame.data } : v1.ServerFrame.encode(frame),
  decode: (bytes: Uint8Array): lcow.supervisor.v1.ServerFrame => v1.ServerFrame.decode(bytes),
};

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) bytes += 1;
  return bytes;
}

function writeVarint(data: Buffer, from: number, value: number): number {
  let at = from;
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) data[at++] = (rest % 128) | 0x80;
  data[at++] = rest;
  return at;
}
