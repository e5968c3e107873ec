/** IPv4 prefixes as numbers. */
import { isIPv4 } from 'node:net';

/** `address` is the first of the prefix. */
export interface Ipv4Prefix {
  readonly address: number;
  readonly length: number;
}

/** "10.1.2.0/24"; undefined for what is none. */
export function parsePrefix(cidr: string): Ipv4Prefix | undefined {
  const [, text = '', bits = ''] = /^([0-9.]{7,15})\/(\d{1,2})$/.exec(cidr) ?? [];
  const length = Number(bits);
  if (!isIPv4(text) || length > 32) return undefined;
  const address = text.split('.').reduce((value, part) => value * 256 + Number(part), 0);
  return { address: address - (address % sizeOf(length)), length };
}

export function overlaps(one: Ipv4Prefix, other: Ipv4Prefix): boolean {
  return (
    one.address < other.address + sizeOf(other.length) &&
    other.address < one.address + sizeOf(one.length)
  );
}

export function cidrOf({ address, length }: Ipv4Prefix): string {
  return `${textOf(address)}/${length}`;
}

/** "10.1.2.3" */
export function textOf(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

function sizeOf(length: number): number {
  return 2 ** (32 - length);
}
