/** Builds tars for tests, honest and hostile: names are taken as they are, pax records are added where a header has no room. */
import { byteStringOf } from '../../../runtime/rootfs/byte-string.ts';
import { encodeTarHeader, type TarHeader } from '../../../runtime/rootfs/tar-header.ts';
import { encodePaxRecords } from '../../../runtime/rootfs/tar-pax.ts';

export interface BuiltEntry extends Partial<Omit<TarHeader, 'sizeBytes'>> {
  /** Ordinary text; encoded as UTF-8. */
  name: string;
  data?: Buffer | string;
  xattrs?: Record<string, Buffer | string>;
  pax?: Record<string, string>;
}

const DEFAULTS: TarHeader = {
  name: '',
  mode: 0o644,
  uid: 0,
  gid: 0,
  sizeBytes: 0,
  mtimeSeconds: 1_700_000_000,
  typeflag: '0',
  linkName: '',
  devMajor: 0,
  devMinor: 0,
};

/** A whole archive with its end marker. */
export function buildTar(entries: readonly BuiltEntry[]): Buffer {
  return Buffer.concat([...entries.flatMap(buildEntry), Buffer.alloc(1024)]);
}

export function directory(name: string, rest: Partial<BuiltEntry> = {}): BuiltEntry {
  return { name, typeflag: '5', mode: 0o755, ...rest };
}

export function file(
  name: string,
  data: Buffer | string,
  rest: Partial<BuiltEntry> = {},
): BuiltEntry {
  return { name, data, ...rest };
}

export function symlink(name: string, linkName: string): BuiltEntry {
  return { name, typeflag: '2', linkName, mode: 0o777 };
}

export function hardlink(name: string, linkName: string): BuiltEntry {
  return { name, typeflag: '1', linkName };
}

function buildEntry(entry: BuiltEntry): Buffer[] {
  const { data, xattrs, pax, ...fields } = entry;
  const bytes = typeof data === 'string' ? Buffer.from(data) : (data ?? Buffer.alloc(0));
  const name = byteStringOf(entry.name);
  const linkName = byteStringOf(entry.linkName ?? '');
  const records = new Map<string, Buffer>();
  if (name.length > 100) records.set('path', Buffer.from(name, 'latin1'));
  if (linkName.length > 100) records.set('linkpath', Buffer.from(linkName, 'latin1'));
  for (const [key, value] of Object.entries(pax ?? {})) records.set(key, Buffer.from(value));
  for (const [key, value] of Object.entries(xattrs ?? {})) {
    records.set(`SCHILY.xattr.${key}`, Buffer.from(value as string));
  }
  const header: TarHeader = {
    ...DEFAULTS,
    ...fields,
    name: records.has('path') ? 'long' : name,
    linkName: records.has('linkpath') ? 'long' : linkName,
    sizeBytes: bytes.length,
  };
  const parts: Buffer[] = [];
  if (records.size > 0) {
    const encoded = encodePaxRecords(records);
    const paxHeader = { ...DEFAULTS, name: 'pax', typeflag: 'x', sizeBytes: encoded.length };
    parts.push(encodeTarHeader(paxHeader), padded(encoded));
  }
  parts.push(encodeTarHeader(header), padded(bytes));
  return parts;
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}
