// What building needs to know of Windows' executables (Microsoft's "PE Format"): where the signature is.

const DOS_NEW_HEADER = 0x3c;
const PE_SIGNATURE = 0x4550;
const COFF_HEADER_BYTES = 24;
const PE32_PLUS = 0x20b;
/** Offsets in the optional header of 64-bit executables. */
const CHECKSUM = 64;
const DIRECTORY_COUNT = 108;
const CERTIFICATE_DIRECTORY = 112 + 4 * 8;

/**
 * The executable without its Authenticode signature, which a change of the file would make invalid: Windows runs both,
 * but tools sign only what has none.
 * @param {Buffer} image a whole 64-bit executable
 * @returns {Buffer}
 * @throws {Error} when it is none
 */
export function removeSignature(image) {
  const header = optionalHeader(image);
  const fields = Buffer.from(image);
  if (fields.readUInt32LE(header + DIRECTORY_COUNT) <= 4) return fields;
  const directory = header + CERTIFICATE_DIRECTORY;
  // Of all directories this one alone has an offset in the file. Certificates are the file's last part.
  const offset = fields.readUInt32LE(directory);
  const size = fields.readUInt32LE(directory + 4);
  if (offset === 0) return fields;
  if (offset + size !== image.length) {
    throw new Error(
      `certificates at ${offset}+${size} do not end the file of ${image.length} bytes`,
    );
  }
  fields.writeUInt32LE(0, directory);
  fields.writeUInt32LE(0, directory + 4);
  fields.writeUInt32LE(0, header + CHECKSUM);
  return fields.subarray(0, offset);
}

function optionalHeader(image) {
  const at = image.length > 0x40 ? image.readUInt32LE(DOS_NEW_HEADER) : image.length;
  const header = at + COFF_HEADER_BYTES;
  const fits = header + CERTIFICATE_DIRECTORY + 8 <= image.length;
  if (
    !fits ||
    image.readUInt32LE(at) !== PE_SIGNATURE ||
    image.readUInt16LE(header) !== PE32_PLUS
  ) {
    throw new Error('it is no 64-bit executable of Windows');
  }
  return header;
}
