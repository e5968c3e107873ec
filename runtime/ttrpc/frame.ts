/**
 * The frames of ttrpc on buffers: 10 bytes of header (data length and stream id as big-endian u32, type,
 * flags), then the data. Pure: no sockets, no streams, no protobuf.
 * Follows PROTOCOL.md of github.com/containerd/ttrpc.
 */

export const HEADER_BYTES = 10;

/** The most data one frame may carry: 4 MiB. */
export const FRAME_DATA_BYTES_MAX = 4 << 20;

export const FRAME_TYPE = { request: 1, response: 2, data: 3 } as const;

/**
 * remoteClosed: the sender sends no more data on the stream. remoteOpen (requests only): data will follow.
 * noData (data frames only): there is no message in this frame, as opposed to an empty one.
 */
export const FRAME_FLAG = { remoteClosed: 0x01, remoteOpen: 0x02, noData: 0x04 } as const;

/** A frame as it stands on the wire; type and flags are whatever byte the peer wrote. */
export interface Frame {
  readonly kind: 'frame';
  readonly streamId: number;
  readonly type: number;
  readonly flags: number;
  readonly payload: Uint8Array;
}

/** A frame whose header announced more than 4 MiB: its data is skipped, never kept. */
export interface OversizeFrame {
  readonly kind: 'oversize';
  readonly streamId: number;
  readonly type: number;
  readonly flags: number;
  readonly lengthBytes: number;
}

/** The header of a frame with `lengthBytes` of data. */
export function encodeHeader(
  streamId: number,
  type: number,
  flags: number,
  lengthBytes: number,
): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  writeHeader(header, streamId, type, flags, lengthBytes);
  return header;
}

/** A whole frame. @throws RangeError for more data than a frame carries */
export function encodeFrame(
  streamId: number,
  type: number,
  flags: number,
  payload: Uint8Array,
): Buffer {
  if (payload.byteLength > FRAME_DATA_BYTES_MAX) {
    throw new RangeError(`${payload.byteLength} bytes do not fit a frame of ttrpc`);
  }
  const frame = Buffer.allocUnsafe(HEADER_BYTES + payload.byteLength);
  writeHeader(frame, streamId, type, flags, payload.byteLength);
  frame.set(payload, HEADER_BYTES);
  return frame;
}

function writeHeader(
  into: Buffer,
  streamId: number,
  type: number,
  flags: number,
  lengthBytes: number,
): void {
  into.writeUInt32BE(lengthBytes, 0);
  into.writeUInt32BE(streamId, 4);
  into[8] = type;
  into[9] = flags;
}

/**
 * Finds frames in chunks that are cut anywhere. Never throws, and holds at most one header and one frame's
 * data (4 MiB), whatever the peer sends.
 */
export class FrameDecoder {
  readonly #header = Buffer.allocUnsafeSlow(HEADER_BYTES);
  #headerBytes = 0;
  /** The data of a frame that spans chunks, once its header is whole. */
  #body: Buffer | undefined;
  #bodyBytes = 0;
  #skipBytes = 0;

  /** Bytes kept of a frame that is not whole yet. */
  get bufferedBytes(): number {
    return this.#headerBytes + (this.#body === undefined ? 0 : this.#bodyBytes);
  }

  /**
   * The frames that `chunk` completes, in order; an oversize one is told as soon as its header is read.
   * A payload may be a view of `chunk`, unless it is a small part of it: then it is a copy, so that one that
   * is kept does not keep the chunk's memory.
   */
  push(chunk: Uint8Array): (Frame | OversizeFrame)[] {
    const out: (Frame | OversizeFrame)[] = [];
    let at = 0;
    while (at < chunk.byteLength) {
      if (this.#skipBytes > 0) {
        const skipped = Math.min(this.#skipBytes, chunk.byteLength - at);
        this.#skipBytes -= skipped;
        at += skipped;
      } else if (this.#body !== undefined) {
        at += this.#fill(this.#body, chunk, at, out);
      } else {
        const wanted = Math.min(HEADER_BYTES - this.#headerBytes, chunk.byteLength - at);
        this.#header.set(chunk.subarray(at, at + wanted), this.#headerBytes);
        this.#headerBytes += wanted;
        at += wanted;
        if (this.#headerBytes === HEADER_BYTES) at += this.#begin(chunk, at, out);
      }
    }
    return out;
  }

  /** The header is whole: takes the data from the chunk when it is all there. Returns the bytes taken. */
  #begin(chunk: Uint8Array, at: number, out: (Frame | OversizeFrame)[]): number {
    const lengthBytes = this.#header.readUInt32BE(0);
    if (lengthBytes > FRAME_DATA_BYTES_MAX) {
      const { streamId, type, flags } = this.#take();
      out.push({ kind: 'oversize', streamId, type, flags, lengthBytes });
      this.#skipBytes = lengthBytes;
      return 0;
    }
    if (lengthBytes <= chunk.byteLength - at) {
      out.push({ kind: 'frame', ...this.#take(), payload: view(chunk, at, lengthBytes) });
      return lengthBytes;
    }
    this.#body = Buffer.allocUnsafeSlow(lengthBytes);
    this.#bodyBytes = 0;
    return 0;
  }

  #fill(body: Buffer, chunk: Uint8Array, at: number, out: (Frame | OversizeFrame)[]): number {
    const taken = Math.min(body.byteLength - this.#bodyBytes, chunk.byteLength - at);
    body.set(chunk.subarray(at, at + taken), this.#bodyBytes);
    this.#bodyBytes += taken;
    if (this.#bodyBytes === body.byteLength) {
      this.#body = undefined;
      out.push({ kind: 'frame', ...this.#take(), payload: body });
    }
    return taken;
  }

  #take(): { streamId: number; type: number; flags: number } {
    this.#headerBytes = 0;
    return {
      streamId: this.#header.readUInt32BE(4),
      type: this.#header[8] ?? 0,
      flags: this.#header[9] ?? 0,
    };
  }
}

function view(chunk: Uint8Array, at: number, lengthBytes: number): Uint8Array {
  const part = Buffer.from(chunk.buffer, chunk.byteOffset + at, lengthBytes);
  if (lengthBytes * 4 >= chunk.buffer.byteLength) return part;
  const copy = Buffer.allocUnsafeSlow(lengthBytes);
  copy.set(part);
  return copy;
}
