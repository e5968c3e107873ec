/**
 * Just enough of 64-bit little-endian ELF: the extent of a file, its notes, its sections' bytes. A reader on
 * buffers that trusts no offset; not a linker, and it writes nothing.
 */

/** What `readElf` knows of a section. */
export interface ElfSection {
  name: string;
  offset: number;
  size: number;
  /** SHT_NOBITS sections (8) have a size but no bytes in the file. */
  type: number;
}

/** What `readElf` knows of a program header. */
export interface ElfSegment {
  /** PT_LOAD is 1, PT_NOTE is 4. */
  type: number;
  offset: number;
  fileSize: number;
}

export interface Elf {
  /** e_machine: 62 is x86-64, 183 is AArch64. */
  machine: number;
  segments: ElfSegment[];
  sections: ElfSection[];
  /** Bytes from the start of the file that the headers account for; what follows is not ELF. */
  extent: number;
}

/** Type of the Xen note that holds a kernel's 32-bit PVH entry point: QEMU can start such an ELF directly. */
const XEN_ELFNOTE_PHYS32_ENTRY = 18;
const NOTE_SEGMENT = 4;
const NO_BITS = 8;

/**
 * Reads the headers of an ELF file.
 * @param subject names the file in errors
 * @throws Error when it is not 64-bit little-endian ELF or a header points outside the file
 */
export function readElf(file: Buffer, subject: string): Elf {
  if (file.length < 64 || file.readUInt32BE(0) !== 0x7f454c46) {
    throw new Error(`${subject} is not an ELF file`);
  }
  if (file[4] !== 2 || file[5] !== 1) {
    throw new Error(`${subject} is not a 64-bit little-endian ELF file`);
  }
  const segments = table(file, subject, 'program', 32, 54, 56).map((at) => ({
    type: file.readUInt32LE(at),
    offset: offsetAt(file, at + 8),
    fileSize: offsetAt(file, at + 32),
  }));
  const headers = table(file, subject, 'section', 40, 58, 60).map((at) => ({
    nameAt: file.readUInt32LE(at),
    type: file.readUInt32LE(at + 4),
    offset: offsetAt(file, at + 24),
    size: offsetAt(file, at + 32),
  }));
  const names = headers[file.readUInt16LE(62)];
  const sections = headers.map(({ nameAt, ...rest }) => ({
    ...rest,
    name: names === undefined ? '' : text(file, names.offset + nameAt, names.offset + names.size),
  }));
  const ends = [
    64,
    offsetAt(file, 40) + headers.length * 64,
    ...segments.map((segment) => segment.offset + segment.fileSize),
    ...sections.filter((s) => s.type !== NO_BITS).map((section) => section.offset + section.size),
  ];
  const extent = Math.max(...ends);
  if (extent > file.length) {
    throw new Error(`${subject} is truncated: ${file.length} bytes, its headers need ${extent}`);
  }
  return { machine: file.readUInt16LE(18), segments, sections, extent };
}

/** The bytes of the named section; undefined when there is none. */
export function sectionOf(file: Buffer, elf: Elf, name: string): Buffer | undefined {
  const section = elf.sections.find((s) => s.name === name && s.type !== NO_BITS);
  return section && file.subarray(section.offset, section.offset + section.size);
}

/** Whether the ELF has the note by which QEMU's `-kernel` boots it directly (PVH). */
export function hasPvhNote(file: Buffer, elf: Elf): boolean {
  return elf.segments
    .filter((segment) => segment.type === NOTE_SEGMENT)
    .some((segment) =>
      notesIn(file.subarray(segment.offset, segment.offset + segment.fileSize)).some(
        (note) => note.name === 'Xen' && note.type === XEN_ELFNOTE_PHYS32_ENTRY,
      ),
    );
}

function notesIn(bytes: Buffer): { name: string; type: number }[] {
  const notes = [];
  let at = 0;
  while (at + 12 <= bytes.length) {
    const nameSize = bytes.readUInt32LE(at);
    const dataSize = bytes.readUInt32LE(at + 4);
    notes.push({
      name: text(bytes, at + 12, Math.min(at + 12 + nameSize, bytes.length)),
      type: bytes.readUInt32LE(at + 8),
    });
    at += 12 + Math.ceil(nameSize / 4) * 4 + Math.ceil(dataSize / 4) * 4;
  }
  return notes;
}

/** Offsets of the entries of a header table, each checked to lie in the file. */
function table(
  file: Buffer,
  subject: string,
  which: 'program' | 'section',
  offsetField: number,
  entrySizeField: number,
  countField: number,
): number[] {
  const start = offsetAt(file, offsetField);
  const entrySize = file.readUInt16LE(entrySizeField);
  const count = file.readUInt16LE(countField);
  const least = which === 'program' ? 56 : 64;
  if (count > 0 && (entrySize < least || start + count * entrySize > file.length)) {
    throw new Error(
      `${subject} is truncated: its ${which} headers lie outside its ${file.length} bytes`,
    );
  }
  return Array.from({ length: count }, (_, index) => start + index * entrySize);
}

function offsetAt(file: Buffer, at: number): number {
  return Number(file.readBigUInt64LE(at));
}

function text(bytes: Buffer, start: number, limit: number): string {
  const end = bytes.indexOf(0, start);
  return bytes.toString('latin1', start, end === -1 || end > limit ? limit : end);
}
