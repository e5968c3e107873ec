/**
 * The root of an HCS v2 document: what `HcsCreateComputeSystem` takes (schema `ComputeSystem`).
 *
 * Types only, under the schema's own names. A key that is absent has HCS's default; writers omit what is
 * empty, zero or false, as hcsshim does. `Container`, `HostedSystem` and `HostingSystemId` stand in HCS's
 * schema too but describe systems that lcow does not make; the decoder refuses them by name.
 */
import type { SchemaVersion } from './schema-version.ts';
import type { VirtualMachine } from './virtual-machine.ts';

/** Describes one compute system; schema `ComputeSystem`. */
export interface ComputeSystemDocument {
  /** The client that owns the system, free text; `SystemQuery.Owners` selects by it. */
  Owner?: string;
  /** The schema the document is written in. Major is 2; hcsshim sends 2.1 for every LCOW VM. */
  SchemaVersion: SchemaVersion;
  /** True: the system is terminated when its last open handle closes, a crash of the holder included. */
  ShouldTerminateOnLastHandleClosed?: boolean;
  VirtualMachine: VirtualMachine;
}
