/**
 * What `ComputeSystem.modify` takes (schema `ModifySettingRequest`). Types only; modification.ts has what
 * a checked request says, resource-paths.ts the paths, resource-requests.ts the builders.
 */

/** Schema `ModifyRequestType`. */
export type ModifyRequestType = 'Add' | 'Remove' | 'Update';

/** Schema `ModifySettingRequest`. */
export interface ModifySettingRequest {
  /** Names one setting or device, for example "VirtualMachine/Devices/Plan9/Shares". */
  ResourcePath: string;
  /** Absent is Update; hcsshim leaves it out for memory and processor limits. */
  RequestType?: ModifyRequestType;
  /** Its shape follows from ResourcePath; a Remove mostly has none. */
  Settings?: unknown;
  /** For HCS's own guest bridge, which lcow does not use. */
  GuestRequest?: unknown;
}
