/**
 * The stream that CRI's Exec gives a URL for, as `kubectl exec` uses it: a WebSocket (RFC 6455) with Kubernetes'
 * subprotocol, in which each message begins with the number of its channel. Not a WebSocket library: short messages,
 * one frame each.
 */
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import type { Duplex } from 'node:stream';

const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, status: 3 } as const;
const BINARY_FRAME = 2;
const CLOSE_FRAME = 8;

export interface ExecOutcome {
  readonly stdout: string;
  readonly stderr: string;
  /** Kubernetes' Status object: `status` is "Success" or "Failure". */
  readonly status: Readonly<Record<string, unknown>>;
}

/** Sends `input`, and resolves when the other end closes. */
export async function execStream(url: string, input: string): Promise<ExecOutcome> {
  const socket = await upgrade(url);
  const text = ['', '', '', ''];
  let pending = Buffer.alloc(0);
  if (input !== '') {
    socket.write(frame(Buffer.concat([Buffer.from([CHANNEL.stdin]), Buffer.from(input)])));
  }
  for await (const chunk of socket) {
    pending = Buffer.concat([pending, chunk as Buffer]);
    for (;;) {
      const found = readFrame(pending);
      if (found === undefined) break;
      pending = pending.subarray(found.length);
      if (found.opcode === CLOSE_FRAME) socket.end();
      const channel = found.payload[0] ?? 0;
      if (found.opcode === BINARY_FRAME) text[channel] += found.payload.subarray(1).toString();
    }
  }
  const status = text[CHANNEL.status] ?? '';
  return {
    stdout: text[CHANNEL.stdout] ?? '',
    stderr: text[CHANNEL.stderr] ?? '',
    status: status === '' ? {} : (JSON.parse(status) as Record<string, unknown>),
  };
}

function upgrade(url: string): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const asked = request(url, {
      headers: {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
        'Sec-WebSocket-Protocol': 'v4.channel.k8s.io',
      },
    });
    asked.on('upgrade', (_response, socket, head) => {
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    asked.on('response', ({ statusCode }) => reject(new Error(`no upgrade but ${statusCode}`)));
    asked.on('error', reject);
    asked.end();
  });
}

/** A client's frames are masked. */
function frame(payload: Buffer): Buffer {
  const mask = randomBytes(4);
  const masked = payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0));
  const short = payload.length < 126;
  const header = Buffer.alloc(short ? 2 : 4);
  header[0] = 0x80 | BINARY_FRAME;
  header[1] = 0x80 | (short ? payload.length : 126);
  if (!short) header.writeUInt16BE(payload.length, 2);
  return Buffer.concat([header, mask, masked]);
}

function readFrame(bytes: Buffer): { opcode: number; payload: Buffer; length: number } | undefined {
  if (bytes.length < 2) return undefined;
  const size = (bytes[1] ?? 0) & 0x7f;
  const start = size === 126 ? 4 : size === 127 ? 10 : 2;
  if (bytes.length < start) return undefined;
  const wide = size === 126 ? bytes.readUInt16BE(2) : size;
  const payloadBytes = size === 127 ? Number(bytes.readBigUInt64BE(2)) : wide;
  const length = start + payloadBytes;
  if (bytes.length < length) return undefined;
  return { opcode: (bytes[0] ?? 0) & 0x0f, payload: bytes.subarray(start, length), length };
}
