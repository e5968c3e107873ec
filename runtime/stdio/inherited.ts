/**
 * `process:<pid>/<fd>`: stdio that a process of this host inherited and keeps open, for callers of an OCI runtime. It is
 * opened anew through /proc: pipes, terminals, files, /dev/null. No end is kept open here that was not asked for: a
 * reader sees the end once that process and we are done, a writer's end is the process's end of input.
 */
import { constants, openSync, readFileSync, readlinkSync, type Stats, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { isatty } from 'node:tty';
import { RuntimeError } from '../errors.ts';
import { startTimeOf } from '../ownership.ts';
import { Descriptor } from './descriptor.ts';
import { DescriptorSink, DescriptorSource } from './descriptor-ends.ts';
import { fileSink, isNull } from './file-sink.ts';
import type { HandedOn } from './handed-on.ts';
import type { InputSource, OnTrouble, OutputSink } from './stdio-ends.ts';

const { O_APPEND, O_NOCTTY, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants;
const READ_BYTES = 64 * 1024;

export interface Inherited {
  readonly pid: number;
  readonly fd: number;
}

/**
 * Where output goes; undefined: to /dev/null, or to a pipe that nobody reads any more.
 * @throws RuntimeError invalid-argument that has `name`, a field with its value: no such descriptor, a socket, a device
 */
export async function openInheritedSink(
  op: string,
  name: string,
  inherited: Inherited,
  handedOn: HandedOn,
  onTrouble: OnTrouble,
): Promise<OutputSink | undefined> {
  const { path, stat, refuse } = lookAt(op, name, inherited, handedOn);
  if (isNull(stat)) return undefined;
  try {
    if (stat.isFile()) {
      const file = await open(path, O_WRONLY | O_APPEND);
      // Others may write to it, the other stream among them.
      return await fileSink(op, name, file, onTrouble);
    }
    // A terminal is opened both ways: Node has no other way to write to one without blocking.
    const mode = stat.isFIFO() ? O_WRONLY : O_RDWR;
    const fd = openSync(path, mode | O_NONBLOCK | O_NOCTTY);
    return new DescriptorSink(checked(fd, stat, 'write', refuse), name, onTrouble);
  } catch (error) {
    if (error instanceof RuntimeError) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENXIO' && stat.isFIFO()) return undefined;
    throw refuse((error as Error).message, error);
  }
}

/** As openInheritedSink; undefined: input that has ended. */
export async function openInheritedSource(
  op: string,
  name: string,
  inherited: Inherited,
  handedOn: HandedOn,
): Promise<InputSource | undefined> {
  const { path, stat, refuse } = lookAt(op, name, inherited, handedOn);
  if (isNull(stat)) return undefined;
  try {
    if (stat.isFile()) {
      const position = positionOf(inherited, handedOn);
      return new FileSource(await open(path, O_RDONLY), position);
    }
    const fd = openSync(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    return new DescriptorSource(checked(fd, stat, 'read', refuse), (end) => end());
  } catch (error) {
    if (error instanceof RuntimeError) throw error;
    throw refuse((error as Error).message, error);
  }
}

function lookAt(
  op: string,
  name: string,
  { pid, fd }: Inherited,
  handedOn: HandedOn,
): { path: string; stat: Stats; refuse: (what: string, cause?: unknown) => RuntimeError } {
  const refuse = (what: string, cause?: unknown): RuntimeError =>
    new RuntimeError('invalid-argument', op, `${name}: ${what}`, { cause });
  const path = `/proc/${pid}/fd/${fd}`;
  const start = startTimeOf(pid);
  const known = handedOn.note(`process ${pid}`);
  // After a crash the number may be another's.
  if (start === undefined || (known !== undefined && known !== start)) {
    throw refuse('that process is gone');
  }
  handedOn.setNote(`process ${pid}`, start);
  let stat: Stats;
  let target: string;
  try {
    target = readlinkSync(path);
    stat = statSync(path);
  } catch (error) {
    throw refuse((error as Error).message, error);
  }
  if (stat.isSocket()) throw refuse(`it is a socket (${target}), which cannot be opened anew`);
  if (!stat.isFIFO() && !stat.isFile() && !stat.isCharacterDevice()) {
    throw refuse(`it is ${target}, neither a pipe nor a terminal, a file or /dev/null`);
  }
  return { path, stat, refuse };
}

function checked(
  fd: number,
  stat: Stats,
  mode: 'read' | 'write',
  refuse: (what: string) => RuntimeError,
): Descriptor {
  const descriptor = new Descriptor(fd, mode);
  if (stat.isFIFO() || isatty(fd)) return descriptor;
  void descriptor.close();
  throw refuse('it is a device that is no terminal');
}

/** Where whoever gave the process its stdin had read to. */
function positionOf({ pid, fd }: Inherited, handedOn: HandedOn): number {
  const note = `position ${pid}/${fd}`;
  const known = handedOn.note(note);
  if (known !== undefined) return Number(known);
  const info = readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'latin1');
  const position = /^pos:\s*(\d+)$/m.exec(info)?.[1] ?? '0';
  handedOn.setNote(note, position);
  return Number(position);
}

class FileSource implements InputSource {
  readonly consumes = false;
  readonly #file: FileHandle;
  readonly #start: number;
  #over = false;
  #closed = false;

  constructor(file: FileHandle, start: number) {
    this.#file = file;
    this.#start = start;
  }

  read(from: number, take: (bytes: Buffer) => Promise<void>, end: () => void): void {
    void this.#read(this.#start + from, take).then(() => {
      if (!this.#closed) end();
    });
  }

  closeWriter(): void {
    this.#over = true;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#over = true;
    void this.#file.close().catch(() => {});
  }

  async #read(from: number, take: (bytes: Buffer) => Promise<void>): Promise<void> {
    let position = from;
    try {
      while (!this.#over) {
        const { bytesRead, buffer } = await this.#file.read({
          buffer: Buffer.allocUnsafe(READ_BYTES),
          position,
        });
        if (bytesRead === 0) return;
        position += bytesRead;
        await take(buffer.subarray(0, bytesRead));
      }
    } catch {
      // A file that cannot be read has ended.
    }
  }
}
