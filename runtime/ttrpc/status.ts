/**
 * Errors across ttrpc: a RuntimeError as google.rpc.Status and back. The message follows containerd's
 * convention, `<text>: <what containerd's errdefs calls it>`, which its clients strip.
 */
import { ttrpc } from '../../proto/generated/ttrpc.js';
import { ERROR_TABLE, type ErrorCode, errorCodeOf, messageOf, RuntimeError } from '../errors.ts';

/** google.rpc.Code, as far as the transport itself answers with them. */
export const STATUS_UNKNOWN = 2;

/** By google.rpc.Code: the text that containerd's errdefs gives the error, and looks for at the end. */
const ERRDEFS_TEXTS: Readonly<Record<number, string>> = {
  3: 'invalid argument',
  5: 'not found',
  6: 'already exists',
  9: 'failed precondition',
  12: 'not implemented',
  14: 'unavailable',
};

/** Several of our codes share a status number (the command was not found, cannot be invoked): told beside it. */
const CODE_DETAIL = 'lcow/error-code';

/** Characters of a message that go on the wire, and that are taken from it: it may be a guest's text. */
const MESSAGE_LIMIT = 16_384;

/** What a call that threw `error` is answered with. What is not a RuntimeError is UNKNOWN, its message kept. */
export function toStatus(error: unknown): ttrpc.IStatus {
  const text = messageOf(error).slice(0, MESSAGE_LIMIT);
  if (!(error instanceof RuntimeError)) return { code: STATUS_UNKNOWN, message: text };
  const code = ERROR_TABLE[error.code].grpc;
  const suffix = ERRDEFS_TEXTS[code];
  const message =
    suffix === undefined || text.endsWith(`: ${suffix}`) ? text : `${text}: ${suffix}`;
  if (errorCodeOf(code) === error.code) return { code, message };
  const detail = { typeUrl: CODE_DETAIL, value: Buffer.from(error.code) };
  return { code, message, details: [detail] };
}

/** The error of the call `op` that was answered with `status`; the peer's text without errdefs' suffix. */
export function fromStatus(op: string, status: ttrpc.IStatus): RuntimeError {
  const number = status.code ?? 0;
  const code = codeDetail(status) ?? errorCodeOf(number);
  return new RuntimeError(code, op, withoutSuffix(number, status.message ?? ''));
}

/** The status of an error of the transport's own, in the words of the ttrpc of containerd. */
export function transportStatus(code: ErrorCode, message: string): ttrpc.IStatus {
  return { code: ERROR_TABLE[code].grpc, message };
}

function withoutSuffix(code: number, message: string): string {
  const suffix = ERRDEFS_TEXTS[code];
  const text = message.slice(0, MESSAGE_LIMIT);
  if (suffix === undefined) return text === '' ? `status ${code}` : text;
  return text.endsWith(`: ${suffix}`) ? text.slice(0, -suffix.length - 2) : text || suffix;
}

function codeDetail(status: ttrpc.IStatus): ErrorCode | undefined {
  const value = status.details?.find(({ typeUrl }) => typeUrl === CODE_DETAIL)?.value;
  if (value == null || value.byteLength > 64) return undefined;
  const text = Buffer.from(value).toString();
  const known = Object.hasOwn(ERROR_TABLE, text) ? (text as ErrorCode) : undefined;
  // A peer may refine its status, not contradict it.
  return known !== undefined && ERROR_TABLE[known].grpc === status.code ? known : undefined;
}
