/**
 * The one error of the runtime: a code from a closed list, what was attempted, and what is so.
 * One table maps codes to process exit status and to gRPC/ttrpc status numbers.
 */

export type ErrorCode = keyof typeof ERROR_TABLE;

/** exit: what a command of ours exits with. grpc: the status number that callers over RPC see. */
export const ERROR_TABLE = {
  'invalid-argument': { exit: 125, grpc: 3 },
  'not-found': { exit: 125, grpc: 5 },
  'already-exists': { exit: 125, grpc: 6 },
  'permission-denied': { exit: 125, grpc: 7 },
  'resource-exhausted': { exit: 125, grpc: 8 },
  'invalid-state': { exit: 125, grpc: 9 },
  cancelled: { exit: 130, grpc: 1 },
  timeout: { exit: 125, grpc: 4 },
  unsupported: { exit: 125, grpc: 12 },
  unavailable: { exit: 125, grpc: 14 },
  'data-loss': { exit: 125, grpc: 15 },
  internal: { exit: 125, grpc: 13 },
  /** The container's command is not there: a shell's 127. */
  'command-not-found': { exit: 127, grpc: 9 },
  /** The container's command is there but cannot be invoked: a shell's 126. */
  'command-not-invocable': { exit: 126, grpc: 9 },
} as const;

/** By google.rpc.Code: what its errors become here; 0 (OK) never is one. */
const CODE_OF_STATUS: readonly ErrorCode[] = [
  'internal',
  'cancelled',
  'internal',
  'invalid-argument',
  'timeout',
  'not-found',
  'already-exists',
  'permission-denied',
  'resource-exhausted',
  'invalid-state',
  'unavailable',
  'invalid-argument',
  'unsupported',
  'internal',
  'unavailable',
  'data-loss',
  'permission-denied',
];

/** The code of a gRPC or ttrpc status number; of one that nobody knows, internal. */
export function errorCodeOf(status: number): ErrorCode {
  return CODE_OF_STATUS[status] ?? 'internal';
}

/**
 * An operation failed. The message reads "cannot <op>: <what is so>" and names the value.
 * `details` carries structured context (never needed to understand the message).
 */
export class RuntimeError extends Error {
  override readonly name = 'RuntimeError';
  readonly code: ErrorCode;
  readonly op: string;

  constructor(code: ErrorCode, op: string, what: string, options?: ErrorOptions) {
    super(`cannot ${op}: ${what}`, options);
    this.code = code;
    this.op = op;
  }
}

/** What a message says of why `op` failed, without saying again that it did. */
export function withoutOp(op: string, message: string): string {
  const prefix = `cannot ${op}: `;
  return message.startsWith(prefix) ? message.slice(prefix.length) : message;
}

/** The exit status for an error that ends a command of ours. */
export function exitStatusOf(error: unknown): number {
  return error instanceof RuntimeError ? ERROR_TABLE[error.code].exit : 125;
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
