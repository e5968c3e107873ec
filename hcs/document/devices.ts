/**
 * The devices of a VM (schema `Devices`). Types only; each device that has parts has its own file.
 *
 * Declaring a bus at create (`Plan9: {}`, a SCSI controller, VirtualPMem counts) is what makes later
 * hot-adds to it possible.
 */
import type { HvSocket } from './hv-socket.ts';
import type { NetworkAdapter } from './network-adapter.ts';
import type { Plan9 } from './plan9.ts';
import type { ScsiController } from './scsi.ts';
import type { EmptyObject } from './virtual-machine.ts';
import type { VirtualPciDevice } from './virtual-pci.ts';
import type { VirtualPMemController } from './virtual-pmem.ts';

/** Schema `Devices`. */
export interface Devices {
  /** Keys "0" (COM1) and "1" (COM2). */
  ComPorts?: Record<string, ComPort>;
  VirtioSerial?: VirtioSerial;
  /** Keys are free names or GUIDs; a Linux guest finds a controller on vmbus by a GUID key. At most 4. */
  Scsi?: Record<string, ScsiController>;
  VirtualPMem?: VirtualPMemController;
  /** Keys are GUIDs. hcsshim never puts one in the create document: NICs are hot-added. */
  NetworkAdapters?: Record<string, NetworkAdapter>;
  VideoMonitor?: VideoMonitor;
  Keyboard?: EmptyObject;
  Mouse?: EmptyObject;
  HvSocket?: HvSocket;
  EnhancedModeVideo?: EnhancedModeVideo;
  Plan9?: Plan9;
  Battery?: EmptyObject;
  /** Keys are GUIDs. */
  FlexibleIov?: Record<string, FlexibleIoDevice>;
  SharedMemory?: SharedMemoryConfiguration;
  /** Keys are GUIDs. */
  VirtualPci?: Record<string, VirtualPciDevice>;
}

/** Schema `ComPort`: a 16550 whose bytes go to a pipe that the host's worker process serves. */
export interface ComPort {
  /** `\\.\pipe\name` on Windows; the path of a Unix socket on Linux. */
  NamedPipe?: string;
  OptimizeForDebugger?: boolean;
}

/** Schema `VirtioSerial`. */
export interface VirtioSerial {
  /** Keys are port numbers. */
  Ports?: Record<string, VirtioSerialPort>;
}

/** Schema `VirtioSerialPort`. */
export interface VirtioSerialPort {
  NamedPipe?: string;
  Name?: string;
  ConsoleSupport?: boolean;
}

/** Schema `VideoMonitor`. */
export interface VideoMonitor {
  HorizontalResolution?: number;
  VerticalResolution?: number;
  ConnectionOptions?: RdpConnectionOptions;
}

/** Schema `EnhancedModeVideo`. */
export interface EnhancedModeVideo {
  ConnectionOptions?: RdpConnectionOptions;
}

/** Schema `RdpConnectionOptions`. */
export interface RdpConnectionOptions {
  AccessSids?: string[];
  NamedPipe?: string;
}

/** Schema `FlexibleIoDevice`. */
export interface FlexibleIoDevice {
  /** GUID. */
  EmulatorId?: string;
  HostingModel?: 'Internal' | 'External' | 'ExternalRestricted';
  Configuration?: string[];
}

/** Schema `SharedMemoryConfiguration`. */
export interface SharedMemoryConfiguration {
  Regions?: SharedMemoryRegion[];
}

/** Schema `SharedMemoryRegion`. */
export interface SharedMemoryRegion {
  SectionName?: string;
  StartOffset?: number;
  Length?: number;
  AllowGuestWrite?: boolean;
  HiddenFromGuest?: boolean;
}
