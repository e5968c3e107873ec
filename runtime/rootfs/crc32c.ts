/** CRC-32C (Castagnoli), the checksum of VHDX; zlib's crc32 is another polynomial. */
const POLYNOMIAL = 0x82f63b78;
let table: Uint32Array | undefined;

/** Of all bytes, unsigned. */
export function crc32c(bytes: Buffer): number {
  const steps = (table ??= makeTable());
  let crc = 0xffff_ffff;
  for (let at = 0; at < bytes.length; at++) {
    crc = (crc >>> 8) ^ (steps[(crc ^ (bytes[at] as number)) & 0xff] as number);
  }
  return ~crc >>> 0;
}

function makeTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, index) => {
    let crc = index;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
    return crc >>> 0;
  });
}
