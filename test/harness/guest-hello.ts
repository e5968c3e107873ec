/** The guest's hello of docs/protocol.md §2, written independently of the host's codec. */
import { createHmac } from 'node:crypto';

export interface GuestHelloOptions {
  readonly status?: number;
  readonly version?: number;
  readonly secret?: Buffer;
}

export function guestHello(nonce: Buffer, options: GuestHelloOptions = {}): Buffer {
  const hello = Buffer.alloc(64);
  hello.write('lcowGUES', 0, 'latin1');
  hello.writeUInt32LE(options.version ?? 1, 8);
  hello.writeUInt32LE(options.status ?? 0, 12);
  nonce.copy(hello, 16);
  if (options.secret !== undefined) {
    const turned = Buffer.from(nonce.map((byte) => byte ^ 0xff));
    createHmac('sha256', options.secret).update(turned).digest().copy(hello, 32);
  }
  return hello;
}
