/**
 * Devices of the VM in a container, as `--device` names them. The agent finds them: the specification carries
 * them as the annotation io.lcow.devices, because only the guest knows their numbers.
 */
import { posix } from 'node:path';
import { refuse } from './refusal.ts';

export const DEVICES_ANNOTATION = 'io.lcow.devices';

/** A device by Docker's field names; the "host" is the VM. */
export interface DeviceMapping {
  /** Below /dev of the VM; a folder brings what is in it. */
  readonly pathOnHost: string;
  readonly pathInContainer: string;
  /** Some of r, w and m. */
  readonly permissions: string;
}

const OP = 'add a device';
const MOST_DEVICES = 256;

/** "/dev/x", "/dev/x:/dev/y", "/dev/x:rw", "/dev/x:/dev/y:rwm". @throws RuntimeError invalid-argument */
export function parseDevice(text: string): DeviceMapping {
  const [pathOnHost = '', second, third, ...rest] = text.split(':');
  if (rest.length > 0) refuse(OP, text, 'is not DEVICE[:PATH[:rwm]]');
  const short = third === undefined && second !== undefined && isPermissions(second);
  const device = {
    pathOnHost,
    pathInContainer: second === undefined || short ? pathOnHost : second,
    permissions: (short ? second : third) ?? 'rwm',
  };
  checkDevices([device]);
  return device;
}

/** The annotation of devices; none without any. @throws RuntimeError invalid-argument */
export function deviceAnnotations(devices: readonly DeviceMapping[]): Record<string, string> {
  if (devices.length === 0) return {};
  return { [DEVICES_ANNOTATION]: JSON.stringify(checkDevices(devices)) };
}

function checkDevices(devices: readonly DeviceMapping[]): DeviceMapping[] {
  if (devices.length > MOST_DEVICES) refuse(OP, devices.length, `are more than ${MOST_DEVICES}`);
  return devices.map(({ pathOnHost, pathInContainer, permissions }) => {
    if (!isPlain(pathOnHost) || !pathOnHost.startsWith('/dev/')) {
      refuse(OP, pathOnHost, 'is not a path below /dev of the VM');
    }
    if (!isPlain(pathInContainer)) refuse(OP, pathInContainer, 'is not an absolute, plain path');
    if (!isPermissions(permissions)) refuse(OP, permissions, 'is not some of r, w and m');
    return { pathOnHost, pathInContainer, permissions };
  });
}

function isPlain(path: string): boolean {
  return /^\/[^\0\n]{1,4095}$/.test(path) && posix.normalize(path) === path && !path.endsWith('/');
}

function isPermissions(text: string): boolean {
  return /^[rwm]{1,3}$/.test(text) && new Set(text).size === text.length;
}
