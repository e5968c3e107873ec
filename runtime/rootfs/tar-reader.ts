/**
 * A streaming tar reader: bytes are pushed in, entries come out, nothing is kept but the header at hand.
 * ustar, pax (path, linkpath, size, uid, gid, times, SCHILY.xattr.*) and GNU long names and links.
 *
 * It says what stands in the archive; it judges no paths (layer-applier.ts does) and touches no files.
 * Synchronous on purpose: a layer has tens of thousands of entries, and a promise for each would cost more than the work.
 */
import { byteString, displayByteString } from './byte-string.ts';
import { decodeTarHeader, TAR_BLOCK_BYTES, TarFormatError, type TarHeader } from './tar-header.ts';
import { decodePaxRecords, paxInteger, paxTime } from './tar-pax.ts';

/** Long names and pax records beyond this are refused, as Go's archive/tar does. */
export const MAX_EXTENSION_BYTES = 1 << 20;

export interface Timestamp {
  seconds: number;
  /** 0 to 999 999 999, added to `seconds` also when those are negative. */
  nanoseconds: number;
}

export type TarEntryType =
  | 'file'
  | 'hardlink'
  | 'symlink'
  | 'char'
  | 'block'
  | 'directory'
  | 'fifo';

/** One entry with its extensions applied. `name`, `linkName` and xattr names are byte strings, as in the archive. */
export interface TarEntry {
  name: string;
  type: TarEntryType;
  /** Permission bits with setuid, setgid and sticky: 0 to 0o7777. */
  mode: number;
  uid: number;
  gid: number;
  /** Bytes of data that follow; 0 for all but files. */
  sizeBytes: number;
  mtime: Timestamp;
  atime?: Timestamp;
  ctime?: Timestamp;
  linkName: string;
  devMajor: number;
  devMinor: number;
  xattrs: ReadonlyMap<string, Buffer>;
}

/** Where entries go. `data` is called only between `entry` and `end`, with `sizeBytes` bytes in total; it must copy what it keeps. */
export interface TarSink {
  entry(entry: TarEntry): void;
  data(chunk: Buffer): void;
  end(): void;
}

type Extension = 'x' | 'g' | 'L' | 'K';

type State =
  | { at: 'header' }
  | { at: 'extension'; kind: Extension; bytes: Buffer; filled: number }
  | { at: 'data'; left: number }
  | { at: 'skip'; left: number }
  | { at: 'finished' };

const NO_XATTRS: ReadonlyMap<string, Buffer> = new Map();
const XATTR_PREFIX = 'SCHILY.xattr.';

export class TarReader {
  private readonly sink: TarSink;
  private state: State = { at: 'header' };
  /** What is left of an incomplete header. */
  private partial: Buffer = Buffer.alloc(TAR_BLOCK_BYTES);
  private partialLength = 0;
  /** Padding after the data or extension at hand. */
  private padding = 0;
  private pax: Map<string, Buffer> | undefined;
  private longName: string | undefined;
  private longLink: string | undefined;
  /** Entries seen so far. */
  entries = 0;

  constructor(sink: TarSink) {
    this.sink = sink;
  }

  /** Take the next bytes, of any length. Throws TarFormatError on what is no tar, and whatever the sink throws. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      const state = this.state;
      switch (state.at) {
        case 'header':
          at = this.takeHeader(chunk, at);
          break;
        case 'extension': {
          const taken = Math.min(chunk.length - at, state.bytes.length - state.filled);
          chunk.copy(state.bytes, state.filled, at, at + taken);
          state.filled += taken;
          at += taken;
          if (state.filled === state.bytes.length) this.finishExtension(state.kind, state.bytes);
          break;
        }
        case 'data': {
          const taken = Math.min(chunk.length - at, state.left);
          this.sink.data(chunk.subarray(at, at + taken));
          state.left -= taken;
          at += taken;
          if (state.left === 0) this.finishData();
          break;
        }
        case 'skip': {
          const taken = Math.min(chunk.length - at, state.left);
          state.left -= taken;
          at += taken;
          if (state.left === 0) this.state = { at: 'header' };
          break;
        }
        case 'finished':
          return;
        default:
          state satisfies never;
      }
    }
  }

  /** True once the end marker was seen; what follows is no part of the archive. */
  get finished(): boolean {
    return this.state.at === 'finished';
  }

  /**
   * For readers that can seek: leave out what is left of the entry's data and padding. Returns how many bytes the
   * caller must not push; `end` is called as if they had been.
   */
  skipData(): number {
    const { state } = this;
    if (state.at !== 'data' && state.at !== 'skip') return 0;
    const skipped = state.at === 'data' ? state.left + this.padding : state.left;
    if (state.at === 'data') this.sink.end();
    this.state = { at: 'header' };
    return skipped;
  }

  /** The source has ended. Throws TarFormatError when that is in the middle of an entry. */
  finish(): void {
    const { at } = this.state;
    if (at === 'finished') return;
    if (at !== 'header' || this.partialLength > 0) {
      throw new TarFormatError('the archive ends in the middle of an entry: it is truncated');
    }
    if (this.pax !== undefined || this.longName !== undefined || this.longLink !== undefined) {
      throw new TarFormatError('the archive ends after an extended header: it is truncated');
    }
  }

  private takeHeader(chunk: Buffer, at: number): number {
    if (this.partialLength === 0 && chunk.length - at >= TAR_BLOCK_BYTES) {
      this.header(chunk, at);
      return at + TAR_BLOCK_BYTES;
    }
    const taken = Math.min(chunk.length - at, TAR_BLOCK_BYTES - this.partialLength);
    chunk.copy(this.partial, this.partialLength, at, at + taken);
    this.partialLength += taken;
    if (this.partialLength === TAR_BLOCK_BYTES) {
      this.partialLength = 0;
      this.header(this.partial, 0);
    }
    return at + taken;
  }

  private header(block: Buffer, at: number): void {
    const header = decodeTarHeader(block, at);
    if (header === undefined) {
      // One block of zeros is enough: what follows the end marker is no part of the archive.
      this.state = { at: 'finished' };
      return;
    }
    const { typeflag } = header;
    if (typeflag === 'x' || typeflag === 'g' || typeflag === 'L' || typeflag === 'K') {
      this.startExtension(typeflag, header.sizeBytes);
      return;
    }
    const entry = this.complete(header);
    this.pax = undefined;
    this.longName = undefined;
    this.longLink = undefined;
    this.entries++;
    this.padding = paddingOf(entry.sizeBytes);
    this.sink.entry(entry);
    this.state = { at: 'data', left: entry.sizeBytes };
    if (entry.sizeBytes === 0) this.finishData();
  }

  private startExtension(kind: Extension, sizeBytes: number): void {
    if (sizeBytes < 0 || sizeBytes > MAX_EXTENSION_BYTES) {
      throw new TarFormatError(
        `extended header '${kind}' has ${sizeBytes} bytes, the limit is ${MAX_EXTENSION_BYTES}`,
      );
    }
    this.padding = paddingOf(sizeBytes);
    if (sizeBytes === 0) this.finishExtension(kind, Buffer.alloc(0));
    else this.state = { at: 'extension', kind, bytes: Buffer.alloc(sizeBytes), filled: 0 };
  }

  private finishExtension(kind: Extension, bytes: Buffer): void {
    switch (kind) {
      case 'x':
        this.pax = decodePaxRecords(bytes);
        for (const key of this.pax.keys()) {
          if (key.startsWith('GNU.sparse.')) {
            throw new TarFormatError(`sparse files are not supported (pax record ${key})`);
          }
        }
        break;
      case 'g':
        // Global records (git writes its commit there) say nothing about a layer's files; Docker ignores them too.
        break;
      case 'L':
        this.longName = textOf(bytes);
        break;
      case 'K':
        this.longLink = textOf(bytes);
        break;
      default:
        kind satisfies never;
    }
    this.skipPadding();
  }

  private finishData(): void {
    this.sink.end();
    this.skipPadding();
  }

  private skipPadding(): void {
    this.state = this.padding === 0 ? { at: 'header' } : { at: 'skip', left: this.padding };
  }

  private complete(header: TarHeader): TarEntry {
    const pax = this.pax;
    const name = paxText(pax, 'path') ?? this.longName ?? header.name;
    const type = entryType(header.typeflag, name);
    const sizeBytes = (pax && paxInteger(pax, 'size')) ?? header.sizeBytes;
    if (sizeBytes < 0) {
      throw new TarFormatError(`entry ${displayByteString(name)} has the size ${sizeBytes}`);
    }
    const uid = (pax && paxInteger(pax, 'uid')) ?? header.uid;
    const gid = (pax && paxInteger(pax, 'gid')) ?? header.gid;
    for (const [field, value] of [['uid', uid] as const, ['gid', gid] as const]) {
      if (value < 0 || value > 0xffff_ffff) {
        throw new TarFormatError(`entry ${displayByteString(name)} has the ${field} ${value}`);
      }
    }
    const entry: TarEntry = {
      name,
      type,
      mode: header.mode & 0o7777,
      uid,
      gid,
      // Only files carry data: a size on a link or directory is a leftover of the writer's stat.
      sizeBytes: type === 'file' ? sizeBytes : 0,
      mtime: (pax && paxTime(pax, 'mtime')) ?? { seconds: header.mtimeSeconds, nanoseconds: 0 },
      linkName: paxText(pax, 'linkpath') ?? this.longLink ?? header.linkName,
      devMajor: header.devMajor,
      devMinor: header.devMinor,
      xattrs: pax === undefined ? NO_XATTRS : xattrsOf(pax),
    };
    if (pax !== undefined) {
      const atime = paxTime(pax, 'atime');
      const ctime = paxTime(pax, 'ctime');
      if (atime !== undefined) entry.atime = atime;
      if (ctime !== undefined) entry.ctime = ctime;
    }
    return entry;
  }
}

function entryType(typeflag: string, name: string): TarEntryType {
  switch (typeflag) {
    case '0':
    case '7':
      // V7 archives know no directories but by the slash.
      return name.endsWith('/') ? 'directory' : 'file';
    case '1':
      return 'hardlink';
    case '2':
      return 'symlink';
    case '3':
      return 'char';
    case '4':
      return 'block';
    case '5':
      return 'directory';
    case '6':
      return 'fifo';
    case 'S':
      throw new TarFormatError(
        `entry ${displayByteString(name)} is a sparse file, which is not supported`,
      );
    default:
      throw new TarFormatError(
        `entry ${displayByteString(name)} has the unknown type ${JSON.stringify(typeflag)}`,
      );
  }
}

function xattrsOf(pax: ReadonlyMap<string, Buffer>): ReadonlyMap<string, Buffer> {
  let xattrs: Map<string, Buffer> | undefined;
  for (const [key, value] of pax) {
    if (!key.startsWith(XATTR_PREFIX)) continue;
    xattrs ??= new Map();
    xattrs.set(key.slice(XATTR_PREFIX.length), value);
  }
  return xattrs ?? NO_XATTRS;
}

/** GNU long names end at the first NUL. */
function textOf(bytes: Buffer): string {
  const nul = bytes.indexOf(0);
  return byteString(bytes, 0, nul === -1 ? bytes.length : nul);
}

function paxText(pax: ReadonlyMap<string, Buffer> | undefined, key: string): string | undefined {
  const value = pax?.get(key);
  return value === undefined || value.length === 0 ? undefined : byteString(value);
}

function paddingOf(sizeBytes: number): number {
  return (TAR_BLOCK_BYTES - (sizeBytes % TAR_BLOCK_BYTES)) % TAR_BLOCK_BYTES;
}
