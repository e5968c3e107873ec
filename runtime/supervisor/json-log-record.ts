/**
 * Records of a container's log: docker's json-file lines with the offset of each record, and bytes that are not
 * UTF-8 kept exactly. Pure; json-log.ts writes them, log-reader.ts reads them.
 */
import { isAscii, isUtf8 } from 'node:buffer';
import type { OutputStream } from '../task/process-io.ts';

/** A line without a newline becomes a record of its own at this size, as docker's does. */
const PARTIAL_BYTES_MAX = 16 * 1024;
const NEWLINE = 10;

export interface LogOffsets {
  readonly stdout: number;
  readonly stderr: number;
}

/** What one piece of output becomes records of. */
export interface LogBatch {
  readonly stream: OutputStream;
  readonly bytes: Buffer;
  /** Of the first byte. */
  readonly offset: number;
  readonly time: string;
  /** Put on the first record: where both streams are before it, and where the process's own offsets begin. */
  readonly mark?: LogMark;
}

export interface LogMark {
  readonly at: LogOffsets;
  readonly base: LogOffsets;
}

export interface LogRecord {
  readonly stream: OutputStream;
  readonly bytes: Buffer;
  readonly timeMs: number;
  /** The stream's offset after this record; undefined in a log that docker wrote. */
  readonly offset: number | undefined;
  readonly mark: LogMark | undefined;
  /** Not output: tells that some was lost. */
  readonly lost: boolean;
}

/** The records of a batch, a line each, cut after every newline. */
export function encodeRecords(batch: LogBatch): Buffer {
  const { bytes, stream, time, mark } = batch;
  const tail = `,"stream":"${stream}","time":"${time}","offset":`;
  let first = mark === undefined ? '' : `,"mark":${encodeMark(mark)}`;
  let lines = '';
  const line = (content: string, end: number): void => {
    lines += `{${content}${tail}${batch.offset + end}${first}}\n`;
    first = '';
  };
  if (isAscii(bytes)) {
    const text = bytes.toString('latin1');
    for (const [start, end] of cuts(bytes)) {
      line(`"log":${JSON.stringify(text.slice(start, end))}`, end);
    }
  } else {
    for (const [start, end] of cuts(bytes)) {
      for (const [from, to] of utf8Parts(bytes, start, end)) {
        const part = bytes.subarray(from, to);
        if (isUtf8(part)) line(`"log":${JSON.stringify(part.toString('utf8'))}`, to);
        else line(`"bytes":"${part.toString('base64')}"`, to);
      }
    }
  }
  return Buffer.from(lines, 'utf8');
}

/** A record without output that carries only the mark: where a process begins in a log that is continued. */
export function encodeMarkRecord(mark: LogMark, time: string): Buffer {
  return Buffer.from(
    `{"log":"","stream":"stdout","time":"${time}","offset":${mark.at.stdout},"mark":${encodeMark(mark)}}\n`,
  );
}

/** The record that stands where output was lost. */
export function encodeLostRecord(lostBytes: number, reason: string, time: string): Buffer {
  const text = JSON.stringify(`[lcow: ${lostBytes} bytes of output were lost: ${reason}]\n`);
  return Buffer.from(`{"log":${text},"stream":"stderr","time":"${time}","lost":true}\n`);
}

/** Undefined for a line that is no record: a torn one, or something else's. */
export function decodeRecord(line: string): LogRecord | undefined {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { log, bytes, stream, time, offset, mark, lost } = value;
  if (stream !== 'stdout' && stream !== 'stderr') return undefined;
  let content: Buffer;
  if (typeof log === 'string') content = Buffer.from(log, 'utf8');
  else if (typeof bytes === 'string') content = Buffer.from(bytes, 'base64');
  else return undefined;
  return {
    stream,
    bytes: content,
    timeMs: typeof time === 'string' ? parseTime(time) : 0,
    offset: typeof offset === 'number' ? offset : undefined,
    mark: decodeMark(mark),
    lost: lost === true,
  };
}

let lastTime = '';
let lastTimeMs = 0;

/** Neighbouring records have the same time, mostly. */
function parseTime(time: string): number {
  if (time !== lastTime) {
    lastTimeMs = Date.parse(time) || 0;
    lastTime = time;
  }
  return lastTimeMs;
}

function encodeMark({ at, base }: LogMark): string {
  return `[${at.stdout},${at.stderr},${base.stdout},${base.stderr}]`;
}

function decodeMark(value: unknown): LogMark | undefined {
  if (!Array.isArray(value) || value.length !== 4) return undefined;
  if (!value.every((number) => Number.isSafeInteger(number) && number >= 0)) return undefined;
  const [stdout, stderr, baseOut, baseErr] = value as [number, number, number, number];
  return { at: { stdout, stderr }, base: { stdout: baseOut, stderr: baseErr } };
}

function* cuts(bytes: Buffer): Generator<[number, number]> {
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, start);
    const lineEnd = newline < 0 ? bytes.length : newline + 1;
    const end = Math.min(lineEnd, start + PARTIAL_BYTES_MAX);
    yield [start, end];
    start = end;
  }
}

/** Cuts a character's bytes that belong to the piece before or after off, so that the text between stays text. */
function* utf8Parts(bytes: Buffer, start: number, end: number): Generator<[number, number]> {
  let from = start;
  while (from < end && from - start < 3 && ((bytes[from] ?? 0) & 0xc0) === 0x80) from += 1;
  let to = end;
  for (let back = 1; back <= 3 && end - back >= from; back += 1) {
    const byte = bytes[end - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    if (needed > back) to = end - back;
    break;
  }
  if (from > start) yield [start, from];
  if (to > from) yield [from, to];
  if (end > to) yield [Math.max(to, from), end];
}
