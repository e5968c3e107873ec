/**
 * Where containerd reads what a shim has to say: the FIFO `log` in the bundle of the pod's first container, on Windows a
 * pipe that containerd dials. Lines in logrus' text format, as containerd's own are; what nobody takes is dropped.
 */
import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { ContainerdPod } from '../container/container-record.ts';
import type { LogLevel } from '../host-log.ts';

/** PIPE_BUF: a line of at most so many bytes is written whole or not at all. */
const LINE_BYTES_MAX = 4096;
/** Of a text that is cut: quoted, a character may take six bytes. */
const TEXT_LENGTHS = [3000, 400];
const LEVELS: Readonly<Record<LogLevel, string>> = {
  information: 'info',
  warning: 'warning',
  error: 'error',
};

export interface BundleLog {
  /** Never throws, never waits. */
  readonly write: (level: LogLevel, text: string) => void;
  close(): void;
}

/** @param pod its `debug` says whether mere information goes there too: containerd's log has every pod's */
export function openBundleLog(pod: ContainerdPod): BundleLog {
  const sink = process.platform === 'win32' ? pipeSink(pod) : fifoSink(join(pod.bundle, 'log'));
  return {
    write: (level, text) => {
      if (level === 'information' && pod.debug !== true) return;
      sink.write(lineOf(pod, level, text));
    },
    close: () => sink.close(),
  };
}

interface Sink {
  write(line: Buffer): void;
  close(): void;
}

/**
 * Both ends are held: containerd may be away, and come back. Where there is no FIFO nothing is written, nor is a file
 * made in its place.
 */
function fifoSink(path: string): Sink {
  let descriptor: number | undefined;
  try {
    const opened = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    if (fstatSync(opened).isFIFO()) descriptor = opened;
    else closeSync(opened);
  } catch {
    // containerd has none, or removed it with the bundle.
  }
  const close = (): void => {
    if (descriptor !== undefined) closeSync(descriptor);
    descriptor = undefined;
  };
  return {
    write: (line) => {
      if (descriptor === undefined) return;
      try {
        writeSync(descriptor, line);
      } catch (error) {
        // Full: nobody reads now.
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') close();
      }
    },
    close,
  };
}

/** containerd dials it within ten seconds; what is said before is not kept. */
function pipeSink({ namespace, groupId }: ContainerdPod): Sink {
  const readers = new Set<Socket>();
  const server = createServer((socket) => {
    readers.add(socket);
    socket.unref().resume();
    socket.on('error', () => undefined);
    socket.on('close', () => readers.delete(socket));
  });
  server.on('error', () => undefined);
  server.listen(`\\\\.\\pipe\\containerd-shim-${namespace}-${groupId}-log`);
  server.unref();
  return {
    write: (line) => {
      for (const reader of readers) if (reader.writableLength === 0) reader.write(line);
    },
    close: () => {
      server.close();
      for (const reader of readers) reader.destroy();
    },
  };
}

function lineOf({ namespace, groupId }: ContainerdPod, level: LogLevel, text: string): Buffer {
  const fields = `namespace=${quoted(namespace)} pod=${quoted(groupId)} runtime=io.containerd.lcow.v1`;
  const head = `time=${quoted(new Date().toISOString())} level=${LEVELS[level]}`;
  let line = Buffer.alloc(0);
  for (const most of TEXT_LENGTHS) {
    const message = text.length > most ? `${text.slice(0, most)}...` : text;
    line = Buffer.from(`${head} msg=${quoted(message)} ${fields}\n`);
    if (line.length <= LINE_BYTES_MAX) break;
  }
  return line;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
