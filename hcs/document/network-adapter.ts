/** A synthetic network adapter (schema `NetworkAdapter`). Types only. */

/** Schema `NetworkAdapter`. */
export interface NetworkAdapter {
  /** GUID of a host endpoint: HCN's on Windows, a tap or user-mode network on QEMU. */
  EndpointId?: string;
  /** Six hexadecimal pairs joined by '-' or ':'. Absent: the endpoint's. */
  MacAddress?: string;
  /** GUID. */
  InstanceId?: string;
  DisableInterruptBatching?: boolean;
  IovSettings?: IovSettings;
  ConnectionState?: 'Default' | 'Disabled' | 'Enabled';
}

/** Schema `IovSettings`. */
export interface IovSettings {
  /** 0 turns offload off; at most 100. */
  OffloadWeight?: number;
  QueuePairsRequested?: number;
  InterruptModeration?: 'Default' | 'Adaptive' | 'Off' | 'Low' | 'Medium' | 'High';
}
