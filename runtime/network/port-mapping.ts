/** Ports as people publish them: Docker's `-p [ip:][hostPort]:containerPort[/tcp|udp]`, ranges included. */
import { isIP, isIPv6 } from 'node:net';
import type { PortMapping } from '../../hcs/endpoints.ts';
import { RuntimeError } from '../errors.ts';

/** What one text may expand to. */
const MOST_PORTS = 1024;
const LONGEST_TEXT = 128;

/**
 * "80", "8080:80", "127.0.0.1:8080:80/udp", "127.0.0.1::80", "[::1]:8080:80", "8000-8009:80-89". A host port that
 * is left out or 0 means a free one.
 * @throws RuntimeError invalid-argument, with the text
 */
export function parsePortMapping(text: string): PortMapping[] {
  if (text.length > LONGEST_TEXT) throw refused(`${text.slice(0, 32)}...`, 'it is too long');
  const slash = text.lastIndexOf('/');
  const protocol = slash < 0 ? 'tcp' : text.slice(slash + 1).toLowerCase();
  if (protocol !== 'tcp' && protocol !== 'udp')
    throw refused(text, 'its protocol is not tcp or udp');
  const match = /^(?:(?:(\[[^\]]*\]|[^:[\]]*):)?([^:[\]]*):)?([^:[\]]+)$/.exec(
    slash < 0 ? text : text.slice(0, slash),
  );
  if (match === null) throw refused(text, 'it is not [ip:][hostPort:]containerPort[/tcp|udp]');
  const [, address, host = '', container = ''] = match;
  const hostAddress = parseAddress(text, address);
  const guest = parseRange(text, 'container port', container, 1);
  const outside = host === '' ? undefined : parseRange(text, 'host port', host, 0);
  if (outside !== undefined && outside.length !== guest.length) {
    throw refused(text, `${outside.length} host ports do not fit ${guest.length} container ports`);
  }
  return guest.map((guestPort, index) => ({
    protocol,
    ...(hostAddress === undefined ? {} : { hostAddress }),
    ...(outside === undefined ? {} : { hostPort: outside[index] ?? 0 }),
    guestPort,
  }));
}

/** All of them, in order. @throws as parsePortMapping */
export function parsePortMappings(texts: readonly string[]): PortMapping[] {
  return texts.flatMap(parsePortMapping);
}

/** "127.0.0.1:8080->80/tcp", as `docker ps` writes it. */
export function portText({
  hostAddress = '0.0.0.0',
  hostPort,
  guestPort,
  protocol,
}: PortMapping): string {
  const address = isIPv6(hostAddress) ? `[${hostAddress}]` : hostAddress;
  return hostPort ? `${address}:${hostPort}->${guestPort}/${protocol}` : `${guestPort}/${protocol}`;
}

function parseAddress(text: string, address: string | undefined): string | undefined {
  if (address === undefined || address === '') return undefined;
  const plain = address.startsWith('[') ? address.slice(1, -1) : address;
  const version = isIP(plain);
  if (version === 0 || (version === 6) !== address.startsWith('[')) {
    throw refused(text, `"${address}" is not an address (IPv6 stands in brackets)`);
  }
  return plain;
}

function parseRange(text: string, what: string, range: string, least: number): number[] {
  const [, from = '', to = from] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(range) ?? [];
  const [first, last] = [Number(from), Number(to)];
  if (from === '' || first < least || last > 65_535 || (first === 0 && last > 0)) {
    throw refused(text, `its ${what} "${range}" is not ${least} to 65535`);
  }
  if (last < first) throw refused(text, `its ${what}s "${range}" go down`);
  if (last - first >= MOST_PORTS) throw refused(text, `more than ${MOST_PORTS} ${what}s`);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function refused(text: string, what: string): RuntimeError {
  return new RuntimeError('invalid-argument', `publish port ${JSON.stringify(text)}`, what);
}
