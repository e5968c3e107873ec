/**
 * Writes the small ustar archives that image layers made here are: a pure function from entries to bytes, with
 * owner 0 and time 0. Not the runtime's tar reader, and no long names: what it is given it must be able to say.
 */

export type TarEntry =
  | { type: 'directory'; path: string; mode: number }
  | { type: 'file'; path: string; mode: number; data: Uint8Array }
  | { type: 'symlink'; path: string; target: string };

const BLOCK_BYTES = 512;
const TYPE_FLAG = { file: '0', symlink: '2', directory: '5' } as const;

/**
 * The archive, in the order of `entries`, ended by two zero blocks.
 * @throws Error for a path or link of more than 100 bytes
 */
export function tarArchive(entries: readonly TarEntry[]): Buffer {
  const parts: Uint8Array[] = [];
  for (const entry of entries) {
    const data = entry.type === 'file' ? entry.data : new Uint8Array(0);
    parts.push(header(entry, data.length), data);
    parts.push(Buffer.alloc((BLOCK_BYTES - (data.length % BLOCK_BYTES)) % BLOCK_BYTES));
  }
  parts.push(Buffer.alloc(2 * BLOCK_BYTES));
  return Buffer.concat(parts);
}

function header(entry: TarEntry, size: number): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  put(block, 0, 100, entry.type === 'directory' ? `${entry.path}/` : entry.path, entry.path);
  put(block, 100, 8, octal(entry.type === 'symlink' ? 0o777 : entry.mode, 7), entry.path);
  put(block, 108, 8, octal(0, 7), entry.path);
  put(block, 116, 8, octal(0, 7), entry.path);
  put(block, 124, 12, octal(size, 11), entry.path);
  put(block, 136, 12, octal(0, 11), entry.path);
  block.fill(' ', 148, 156); // the checksum counts itself as spaces
  put(block, 156, 1, TYPE_FLAG[entry.type], entry.path);
  if (entry.type === 'symlink') put(block, 157, 100, entry.target, entry.path);
  put(block, 257, 8, 'ustar\x0000', entry.path);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(block, 148, 8, `${octal(sum, 6)}\0 `, entry.path);
  return block;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

function put(block: Buffer, at: number, room: number, text: string, path: string): void {
  if (Buffer.byteLength(text) > room) {
    throw new Error(`cannot archive ${path}: ${JSON.stringify(text)} is over ${room} bytes`);
  }
  block.write(text, at);
}
