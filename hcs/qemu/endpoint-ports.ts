/**
 * Ports of this host: holding one until QEMU takes it over, and saying why one cannot be had. Between the two
 * lies a millisecond in which another process may take it; QEMU then refuses, and the same is told.
 */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import type { PublishedPort } from '../endpoints.ts';

/** A port of this host cannot be had; the message names address and port. */
export class PortInUseError extends Error {
  override readonly name = 'PortInUseError';
  /** Of the system: EADDRINUSE, EADDRNOTAVAIL, EACCES. */
  readonly code: string;

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

/** What QEMU says of a forward that it could not set up, as the same error. */
export function portRefusedByQemu(message: string): PortInUseError | undefined {
  const rule = /set up host forwarding rule '(?:tcp|udp):([0-9.]*):(\d+)-/.exec(message);
  if (rule === null) return undefined;
  return new PortInUseError('EADDRINUSE', {
    hostAddress: rule[1] || '0.0.0.0',
    hostPort: Number(rule[2]),
  });
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
