/** SOCKADDR_HV (hvsocket.h): who in which VM. Bytes only. */
import { isGuid } from '../document/scalars.ts';

/** Bytes of a SOCKADDR_HV. */
export const HV_ADDRESS_BYTES = 36;
/** The address family of Hyper-V sockets. */
export const AF_HYPERV = 34;
/** Their protocol, and the level of their options. */
export const HV_PROTOCOL_RAW = 1;

/**
 * The address of a service of a VM.
 * @param vmId a GUID: RuntimeId of the system
 * @param serviceId a GUID; vsockServiceId() of a port
 */
export function hvSocketAddress(vmId: string, serviceId: string): Buffer {
  const address = Buffer.alloc(HV_ADDRESS_BYTES);
  address.writeUInt16LE(AF_HYPERV, 0);
  guidBytes(vmId).copy(address, 4);
  guidBytes(serviceId).copy(address, 20);
  return address;
}

/** A GUID as Windows keeps it: its first three parts little-endian. @throws RangeError for what is none */
export function guidBytes(guid: string): Buffer {
  if (!isGuid(guid)) throw new RangeError(`${JSON.stringify(guid)} is not a GUID`);
  const bytes = Buffer.from(guid.replaceAll('-', ''), 'hex');
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}
