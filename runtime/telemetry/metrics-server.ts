/**
 * The HTTP server that Prometheus asks: /metrics and nothing else, of whoever may connect. What it tells is handed to it; it
 * is asked once however many ask at the same time.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { lstatSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { messageOf, RuntimeError } from '../errors.ts';
import { CONTENT_TYPE } from './exposition.ts';

/** A scraper or two, and people who look. */
const CONNECTIONS_MAX = 32;
const REQUEST_MS = 10_000;
const HEADER_BYTES_MAX = 8192;

export type ListenAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/** @throws RuntimeError invalid-argument */
export function parseListenAddress(
  text: string,
  platform: NodeJS.Platform = process.platform,
): ListenAddress {
  const op = `listen at ${JSON.stringify(text.slice(0, 200))}`;
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length);
    if (platform === 'win32') {
      throw new RuntimeError('unsupported', op, 'Windows has no such sockets here: name a port');
    }
    if (path.startsWith('/') && Buffer.byteLength(path) < 108) return { kind: 'unix', path };
    const what = 'after unix: comes an absolute path of at most 107 bytes';
    throw new RuntimeError('invalid-argument', op, what);
  }
  const [, host = '', port = ''] = /^(\[[0-9a-fA-F:.]+\]|[^:[\]\s]*):(\d{1,5})$/.exec(text) ?? [];
  if (port === '' || Number(port) > 65_535) {
    const what = 'it is neither ADDRESS:PORT nor unix:PATH';
    throw new RuntimeError('invalid-argument', op, what);
  }
  // Without an address: all of them, as Prometheus' own programs have it.
  return { kind: 'tcp', host: host.replace(/^\[(.*)\]$/, '$1') || '::', port: Number(port) };
}

export interface MetricsServer extends AsyncDisposable {
  /** Where it listens, for people: "http://127.0.0.1:9464/metrics", "unix:/run/lcow/metrics.sock". */
  readonly address: string;
}

/**
 * @param render the text to tell. What it throws is answered as 500, with the message
 * @throws RuntimeError already-exists where somebody listens there; permission-denied; invalid-argument
 */
export async function serveMetrics(
  address: ListenAddress,
  render: () => Promise<string>,
): Promise<MetricsServer> {
  let rendering: Promise<string> | undefined;
  const renderOnce = (): Promise<string> =>
    (rendering ??= render().finally(() => {
      rendering = undefined;
    }));
  const server = createServer({ maxHeaderSize: HEADER_BYTES_MAX }, (request, response) => {
    void answer(request, response, renderOnce);
  });
  server.maxConnections = CONNECTIONS_MAX;
  server.requestTimeout = REQUEST_MS;
  server.headersTimeout = REQUEST_MS;
  if (address.kind === 'unix') await removeDeadSocket(address.path);
  await listen(server, address);
  return {
    address: addressText(server, address),
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  { method, url = '' }: IncomingMessage,
  response: ServerResponse,
  render: () => Promise<string>,
): Promise<void> {
  const say = (status: number, text: string, more: Record<string, string> = {}): void => {
    const type = status === 200 ? CONTENT_TYPE : 'text/plain; charset=utf-8';
    response.writeHead(status, { 'content-type': type, ...more });
    response.end(method === 'HEAD' ? undefined : text);
  };
  const path = url.split('?')[0];
  if (path !== '/metrics') return say(404, 'the metrics are at /metrics\n');
  if (method !== 'GET' && method !== 'HEAD') {
    return say(405, 'it is read only\n', { allow: 'GET, HEAD' });
  }
  try {
    say(200, await render());
  } catch (error) {
    say(500, `${messageOf(error)}\n`);
  }
}

function listen(server: Server, address: ListenAddress): Promise<void> {
  const where = textOf(address);
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      const denied = error.code === 'EACCES' || error.code === 'EPERM';
      const code = taken ? 'already-exists' : denied ? 'permission-denied' : 'invalid-argument';
      const what = taken ? 'somebody listens there already' : error.message;
      reject(new RuntimeError(code, `listen at ${where}`, what, { cause: error }));
    });
    if (address.kind === 'tcp') {
      server.listen({ host: address.host, port: address.port }, resolve);
      return;
    }
    // It is bound within the call, and nobody else's from the first moment.
    const before = process.umask(0o177);
    try {
      server.listen({ path: address.path }, resolve);
    } finally {
      process.umask(before);
    }
  });
}

/** A socket that nobody listens at any more is in the way. Anything else stays. */
async function removeDeadSocket(path: string): Promise<void> {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isSocket() !== true) return;
  const isDead = await new Promise<boolean>((resolve) => {
    const socket = connect(path);
    socket.on('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
  if (isDead) rmSync(path, { force: true });
}

function addressText(server: Server, address: ListenAddress): string {
  const bound = server.address();
  if (address.kind === 'unix' || bound === null || typeof bound === 'string') {
    return textOf(address);
  }
  return `http://${textOf({ ...address, port: bound.port })}/metrics`;
}

function textOf(address: ListenAddress): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `${host}:${address.port}`;
}
