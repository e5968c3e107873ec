/** JSON text from outside, bounded before it is parsed. Shapes are the decode-*.ts files' business. */
import { HcsError } from '../hcs-error.ts';
import { LIMITS } from './decoder.ts';

/**
 * Parses `text`.
 * @throws HcsError HCS_E_INVALID_JSON when it is not JSON or is longer than LIMITS.documentBytes
 */
export function parseJsonText(text: string | Uint8Array, op: string): unknown {
  const bytes = typeof text === 'string' ? Buffer.byteLength(text) : text.byteLength;
  if (bytes > LIMITS.documentBytes) {
    const message = `the JSON text has ${bytes} bytes: at most ${LIMITS.documentBytes}`;
    throw new HcsError(op, 'HCS_E_INVALID_JSON', [{ Message: message }]);
  }
  try {
    return JSON.parse(typeof text === 'string' ? text : Buffer.from(text).toString('utf8'));
  } catch (cause) {
    const message = `the text is not JSON: ${(cause as Error).message}`;
    throw new HcsError(op, 'HCS_E_INVALID_JSON', [{ Message: message }], { cause });
  }
}
