/**
 * `file://`: output appended to a file, which both streams share. A disk that is full loses output and does not stop the
 * process; it is said once.
 */
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RuntimeError } from '../errors.ts';
import type { OutputStream } from '../task/process-io.ts';
import type { HandedOn } from './handed-on.ts';
import type { OnTrouble, OutputSink } from './stdio-ends.ts';

const { O_APPEND, O_CREAT, O_WRONLY } = constants;
/** Absent on Windows. */
const O_NONBLOCK = constants.O_NONBLOCK ?? 0;
const O_NOCTTY = constants.O_NOCTTY ?? 0;

/**
 * Makes the file, and the folders that lead to it (0755), where they are missing.
 * @throws RuntimeError invalid-argument for what cannot be appended to
 */
export async function openFileSink(
  op: string,
  name: string,
  path: string,
  handedOn: HandedOn,
  onTrouble: OnTrouble,
): Promise<OutputSink> {
  let file: FileHandle;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    file = await open(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY, 0o644);
  } catch (error) {
    throw new RuntimeError('invalid-argument', op, `${name}: ${(error as Error).message}`, {
      cause: error,
    });
  }
  return fileSink(op, name, file, onTrouble, handedOn);
}

/**
 * Takes over a handle that appends.
 * @param handedOn makes it exact over a crash, where nobody else writes to the file
 * @throws RuntimeError invalid-argument for what is neither a file nor /dev/null
 */
export async function fileSink(
  op: string,
  name: string,
  file: FileHandle,
  onTrouble: OnTrouble,
  handedOn?: HandedOn,
): Promise<OutputSink> {
  const stat = await file.stat();
  if (!stat.isFile() && !isNull(stat)) {
    await file.close();
    throw new RuntimeError('invalid-argument', op, `${name}: it is not a regular file`);
  }
  if (stat.isFile() && handedOn !== undefined) settle(handedOn, stat.size);
  return new FileSink(file, name, onTrouble, handedOn);
}

/** /dev/null: device 1:3. */
export function isNull(stat: { rdev: number; isCharacterDevice(): boolean }): boolean {
  return stat.isCharacterDevice() && stat.rdev === 0x103;
}

/** What of the writes that an earlier supervisor was at is in the file. */
function settle(handedOn: HandedOn, sizeBytes: number): void {
  for (const stream of ['stdout', 'stderr'] as const) {
    const { sizeBytes: before, length } = handedOn.state.writing[stream];
    if (length > 0) handedOn.advance(stream, Math.min(Math.max(0, sizeBytes - before), length));
  }
}

class FileSink implements OutputSink {
  readonly #file: FileHandle;
  readonly #name: string;
  readonly #handedOn: HandedOn | undefined;
  readonly #onTrouble: OnTrouble;
  #tail: Promise<void> = Promise.resolve();
  #failing = false;
  #closed = false;

  constructor(
    file: FileHandle,
    name: string,
    onTrouble: OnTrouble,
    handedOn: HandedOn | undefined,
  ) {
    this.#file = file;
    this.#name = name;
    this.#handedOn = handedOn;
    this.#onTrouble = onTrouble;
  }

  write(stream: OutputStream, bytes: Buffer, advance: (count: number) => void): Promise<void> {
    // One at a time: the record has room for one.
    const done = this.#tail.then(() => this.#write(stream, bytes, advance));
    this.#tail = done;
    return done;
  }

  async end(): Promise<void> {
    await this.#tail;
    await this.close();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#file.close().catch(() => {});
  }

  async #write(
    stream: OutputStream,
    bytes: Buffer,
    advance: (count: number) => void,
  ): Promise<void> {
    let at = 0;
    try {
      while (at < bytes.length) {
        await this.#announce(stream, bytes.length - at);
        const { bytesWritten } = await this.#file.write(bytes, at);
        at += bytesWritten;
        advance(bytesWritten);
      }
      this.#failing = false;
    } catch (error) {
      if (!this.#failing && !this.#closed) {
        this.#onTrouble(`${this.#name}: output is lost: ${(error as Error).message}`);
      }
      this.#failing = true;
      advance(bytes.length - at);
    }
  }

  /** On disk before the write: what the file grew by was written. */
  async #announce(stream: OutputStream, length: number): Promise<void> {
    const handedOn = this.#handedOn;
    if (handedOn === undefined) return;
    const { size } = await this.#file.stat();
    Object.assign(handedOn.state.writing[stream], { sizeBytes: size, length });
    handedOn.save();
  }
}
