/** Network adapters: Devices/NetworkAdapters/<guid>, hot-plugged on root ports. */
import type { NetworkAdapter } from '../document/network-adapter.ts';
import type { PublishedPort } from '../endpoints.ts';
import { portError, PortInUseError } from '../host-ports.ts';
import { type HostEndpoint, macFor, USER_NETWORK } from './endpoint.ts';
import { refuseOnMicrovm } from './machine-microvm.ts';
import { portRefusedByQemu } from './port-refusal.ts';
import { freeRootPort, plugIn, settingError, unplugDevice, type Plug } from './plug.ts';
import { QmpError } from './qmp.ts';

/** Plugs an adapter in; `savedSlot` is where saved state had it. @throws HcsError ERROR_NOT_FOUND (endpoint), ERROR_ALREADY_EXISTS, HCN_E_PORT_ALREADY_EXISTS */
export async function addAdapter(
  plug: Plug,
  key: string,
  adapter: NetworkAdapter,
  savedSlot?: number,
): Promise<void> {
  const source = `VirtualMachine/Devices/NetworkAdapters/${key}`;
  refuseOnMicrovm(plug, source);
  if (plug.devices.adapters[key] !== undefined) {
    throw settingError(plug.op, 'ERROR_ALREADY_EXISTS', source, 'is plugged in already');
  }
  const endpointId = adapter.EndpointId?.toLowerCase() ?? '';
  const slot = savedSlot ?? freeRootPort(plug, source);
  let macAddress: string;
  try {
    const endpoint = await plug.endpoints.claim(endpointId, plug.pid);
    if (endpoint === undefined) {
      const message = `is ${JSON.stringify(endpointId)}: this host has no such endpoint`;
      throw settingError(plug.op, 'ERROR_NOT_FOUND', `${source}/EndpointId`, message);
    }
    macAddress =
      adapter.MacAddress?.replaceAll('-', ':').toLowerCase() ?? endpoint.macAddress ?? macFor(key);
    await plugNetworkCard(plug, source, slot, endpoint, macAddress);
  } catch (error) {
    const port = portErrorIn(error);
    throw port === undefined ? error : portError(plug.op, port, `${source}/EndpointId`);
  }
  plug.devices.adapters[key] = { endpoint: endpointId, macAddress, slot };
}

/** Unplugs an adapter; waits for the guest. @throws HcsError ERROR_NOT_FOUND, HCS_E_OPERATION_TIMEOUT */
export async function removeAdapter(plug: Plug, key: string): Promise<void> {
  const source = `VirtualMachine/Devices/NetworkAdapters/${key}`;
  const adapter = plug.devices.adapters[key];
  if (adapter === undefined) {
    throw settingError(plug.op, 'ERROR_NOT_FOUND', source, 'is not plugged in');
  }
  await unplugDevice(plug, source, `nic${adapter.slot}`);
  delete plug.devices.adapters[key];
  await plugIn(plug, source, [{ command: 'netdev_del', args: { id: `net${adapter.slot}` } }]);
}

async function plugNetworkCard(
  plug: Plug,
  source: string,
  slot: number,
  { kind, restrict = false, ports = [] }: HostEndpoint,
  mac: string,
): Promise<void> {
  const netdev = `net${slot}`;
  await plugIn(plug, source, [
    {
      command: 'netdev_add',
      args: {
        type: kind,
        id: netdev,
        restrict,
        ipv6: false,
        ...(ports.length === 0 ? {} : { hostfwd: ports.map((port) => ({ str: forward(port) })) }),
      },
      undo: ['netdev_del', { id: netdev }],
    },
    {
      command: 'device_add',
      args: {
        driver: 'virtio-net-pci-non-transitional',
        id: `nic${slot}`,
        bus: `rp${slot}`,
        netdev,
        mac,
        romfile: '',
      },
    },
  ]);
}

/** QEMU's notation of a forwarded port. */
function forward({ protocol, hostAddress, hostPort, guestPort }: PublishedPort): string {
  return `${protocol}:${hostAddress}:${hostPort}-${USER_NETWORK.address}:${guestPort}`;
}

/** The port that cannot be had, if that is what went wrong. */
function portErrorIn(error: unknown): PortInUseError | undefined {
  if (error instanceof PortInUseError) return error;
  const { cause } = error as { cause?: unknown };
  return cause instanceof QmpError ? portRefusedByQemu(cause.message) : undefined;
}
