/**
 * FIFOs as containerd's clients make them. Of an output FIFO both ends stay open here, so that neither its opening waits
 * for a reader nor its writing fails when one has gone: what is written waits for the next, and the process with it. Of
 * stdin's we have a writer of our own: a client that leaves does not end it, CloseIO does.
 */
import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import { RuntimeError } from '../errors.ts';
import { Descriptor } from './descriptor.ts';
import { DescriptorSink, DescriptorSource } from './descriptor-ends.ts';
import type { InputSource, OnTrouble, OutputSink } from './stdio-ends.ts';

const { O_NOCTTY, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants;

/** @throws RuntimeError invalid-argument that has `name`, a field with its value, where there is no such FIFO */
export function openFifoSink(
  op: string,
  name: string,
  path: string,
  onTrouble: OnTrouble,
): OutputSink {
  const fd = openFifo(op, name, path, O_RDWR);
  return new DescriptorSink(new Descriptor(fd, 'write'), name, onTrouble);
}

/** As openFifoSink. */
export function openFifoSource(op: string, name: string, path: string): InputSource {
  const reader = openFifo(op, name, path, O_RDONLY);
  let closer: number | undefined;
  try {
    closer = openFifo(op, name, path, O_WRONLY);
  } catch (error) {
    closeSync(reader);
    throw error;
  }
  const closeWriter = (): void => {
    if (closer !== undefined) closeSync(closer);
    closer = undefined;
  };
  const source = new DescriptorSource(new Descriptor(reader, 'read'), closeWriter);
  return {
    consumes: source.consumes,
    read: (from, take, end) => source.read(from, take, end),
    closeWriter: () => source.closeWriter(),
    close: () => {
      closeWriter();
      source.close();
    },
  };
}

function openFifo(op: string, name: string, path: string, mode: number): number {
  const refuse = (what: string, cause?: unknown): RuntimeError =>
    new RuntimeError('invalid-argument', op, `${name}: ${what}`, { cause });
  let fd: number;
  try {
    // Looked at before, for opening something else may do something.
    if (!statSync(path).isFIFO()) throw refuse('it is not a FIFO');
    fd = openSync(path, mode | O_NONBLOCK | O_NOCTTY);
  } catch (error) {
    if (error instanceof RuntimeError) throw error;
    throw refuse((error as Error).message, error);
  }
  if (fstatSync(fd).isFIFO()) return fd;
  closeSync(fd);
  throw refuse('it is not a FIFO');
}
