/** Physical devices given to a VM (schema `VirtualPciDevice`). Types only. */

/** Schema `VirtualPciDevice`. */
export interface VirtualPciDevice {
  Functions?: VirtualPciFunction[];
  PropagateNumaAffinity?: boolean;
}

/** Schema `VirtualPciFunction`. */
export interface VirtualPciFunction {
  DeviceInstancePath: string;
  /** uint16; 0xffff for the physical function. */
  VirtualFunction?: number;
  AllowDirectTranslatedP2P?: boolean;
}
