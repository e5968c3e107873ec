/**
 * The devices of a bundle as those of the VM. Nodes that mean the same in every Linux are made in the container; others
 * are hardware of the host and refused by name. A container that may use every device (`--privileged`) gets the VM's
 * own in place of the host's list.
 */
import { RuntimeError } from '../errors.ts';
import { PRIVILEGED_ANNOTATION } from './container-spec.ts';
import { DEVICES_ANNOTATION } from './device-options.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What is made with its numbers: memory devices, terminals. */
const ANYWHERE: ReadonlySet<string> = new Set([
  ...['1:3', '1:5', '1:7', '1:8', '1:9', '1:11', '5:0', '5:1', '5:2'],
]);
/** What has a driver, which the VM loads when it is asked for the node. */
const DRIVERS: Readonly<Record<string, string>> = {
  '10:200': '/dev/net/tun',
  '10:229': '/dev/fuse',
};

export interface PlacedDevices {
  /** linux.devices. */
  readonly devices: readonly unknown[];
  /** That the agent reads. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** @throws RuntimeError unsupported, naming the device */
export function placeDevices(
  op: string,
  linux: Fields,
  annotations: Readonly<Record<string, string>>,
): PlacedDevices {
  const rules = listOf((linux['resources'] as Fields | undefined)?.['devices']);
  const listed = listOf(linux['devices']);
  if (allowsEverything(rules)) {
    return { devices: [], annotations: { ...annotations, [PRIVILEGED_ANNOTATION]: 'true' } };
  }
  const devices: unknown[] = [];
  const wanted: unknown[] = [];
  for (const [index, device] of listed.entries()) {
    const { path, type, major, minor } = device;
    const numbers = `${Number(major ?? 0)}:${Number(minor ?? 0)}`;
    const characters = type === 'c' || type === 'u';
    const driver = characters ? DRIVERS[numbers] : undefined;
    if (driver !== undefined) wanted.push({ pathOnHost: driver, pathInContainer: path });
    else if (type === 'p' || (characters && ANYWHERE.has(numbers))) devices.push(device);
    else {
      const shown = `linux.devices[${index}] ${JSON.stringify(path)} (${JSON.stringify(type)} ${numbers})`;
      throw new RuntimeError(
        'unsupported',
        op,
        `${shown} is a device of the host, which the VM has not`,
      );
    }
  }
  if (wanted.length === 0) return { devices, annotations };
  const before = JSON.parse(annotations[DEVICES_ANNOTATION] ?? '[]') as unknown[];
  const all = JSON.stringify([...before, ...wanted]);
  return { devices, annotations: { ...annotations, [DEVICES_ANNOTATION]: all } };
}

/** The last word of the rules is that every device may be used. */
function allowsEverything(rules: readonly Fields[]): boolean {
  const last = rules.at(-1);
  if (last?.['allow'] !== true) return false;
  const { type, major, minor, access } = last;
  const any = (number: unknown): boolean => number == null || number === -1;
  return (
    (type == null || type === '' || type === 'a') &&
    any(major) &&
    any(minor) &&
    ['r', 'w', 'm'].every((letter) => typeof access === 'string' && access.includes(letter))
  );
}

function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value)
    ? (value as unknown[]).filter(
        (entry): entry is Fields => typeof entry === 'object' && entry !== null,
      )
    : [];
}
