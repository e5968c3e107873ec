/**
 * What a parked supervisor and the daemon say to each other, a line of JSON each, over the socket that the one inherits
 * from the other. Its end tells each of the other's: who is parked ends with the daemon, who was claimed does not.
 */
import type { Socket } from 'node:net';

/** The descriptor that is inherited. */
export const CHANNEL_FD = 3;
const LINE_LENGTH_MAX = 64 * 1024;

/** Of a parked supervisor. */
export type ParkedMessage =
  /** It can be claimed; what it takes of the host's memory. */
  | { readonly free: true; readonly memoryBytes: number }
  /** Somebody came for it; its VM is still nobody's. */
  | { readonly claiming: string }
  /** It is the pod's now, and nothing of the pool's. */
  | { readonly claimed: string }
  /** It ends, for this. */
  | { readonly failed: string };

/** How one is started: second argument, as JSON. */
export interface ParkedArguments {
  readonly where: { readonly data: string; readonly run: string };
  /** As PoolShape. */
  readonly shape: object;
  readonly key: string;
  /** Of each image that is expected, the disks of its layers. */
  readonly images: readonly (readonly string[])[];
  /** Of the compute system. */
  readonly vm: string;
}

/** Calls back for each line that is an object. What is none ends the connection. */
export function readLines(socket: Socket, onLine: (value: Record<string, unknown>) => void): void {
  let text = '';
  socket.setEncoding('utf8');
  socket.on('data', (piece: string) => {
    text += piece;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      const line = text.slice(0, end);
      text = text.slice(end + 1);
      const value = parse(line);
      if (value === undefined) socket.destroy();
      else onLine(value);
    }
    if (text.length > LINE_LENGTH_MAX) socket.destroy();
  });
}

export function writeLine(socket: Socket, value: object): void {
  if (!socket.destroyed) socket.write(`${JSON.stringify(value)}\n`);
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
