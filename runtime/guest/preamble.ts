/**
 * The preamble of a link (docs/protocol.md §2): pure codec on buffers, and the search for a hello among
 * bytes of an earlier connection. It reads no sockets.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

export const HELLO_BYTES = 64;
export const PROTOCOL_VERSION = 1;
/** What a side discards before the other's hello until it gives up. */
export const DISCARD_LIMIT_BYTES = 4 * 1024 * 1024;

const HOST_MAGIC = Buffer.from('lcowHOST', 'latin1');
const GUEST_MAGIC = Buffer.from('lcowGUES', 'latin1');
const NO_PROOF = Buffer.alloc(32);

/** What a guest's hello says. */
export type GuestHello =
  | { readonly status: 'accepted'; readonly proof: Buffer }
  | {
      readonly status: 'version-not-supported' | 'proof-wrong' | 'unknown';
      readonly version: number;
    };

/** The host's hello. `secret` absent: a VM's first connection. */
export function encodeHostHello(nonce: Buffer, secret?: Buffer): Buffer {
  const hello = Buffer.alloc(HELLO_BYTES);
  HOST_MAGIC.copy(hello, 0);
  hello.writeUInt32LE(PROTOCOL_VERSION, 8);
  nonce.copy(hello, 16);
  if (secret !== undefined) hostProof(secret, nonce).copy(hello, 32);
  return hello;
}

/**
 * Looks for the guest's hello that echoes `nonce`.
 * Returns where it starts, or -1 and how many leading bytes can be dropped because no hello starts there.
 */
export function findGuestHello(bytes: Buffer, nonce: Buffer): { at: number; droppable: number } {
  for (let from = 0; ; ) {
    const at = bytes.indexOf(GUEST_MAGIC, from);
    if (at < 0) return { at: -1, droppable: Math.max(from, bytes.length - GUEST_MAGIC.length + 1) };
    if (bytes.length - at < HELLO_BYTES) return { at: -1, droppable: at };
    if (bytes.subarray(at + 16, at + 32).equals(nonce)) return { at, droppable: at };
    from = at + 1;
  }
}

/** Decodes the 64 bytes that findGuestHello found. */
export function decodeGuestHello(hello: Buffer): GuestHello {
  const version = hello.readUInt32LE(8);
  const status = hello.readUInt32LE(12);
  if (status === 0 && version === PROTOCOL_VERSION) {
    return { status: 'accepted', proof: Buffer.from(hello.subarray(32, 64)) };
  }
  if (status === 1) return { status: 'version-not-supported', version };
  if (status === 2) return { status: 'proof-wrong', version };
  return { status: 'unknown', version };
}

/** Whether the guest's proof shows that it knows the secret (or, without one, is empty). */
export function guestProofHolds(proof: Buffer, nonce: Buffer, secret?: Buffer): boolean {
  const expected = secret === undefined ? NO_PROOF : guestProof(secret, nonce);
  return proof.length === expected.length && timingSafeEqual(proof, expected);
}

function hostProof(secret: Buffer, nonce: Buffer): Buffer {
  return createHmac('sha256', secret).update(nonce).digest();
}

function guestProof(secret: Buffer, nonce: Buffer): Buffer {
  const turned = Buffer.from(nonce.map((byte) => byte ^ 0xff));
  return createHmac('sha256', secret).update(turned).digest();
}
