/** How a compute system ended (schema `SystemExitStatus`). Types only. */

/** Schema `NotificationType`. */
export type NotificationType =
  | 'None'
  | 'GracefulExit'
  | 'ForcedExit'
  | 'UnexpectedExit'
  | 'Unknown';

/** Schema `SystemExitStatus`, what `ComputeSystem.exited` settles with. */
export interface SystemExitStatus {
  /** An HRESULT, signed 32-bit as in HCS's JSON; 0 for an orderly end. */
  Status: number;
  /** GracefulExit: the guest powered off. ForcedExit: terminated. UnexpectedExit: the VM died. */
  ExitType: NotificationType;
  /** What HCS (or the engine) holds responsible. */
  Attribution?: AttributionRecord[];
}

/** Schema `AttributionRecord`, the members that lcow reads and writes. */
export interface AttributionRecord {
  WorkerExit?: {
    ExitCode?: number;
    Type?: string;
    Detail?: string;
    Initiator?: 'None' | 'GuestOS' | 'Client' | 'Internal' | 'Unknown';
  };
  GuestCrash?: { CrashParameters?: number[] };
  SystemExit?: { Detail?: string; Initiator?: string };
}
