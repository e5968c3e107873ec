/**
 * The keys of a VM's SCSI controllers. A Linux guest on Hyper-V finds a controller on vmbus by its GUID,
 * so both sides must know it: hcsshim computes UUIDv5 of "0".."3" in a namespace of its own, and so do we.
 */
import { createHash } from 'node:crypto';

/** hcsshim's namespace for SCSI controllers. */
export const SCSI_CONTROLLER_NAMESPACE = 'd422512d-2bf2-4752-809d-7b82b5fcb1b4';

/** Controller n's key is entry n. Stated, not computed, because every start needs them. */
export const SCSI_CONTROLLER_IDS = [
  'df6d0690-79e5-55b6-a5ec-c1e2f77f580a',
  '0110f83b-de10-5172-a266-78bca56bf50a',
  'b5d2d8d4-3a75-51bf-945b-3444dc6b8579',
  '305891a9-b251-5dfe-91a2-c25d9212275b',
] as const;

/** The key of controller `number`. @throws RangeError beyond 0..3 */
export function scsiControllerId(number: number): string {
  const id = SCSI_CONTROLLER_IDS[number];
  if (id === undefined) throw new RangeError(`SCSI controller ${number} is not from 0 to 3`);
  return id;
}

/** How the keys come about: UUIDv5 (RFC 9562) of the decimal number. */
export function computeScsiControllerId(number: number): string {
  const hash = createHash('sha1')
    .update(Buffer.from(SCSI_CONTROLLER_NAMESPACE.replaceAll('-', ''), 'hex'))
    .update(String(number))
    .digest()
    .subarray(0, 16);
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}
