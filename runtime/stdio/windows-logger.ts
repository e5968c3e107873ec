/**
 * `binary://` on Windows, by hcsshim's protocol: the logger dials the pipes that its environment names, CONTAINER_STDOUT
 * and CONTAINER_STDERR to read, CONTAINER_WAIT to say that it is ready by closing it or by a byte.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { withDeadline } from '../deadline.ts';
import { messageOf, RuntimeError } from '../errors.ts';
import type { OutputStream } from '../task/process-io.ts';
import { type LoggerOptions, READY_MS, TERM_MS } from './logger.ts';
import type { OutputSink } from './stdio-ends.ts';

type WindowsLoggerOptions = Omit<LoggerOptions, 'folder' | 'handedOn'> & {
  /** For tests: where its pipes are. Default \\.\pipe\binary-<random>-. */
  readonly prefix?: string;
};

/** As startLogger. */
export async function startWindowsLogger(options: WindowsLoggerOptions): Promise<OutputSink> {
  const { op, name, path, args, containerId, namespace, streams } = options;
  const prefix = options.prefix ?? `\\\\.\\pipe\\binary-${randomBytes(8).toString('hex')}-`;
  const pipes: { server: Server; path: string; dialled: Promise<Socket> }[] = [];
  let child: ChildProcess | undefined;
  const give = async (suffix: string): Promise<(typeof pipes)[number]> => {
    const pipe = await listen(`${prefix}${suffix}`);
    pipes.push(pipe);
    return pipe;
  };
  const release = async (): Promise<void> => {
    child?.kill('SIGKILL');
    for (const { server, dialled } of pipes) {
      dialled.then((socket) => socket.destroy()).catch(() => {});
      server.close();
    }
  };
  try {
    const wait = await give('wait');
    const given: [OutputStream, (typeof pipes)[number]][] = [];
    for (const stream of streams) given.push([stream, await give(stream)]);
    const names = given.map(([stream, pipe]) => [`CONTAINER_${stream.toUpperCase()}`, pipe.path]);
    child = spawn(path, args, {
      env: {
        // Without it hardly a program of Windows starts.
        ...(process.env['SystemRoot'] === undefined
          ? {}
          : { SystemRoot: process.env['SystemRoot'] }),
        ...{ CONTAINER_ID: containerId, CONTAINER_NAMESPACE: namespace, CONTAINER_WAIT: wait.path },
        ...Object.fromEntries(names),
      },
      stdio: 'ignore',
      windowsHide: true,
    });
    const started = child;
    const ended = new Promise<never>((_, reject) => {
      started.once('error', reject);
      started.once('exit', (code, signal) =>
        reject(new Error(`the logger ended before it was ready, ${signal ?? `status ${code}`}`)),
      );
    });
    ended.catch(() => {});
    const dialled = Promise.all(
      given.map(async ([stream, pipe]) => [stream, await pipe.dialled] as const),
    );
    const ready = Promise.race([Promise.all([isReady(wait.dialled), dialled]), ended]);
    const within = options.readyMs ?? READY_MS;
    const [, sockets] = await withDeadline(
      `${op}: ${name}: wait until the logger is ready`,
      ready,
      within,
    );
    for (const { server } of pipes) server.close();
    (await wait.dialled).destroy();
    return new WindowsLoggerSink(child, new Map(sockets), options);
  } catch (error) {
    await release();
    if (error instanceof RuntimeError && error.code === 'timeout') throw error;
    throw new RuntimeError('invalid-argument', op, `${name}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

class WindowsLoggerSink implements OutputSink {
  readonly #child: ChildProcess;
  readonly #sockets: Map<OutputStream, Socket>;
  readonly #options: WindowsLoggerOptions;
  #troubled = false;

  constructor(
    child: ChildProcess,
    sockets: Map<OutputStream, Socket>,
    options: WindowsLoggerOptions,
  ) {
    this.#child = child;
    this.#sockets = sockets;
    this.#options = options;
    for (const socket of sockets.values()) socket.on('error', () => {});
  }

  async write(
    stream: OutputStream,
    bytes: Buffer,
    advance: (count: number) => void,
  ): Promise<void> {
    const socket = this.#sockets.get(stream);
    const sent =
      socket !== undefined &&
      !socket.destroyed &&
      (await new Promise<boolean>((resolve) => {
        socket.once('close', () => resolve(false));
        socket.write(bytes, (error) => resolve(error == null));
      }));
    if (!sent && !this.#troubled) {
      this.#troubled = true;
      this.#options.onTrouble(`${this.#options.name} takes no more output`);
    }
    advance(bytes.length);
  }

  async end(): Promise<void> {
    for (const socket of this.#sockets.values()) socket.end();
  }

  /** It has as long to end by itself as elsewhere between SIGTERM and SIGKILL: Windows has no SIGTERM. */
  async close(): Promise<void> {
    await this.end();
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exited = once(this.#child, 'exit');
      await withDeadline('end a logger', exited, this.#options.termMs ?? TERM_MS).catch(() => {});
      this.#child.kill('SIGKILL');
    }
    for (const socket of this.#sockets.values()) socket.destroy();
  }
}

async function listen(
  path: string,
): Promise<{ server: Server; path: string; dialled: Promise<Socket> }> {
  const server = createServer();
  const dialled = new Promise<Socket>((resolve) => server.once('connection', resolve));
  server.listen(path);
  await once(server, 'listening');
  return { server, path, dialled };
}

async function isReady(dialled: Promise<Socket>): Promise<void> {
  const socket = await dialled;
  socket.on('error', () => {});
  await new Promise<void>((resolve) => {
    socket.once('data', () => resolve());
    socket.once('close', () => resolve());
  });
}
