/** Network adapters: Devices/NetworkAdapters/<guid>, hot-plugged on root ports. */
import { createHash } from 'node:crypto';
import type { NetworkAdapter } from '../document/network-adapter.ts';
import { freeRootPort, plugIn, settingError, unplugDevice, type Plug } from './plug.ts';

/** Plugs an adapter in; `savedSlot` is where saved state had it. @throws HcsError ERROR_NOT_FOUND (endpoint), ERROR_ALREADY_EXISTS */
export async function addAdapter(
  plug: Plug,
  key: string,
  adapter: NetworkAdapter,
  savedSlot?: number,
): Promise<void> {
  const source = `VirtualMachine/Devices/NetworkAdapters/${key}`;
  if (plug.devices.adapters[key] !== undefined) {
    throw settingError(plug.op, 'ERROR_ALREADY_EXISTS', source, 'is plugged in already');
  }
  const endpointId = adapter.EndpointId?.toLowerCase() ?? '';
  const endpoint = plug.endpoints(endpointId);
  if (endpoint === undefined) {
    const message = `is ${JSON.stringify(endpointId)}: this host has no such endpoint`;
    throw settingError(plug.op, 'ERROR_NOT_FOUND', `${source}/EndpointId`, message);
  }
  const slot = savedSlot ?? freeRootPort(plug, source);
  const macAddress = adapter.MacAddress?.replaceAll('-', ':').toLowerCase() ?? macFor(key);
  const netdev = `net${slot}`;
  await plugIn(plug, source, [
    {
      command: 'netdev_add',
      args: { type: endpoint.kind, id: netdev, restrict: endpoint.restrict === true },
      undo: ['netdev_del', { id: netdev }],
    },
    {
      command: 'device_add',
      args: {
        driver: 'virtio-net-pci-non-transitional',
        id: `nic${slot}`,
        bus: `rp${slot}`,
        netdev,
        mac: macAddress,
        romfile: '',
      },
    },
  ]);
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

/** A stable, locally administered address. */
function macFor(key: string): string {
  const hash = createHash('sha256').update(key).digest();
  return ['02', ...[...hash.subarray(0, 5)].map((byte) => byte.toString(16).padStart(2, '0'))].join(
    ':',
  );
}
