/** Failures of the host's file system as errors of the runtime: a full disk is not a missing right, and neither is a bug. */
import { type ErrorCode, messageOf, RuntimeError } from '../errors.ts';

const CODES: Readonly<Record<string, ErrorCode>> = {
  EEXIST: 'already-exists',
  ENOENT: 'not-found',
  EACCES: 'permission-denied',
  EPERM: 'permission-denied',
  EROFS: 'permission-denied',
  ENOSPC: 'resource-exhausted',
  EDQUOT: 'resource-exhausted',
  EFBIG: 'resource-exhausted',
  EMFILE: 'resource-exhausted',
};

/** Wrap what a file operation threw; a RuntimeError stays as it is. */
export function ioError(op: string, error: unknown): RuntimeError {
  if (error instanceof RuntimeError) return error;
  const { code } = error as NodeJS.ErrnoException;
  return new RuntimeError(CODES[code ?? ''] ?? 'internal', op, messageOf(error), { cause: error });
}
