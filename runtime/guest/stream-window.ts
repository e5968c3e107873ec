/** The limits of a process's bytes under way, each direction and stream (proto/agent.proto, Streams). */
import { RuntimeError } from '../errors.ts';

/** Unacknowledged bytes that a direction may have under way. */
export const WINDOW_BYTES = 1024 * 1024;
/** Largest piece of data in a frame. */
export const CHUNK_BYTES = 64 * 1024;

/** The error of streams that must be attached to again. */
export function unavailable(what: string): RuntimeError {
  return new RuntimeError('unavailable', 'carry the streams of a process', what);
}

/** The error of a guest that breaks the rules. */
export function broken(what: string): RuntimeError {
  return new RuntimeError('data-loss', 'carry the streams of a process', what);
}
