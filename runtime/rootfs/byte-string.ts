/**
 * Names and paths of Linux file systems as JavaScript strings, without loss.
 *
 * A path in a tar or in ext4 is bytes, not Unicode, and an image may hold any of them. A *byte string* holds one
 * byte in each character (latin1), so it compares, splits and keys a Map like text, and turns back into the very bytes.
 */

/** The byte string of a range of bytes. */
export function byteString(bytes: Buffer, start = 0, end = bytes.length): string {
  return bytes.toString('latin1', start, end);
}

/** The byte string of ordinary text, encoded as UTF-8. */
export function byteStringOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** A byte string for people, quoted: decoded as UTF-8, control characters escaped, at most 200 characters. */
export function displayByteString(value: string): string {
  const text = Buffer.from(value.slice(0, 200), 'latin1').toString('utf8');
  return JSON.stringify(value.length > 200 ? `${text}...` : text);
}
