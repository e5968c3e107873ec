/** Who may use hvsocket with a VM (schema `HvSocket`, `HvSocketSystemConfig`). Types and constants. */

/** Full access for SYSTEM and Builtin Administrators: hcsshim's bind descriptor for LCOW. */
export const LCOW_BIND_SECURITY_DESCRIPTOR = 'D:P(A;;FA;;;SY)(A;;FA;;;BA)';

/** Schema `VirtualMachine_HvSocket`. */
export interface HvSocket {
  HvSocketConfig?: HvSocketSystemConfig;
}

/** Schema `HvSocketSystemConfig`; descriptors are SDDL. */
export interface HvSocketSystemConfig {
  /** Who on the host may bind a service of this VM that ServiceTable does not list. */
  DefaultBindSecurityDescriptor?: string;
  /** Who on the host may connect into the VM. */
  DefaultConnectSecurityDescriptor?: string;
  /** Keys are service GUIDs. */
  ServiceTable?: Record<string, HvSocketServiceConfig>;
}

/** Schema `HvSocketServiceConfig`. */
export interface HvSocketServiceConfig {
  BindSecurityDescriptor?: string;
  ConnectSecurityDescriptor?: string;
  AllowWildcardBinds?: boolean;
  Disabled?: boolean;
}

/** The hvsocket service GUID of a vsock port: its first 32 bits are the port. */
export function vsockServiceId(port: number): string {
  if (!Number.isInteger(port) || port < 0 || port > 0xffffffff) {
    throw new RangeError(`vsock port ${port} is not an unsigned 32-bit number`);
  }
  return `${port.toString(16).padStart(8, '0')}-facb-11e6-bd58-64006a7986d3`;
}
