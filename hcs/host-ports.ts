/**
 * Ports of this host: holding one until the VMM or the system takes it over, and saying why one cannot be had.
 * Between the two lies a millisecond in which another process may take it; who takes over then refuses, and the
 * same is told.
 */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import type { PublishedPort } from './endpoints.ts';
import { HcsError } from './hcs-error.ts';
import type { HresultName } from './hresult.ts';

/** A port of this host cannot be had; the message names address and port. */
export class PortInUseError extends Error {
  override readonly name = 'PortInUseError';
  /** Of the system: EADDRINUSE, EADDRNOTAVAIL, EACCES. */
  readonly code: string;
  /** Of the port among those of holdPorts. */
  index = 0;

  constructor(code: string, { hostAddress, hostPort }: HostPort, options?: ErrorOptions) {
    super(describe(code, hostAddress, hostPort), options);
    this.code = code;
  }
}

type HostPort = Pick<PublishedPort, 'hostAddress' | 'hostPort'>;

/** A port that nobody else can listen on. */
export interface HeldPort {
  readonly port: number;
  letGo(): Promise<void>;
}

/** Takes a port; hostPort 0 takes a free one. @throws PortInUseError */
export async function holdPort(wanted: Omit<PublishedPort, 'guestPort'>): Promise<HeldPort> {
  try {
    return await (wanted.protocol === 'tcp' ? holdTcp(wanted) : holdUdp(wanted));
  } catch (error) {
    throw new PortInUseError((error as NodeJS.ErrnoException).code ?? '', wanted, { cause: error });
  }
}

/** The error of the contract for a port that cannot be had. */
export function portError(op: string, error: PortInUseError, source: string): HcsError {
  const hresult: HresultName =
    error.code === 'EACCES'
      ? 'E_ACCESSDENIED'
      : error.code === 'EADDRINUSE'
        ? 'HCN_E_PORT_ALREADY_EXISTS'
        : 'E_INVALIDARG';
  return new HcsError(op, hresult, [{ Message: error.message, Source: source }], { cause: error });
}

/** Ports that are held together; `ports` are in the order of what was wanted, each with a number. */
export interface HeldPorts {
  readonly ports: readonly PublishedPort[];
  letGo(): Promise<void>;
}

/** Takes all of the ports or none. @throws PortInUseError, with the index of the port */
export async function holdPorts(wanted: readonly PublishedPort[]): Promise<HeldPorts> {
  const held: HeldPort[] = [];
  const letGo = async (): Promise<void> => {
    await Promise.all(held.map((port) => port.letGo()));
  };
  const ports: PublishedPort[] = [];
  // Fixed ones first: a free one that is chosen must not be one of them.
  const order = [...wanted.entries()].sort(([, a], [, b]) => isFree(a) - isFree(b));
  for (const [index, port] of order) {
    try {
      const holding = await holdPort(port);
      held.push(holding);
      ports[index] = { ...port, hostPort: holding.port };
    } catch (error) {
      await letGo();
      if (error instanceof PortInUseError) error.index = index;
      throw error;
    }
  }
  return { ports, letGo };
}

function isFree({ hostPort }: PublishedPort): number {
  return hostPort === 0 ? 1 : 0;
}

function holdTcp({ hostAddress, hostPort }: HostPort): Promise<HeldPort> {
  // Whoever dials before the guest is there is told so by the closed connection.
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: hostAddress, port: hostPort, exclusive: true }, () => {
      server.unref();
      const { port } = server.address() as { port: number };
      resolve({
        port,
        letGo: () => new Promise((done) => server.close(() => done())),
      });
    });
  });
}

function holdUdp({ hostAddress, hostPort }: HostPort): Promise<HeldPort> {
  // Not reusable: QEMU's own are, and two of them would share a port in silence.
  const socket = createSocket({ type: 'udp4', reuseAddr: false });
  return new Promise((resolve, reject) => {
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind({ address: hostAddress, port: hostPort, exclusive: true }, () => {
      socket.unref();
      const { port } = socket.address();
      resolve({ port, letGo: () => new Promise((done) => socket.close(() => done())) });
    });
  });
}

function describe(code: string, address: string, port: number): string {
  switch (code) {
    case 'EADDRINUSE':
      return `port ${port} of ${address} is in use`;
    case 'EADDRNOTAVAIL':
      return `${address} is no address of this host (wanted for port ${port})`;
    case 'EACCES':
      return `port ${port} of ${address} takes a privilege that this process has not`;
    default:
      return `port ${port} of ${address} cannot be had (${code})`;
  }
}
