/**
 * pax extended header records ("<length> <key>=<value>\n"): a pure codec over the bytes of one 'x' entry.
 */
import { byteString, displayByteString } from './byte-string.ts';
import { TarFormatError } from './tar-header.ts';

/** Decode the records, later ones replacing earlier ones. Keys are byte strings, values bytes. */
export function decodePaxRecords(bytes: Buffer): Map<string, Buffer> {
  const records = new Map<string, Buffer>();
  let at = 0;
  while (at < bytes.length) {
    const space = bytes.indexOf(0x20, at);
    const digits = space === -1 ? '' : byteString(bytes, at, space);
    if (!/^[0-9]{1,9}$/.test(digits)) {
      throw new TarFormatError(`pax record at byte ${at} has no length`);
    }
    const end = at + Number(digits);
    if (end <= space + 1 || end > bytes.length || bytes[end - 1] !== 0x0a) {
      throw new TarFormatError(`pax record at byte ${at} has the wrong length ${digits}`);
    }
    const equals = bytes.indexOf(0x3d, space + 1);
    if (equals === -1 || equals >= end || equals === space + 1) {
      throw new TarFormatError(`pax record at byte ${at} has no key`);
    }
    const key = byteString(bytes, space + 1, equals);
    records.set(key, Buffer.from(bytes.subarray(equals + 1, end - 1)));
    at = end;
  }
  return records;
}

/** Encode records in the map's order. */
export function encodePaxRecords(records: ReadonlyMap<string, Buffer>): Buffer {
  const parts: Buffer[] = [];
  for (const [key, value] of records) {
    const rest = key.length + value.length + 3;
    let length = rest + String(rest).length;
    if (rest + String(length).length !== length) length = rest + String(length).length;
    parts.push(Buffer.from(`${length} ${key}=`, 'latin1'), value, Buffer.from('\n'));
  }
  return Buffer.concat(parts);
}

/** A non-negative whole number, as pax writes size, uid and gid. */
export function paxInteger(records: ReadonlyMap<string, Buffer>, key: string): number | undefined {
  const value = records.get(key);
  if (value === undefined || value.length === 0) return undefined;
  const text = byteString(value);
  const number = /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(number)) {
    throw new TarFormatError(`pax record ${key} is not a number: ${displayByteString(text)}`);
  }
  return number;
}

/** A time as pax writes it: decimal seconds, possibly negative, with a fraction. Digits beyond nanoseconds are cut. */
export function paxTime(
  records: ReadonlyMap<string, Buffer>,
  key: string,
): { seconds: number; nanoseconds: number } | undefined {
  const value = records.get(key);
  if (value === undefined || value.length === 0) return undefined;
  const text = byteString(value);
  const match = /^(-?)([0-9]{1,15})(?:\.([0-9]*))?$/.exec(text);
  if (match === null) {
    throw new TarFormatError(`pax record ${key} is not a time: ${displayByteString(text)}`);
  }
  const whole = Number(match[2]);
  const fraction = Number((match[3] ?? '').slice(0, 9).padEnd(9, '0'));
  if (match[1] === '') return { seconds: whole, nanoseconds: fraction };
  return fraction === 0
    ? { seconds: -whole || 0, nanoseconds: 0 }
    : { seconds: -whole - 1, nanoseconds: 1_000_000_000 - fraction };
}
