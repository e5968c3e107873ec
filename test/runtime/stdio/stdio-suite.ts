/** What tests of stdio on the host share: a folder with FIFOs, a guest that takes input, what is left open. */
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GuestInput, ProcessIo, ProcessIoRequest } from '../../../runtime/task/process-io.ts';
import { hostStdio, type HostStdioOptions } from '../../../runtime/stdio/host-stdio.ts';

export const EXIT = { code: 0, exitedAtMs: 1, oomKilled: false } as const;

export class Bench {
  readonly folder = mkdtempSync(join(tmpdir(), 'lcow-stdio-'));
  readonly troubles: string[] = [];

  path(name: string): string {
    return join(this.folder, name);
  }

  fifo(name: string): string {
    execFileSync('mkfifo', ['-m', '700', this.path(name)]);
    return this.path(name);
  }

  open(
    request: Partial<ProcessIoRequest>,
    options: Partial<HostStdioOptions> = {},
  ): Promise<ProcessIo> {
    const onTrouble = (subject: string, what: string): void => {
      this.troubles.push(`${subject}: ${what}`);
    };
    return hostStdio({ folder: this.folder, onTrouble, ...options })({
      ...{ containerId: 'web', execId: '', terminal: false, adopted: false },
      ...{ stdin: '', stdout: '', stderr: '' },
      ...request,
    });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Runs `use` with a bench of its own. */
export function onBench(use: (bench: Bench) => Promise<void>): () => Promise<void> {
  return async () => {
    const bench = new Bench();
    try {
      await use(bench);
    } finally {
      bench.remove();
    }
  };
}

/** The guest's side of stdin. */
export class Guest implements GuestInput {
  stdinOffset: number;
  received = Buffer.alloc(0);
  readonly ended: Promise<void>;
  #end!: () => void;
  #wanted: { bytes: number; resolve: () => void } | undefined;
  isEnded = false;
  /** Settles nothing before it resolves: a guest that does not read. */
  reads: Promise<void> = Promise.resolve();

  constructor(stdinOffset = 0) {
    this.stdinOffset = stdinOffset;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  async write(bytes: Buffer): Promise<void> {
    await this.reads;
    this.received = Buffer.concat([this.received, bytes]);
    this.stdinOffset += bytes.length;
    if (this.#wanted !== undefined && this.received.length >= this.#wanted.bytes) {
      this.#wanted.resolve();
    }
  }

  /** Resolves when it has this many bytes. */
  has(bytes: number): Promise<void> {
    if (this.received.length >= bytes) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wanted = { bytes, resolve };
    });
  }

  end(): void {
    this.isEnded = true;
    this.#end();
  }

  resize(): void {}
}

/** A reader's or writer's end of a FIFO, never waiting. */
export class FifoEnd {
  readonly fd: number;

  constructor(path: string, mode: 'read' | 'write') {
    const access = mode === 'read' ? constants.O_RDONLY : constants.O_WRONLY;
    this.fd = openSync(path, access | constants.O_NONBLOCK);
  }

  /** What is there; undefined at the end. */
  take(): Buffer | undefined {
    const bytes = Buffer.alloc(1 << 20);
    let length = 0;
    for (;;) {
      try {
        const count = readSync(this.fd, bytes, length, bytes.length - length, null);
        if (count === 0) return length === 0 ? undefined : bytes.subarray(0, length);
        length += count;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
        return bytes.subarray(0, length);
      }
    }
  }

  close(): void {
    closeSync(this.fd);
  }
}

/** What this process has open under a folder, and pipes. */
export function openFiles(folder: string): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`);
      return target.startsWith(folder) ? [target.slice(folder.length)] : [];
    } catch {
      return [];
    }
  });
}

/** Resolves when `check` holds; the test's own deadline ends it otherwise. */
export async function until(check: () => boolean): Promise<void> {
  while (!check()) {
    await new Promise((resolve) => {
      setTimeout(resolve, 2);
    });
  }
}
