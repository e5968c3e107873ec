/** Turns a gRPC failure of the agent into a RuntimeError. */
import type { ServiceError } from '@grpc/grpc-js';
import { type ErrorCode, errorCodeOf, messageOf, RuntimeError, withoutOp } from '../errors.ts';

/** The guest's text in an error is bounded: it is the guest's to choose. */
const MESSAGE_LIMIT = 2048;

/** The error of a call named `op` that the agent or the channel failed. */
export function fromGrpc(op: string, error: unknown): RuntimeError {
  if (!isServiceError(error)) {
    return new RuntimeError('internal', op, messageOf(error), { cause: error });
  }
  const cause = error.metadata?.get('lcow-cause')[0]?.toString() ?? '';
  return fromStatus(op, error.code, error.details || error.message, cause, { cause: error });
}

/**
 * The error of a status that the agent told.
 * @param cause its `lcow-cause`; empty: none
 */
export function fromStatus(
  op: string,
  status: number,
  message: string,
  cause: string,
  options?: ErrorOptions,
): RuntimeError {
  const code = invocationCause(cause) ?? errorCodeOf(status);
  // The agent names what it was asked for as we do.
  return new RuntimeError(code, op, withoutOp(op, printable(message)), options);
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && typeof (error as Partial<ServiceError>).code === 'number';
}

function invocationCause(cause: string): ErrorCode | undefined {
  switch (cause) {
    case 'exec-not-found':
      return 'command-not-found';
    case 'exec-not-permitted':
      return 'command-not-invocable';
    default:
      return undefined;
  }
}

/** Control characters out, length bounded: text of the guest must not drive the user's terminal. */
function printable(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.slice(0, MESSAGE_LIMIT).replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
}
