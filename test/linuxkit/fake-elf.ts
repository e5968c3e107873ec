/** Builds small ELF files for tests: sections with given bytes, and one segment of notes. */

export interface FakeElf {
  sections?: Record<string, Buffer>;
  notes?: Buffer;
}

/** A 64-bit little-endian ELF with these sections and this PT_NOTE segment. */
export function fakeElf({ sections = {}, notes = Buffer.alloc(0) }: FakeElf): Buffer {
  const all = Object.entries(sections);
  const names = Buffer.from(`\0${all.map(([name]) => `${name}\0`).join('')}.shstrtab\0`);
  const bodies = [...all.map(([, bytes]) => bytes), names];
  const header = Buffer.alloc(64);
  header.writeUInt32BE(0x7f454c46, 0);
  header[4] = 2;
  header[5] = 1;
  header.writeUInt16LE(62, 18);
  header.writeBigUInt64LE(64n, 32);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(1, 56);
  const segment = Buffer.alloc(56);
  const notesAt = 64 + 56;
  segment.writeUInt32LE(4, 0);
  segment.writeBigUInt64LE(BigInt(notesAt), 8);
  segment.writeBigUInt64LE(BigInt(notes.length), 32);
  let at = notesAt + notes.length;
  let nameAt = 1;
  const table = bodies.map((bytes, index) => {
    const entry = Buffer.alloc(64);
    entry.writeUInt32LE(nameAt, 0);
    entry.writeUInt32LE(1, 4);
    entry.writeBigUInt64LE(BigInt(at), 24);
    entry.writeBigUInt64LE(BigInt(bytes.length), 32);
    at += bytes.length;
    nameAt += (all[index]?.[0].length ?? 0) + 1;
    return entry;
  });
  header.writeBigUInt64LE(BigInt(at), 40);
  header.writeUInt16LE(64, 58);
  header.writeUInt16LE(table.length, 60);
  header.writeUInt16LE(table.length - 1, 62);
  return Buffer.concat([header, segment, notes, ...bodies, ...table]);
}

/** One ELF note. */
export function elfNote(name: string, type: number, data: Buffer): Buffer {
  const head = Buffer.alloc(12);
  const text = Buffer.from(`${name}\0`);
  head.writeUInt32LE(text.length, 0);
  head.writeUInt32LE(data.length, 4);
  head.writeUInt32LE(type, 8);
  return Buffer.concat([head, pad(text), pad(data)]);
}

/** A kernel module's ELF with this .modinfo. */
export function fakeModule(info: readonly string[]): Buffer {
  return fakeElf({
    sections: { '.modinfo': Buffer.from(info.map((line) => `${line}\0`).join('')) },
  });
}

function pad(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}
