/**
 * stdout of a guest process past the agent's link: over a port of its own, carried by a program of this host
 * (docs/protocol.md §3). Contract only.
 */

/** Where the bytes come from. */
export interface CarriageSource {
  /** A Unix socket that takes one connection at a time. */
  readonly socketPath: string;
  /** 16 bytes that both sides say first. */
  readonly nonce: Buffer;
}

/** The program. It is connected to the socket. */
export interface Carriage {
  /** Everything below `offset`, which is where the guest begins, was handed on by others. Once. */
  begin(offset: number): void;
  /** It ends soon, and has written down where it came to. Idempotent. */
  stop(): void;
  /** Resolves when it has ended, whyever, to the first byte that is not handed on. */
  readonly ended: Promise<number>;
}
