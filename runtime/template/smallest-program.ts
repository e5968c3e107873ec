/**
 * A program for a container that only has to run: an ELF file of one segment that writes a line to stdout and ends with
 * status 0. It needs no library and no image.
 */

const BASE = 0x400000;
const HEADER_BYTES = 64;
const SEGMENT_BYTES = 56;
const CODE_AT = HEADER_BYTES + SEGMENT_BYTES;

interface Machine {
  /** e_machine. */
  readonly number: number;
  /** Writes the byte that follows it, and exits. */
  readonly code: readonly number[];
}

const MACHINES: Readonly<Record<string, Machine>> = {
  x64: {
    number: 62,
    code: [
      ...[0xb8, 1, 0, 0, 0], // mov eax, 1 (write)
      ...[0xbf, 1, 0, 0, 0], // mov edi, 1
      ...[0x48, 0x8d, 0x35, 16, 0, 0, 0], // lea rsi, [rip + 16]
      ...[0xba, 1, 0, 0, 0], // mov edx, 1
      ...[0x0f, 0x05], // syscall
      ...[0xb8, 231, 0, 0, 0], // mov eax, 231 (exit_group)
      ...[0x31, 0xff], // xor edi, edi
      ...[0x0f, 0x05], // syscall
    ],
  },
  arm64: {
    number: 183,
    code: [
      ...[0x08, 0x08, 0x80, 0xd2], // mov x8, 64 (write)
      ...[0x20, 0x00, 0x80, 0xd2], // mov x0, 1
      ...[0xc1, 0x00, 0x00, 0x10], // adr x1, 24 further
      ...[0x22, 0x00, 0x80, 0xd2], // mov x2, 1
      ...[0x01, 0x00, 0x00, 0xd4], // svc 0
      ...[0xc8, 0x0b, 0x80, 0xd2], // mov x8, 94 (exit_group)
      ...[0x00, 0x00, 0x80, 0xd2], // mov x0, 0
      ...[0x01, 0x00, 0x00, 0xd4], // svc 0
    ],
  },
};

/** @param arch as process.arch; undefined where there is none for it */
export function smallestProgram(arch: string = process.arch): Buffer | undefined {
  const machine = MACHINES[arch];
  if (machine === undefined) return undefined;
  const code = Buffer.from([...machine.code, '\n'.charCodeAt(0)]);
  const file = Buffer.alloc(CODE_AT + code.length);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  file.writeUInt16LE(2, 16); // ET_EXEC
  file.writeUInt16LE(machine.number, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BigInt(BASE + CODE_AT), 24); // entry
  file.writeBigUInt64LE(BigInt(HEADER_BYTES), 32); // program headers
  file.writeUInt16LE(HEADER_BYTES, 52);
  file.writeUInt16LE(SEGMENT_BYTES, 54);
  file.writeUInt16LE(1, 56);
  const segment = file.subarray(HEADER_BYTES);
  segment.writeUInt32LE(1, 0); // PT_LOAD
  segment.writeUInt32LE(5, 4); // read, execute
  segment.writeBigUInt64LE(BigInt(BASE), 16);
  segment.writeBigUInt64LE(BigInt(BASE), 24);
  segment.writeBigUInt64LE(BigInt(file.length), 32);
  segment.writeBigUInt64LE(BigInt(file.length), 40);
  segment.writeBigUInt64LE(0x1000n, 48);
  code.copy(file, CODE_AT);
  return file;
}
