/** What the device modules work with: one machine's monitor, its places, and what is plugged in. */
import { HcsError } from '../hcs-error.ts';
import type { HostOverlay } from '../host-overlay.ts';
import type { HresultName } from '../hresult.ts';
import type { ComputeSystemDocument } from '../document/compute-system.ts';
import type { DeviceState } from './device-state.ts';
import type { EndpointResolver } from './endpoint.ts';
import { ROOT_PORTS } from './machine-arguments.ts';
import type { MachineType } from './machine-type.ts';
import { QmpError, type QmpClient } from './qmp.ts';

/** See the module's comment. Device modules change `devices`; the machine writes it down. */
export interface Plug {
  /** What the caller is doing, for errors. */
  op: string;
  qmp: QmpClient;
  document: ComputeSystemDocument;
  devices: DeviceState;
  machine: MachineType;
  folder: string;
  /** QEMU's. */
  pid: number;
  endpoints: EndpointResolver;
  /** Path -> the overlay that a share of this path is; taken out when it is shared. */
  staged: Map<string, HostOverlay>;
  /** The vsock back end of a machine whose link is vsock, and that this process started. */
  backend?: {
    /** Settles when it has ended. */
    readonly ended: Promise<void>;
    /** The end of what it wrote to stderr. */
    said(): string;
  };
}

/** How long a guest may take to let go of a device. */
const UNPLUG_TIMEOUT_MS = 10_000;

/** An error about one setting. */
export function settingError(
  op: string,
  hresult: HresultName,
  source: string,
  message: string,
  cause?: unknown,
): HcsError {
  return new HcsError(
    op,
    hresult,
    [{ Message: `${source} ${message}`, Source: source }],
    cause === undefined ? undefined : { cause },
  );
}

/** Runs commands in order; when one fails those done before are undone in reverse. */
export async function plugIn(
  plug: Plug,
  source: string,
  steps: {
    command: string;
    args: Record<string, unknown>;
    undo?: [string, Record<string, unknown>];
  }[],
): Promise<void> {
  const undo: [string, Record<string, unknown>][] = [];
  for (const step of steps) {
    try {
      await plug.qmp.execute(step.command, step.args);
    } catch (error) {
      for (const [command, args] of undo.reverse()) {
        await plug.qmp.execute(command, args).catch(() => undefined);
      }
      if (!(error instanceof QmpError)) throw error;
      throw settingError(plug.op, 'E_FAIL', source, `is refused by QEMU: ${error.message}`, error);
    }
    if (step.undo !== undefined) undo.push(step.undo);
  }
}

/** Removes a device and waits until it is gone, which for PCI devices is the guest's doing. */
export async function unplugDevice(plug: Plug, source: string, id: string): Promise<void> {
  const gone = plug.qmp.nextEvent(
    ({ event, data }) =>
      (event === 'DEVICE_DELETED' || event === 'DEVICE_UNPLUG_GUEST_ERROR') &&
      data['device'] === id,
    UNPLUG_TIMEOUT_MS,
    `that ${id} is gone`,
  );
  try {
    await plug.qmp.execute('device_del', { id });
    const { event } = await gone;
    if (event === 'DEVICE_DELETED') return;
  } catch (error) {
    const message = `is not released: ${(error as Error).message}`;
    throw settingError(plug.op, 'HCS_E_OPERATION_TIMEOUT', source, message, error);
  }
  throw settingError(plug.op, 'E_FAIL', source, 'is not released by the guest');
}

/** The first root port without a device. @throws HcsError NOT_ENOUGH_MEMORY when all are taken */
export function freeRootPort(plug: Plug, source: string): number {
  const { adapters, balloonSlot } = plug.devices;
  const taken = new Set(Object.values(adapters).map((adapter) => adapter.slot));
  if (balloonSlot !== undefined) taken.add(balloonSlot);
  for (let slot = 0; slot < ROOT_PORTS; slot += 1) {
    if (!taken.has(slot)) return slot;
  }
  throw settingError(
    plug.op,
    'NOT_ENOUGH_MEMORY',
    source,
    `is one too many: all ${ROOT_PORTS} hot-plug slots are in use`,
  );
}
