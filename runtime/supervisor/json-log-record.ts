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
  // Appended once, to the first.
  let first = mark === undefined ? '' : `,"mark":${encodeMark(mark)}`;
  let lines = '';
  const line = (content: string, end: number): void => {
    lines += `{${content}${tail}${batch.offset + end}${first}}\n`;
    first = '';
  };
  if (!isAscii(bytes)) {
    eachCut(bytes, (start, end) => {
      for (const [from, to] of utf8Parts(bytes, start, end)) {
        const part = bytes.subarray(from, to);
        if (isUtf8(part)) line(`"log":${JSON.stringify(part.toString('utf8'))}`, to);
        else line(`"bytes":"${part.toString('base64')}"`, to);
      }
    });
    return Buffer.from(lines, 'utf8');
  }
  const text = bytes.toString('latin1');
  const isPlain = !hasEscapes(text);
  eachCut(bytes, (start, end) => {
    if (!isPlain) line(`"log":${JSON.stringify(text.slice(start, end))}`, end);
    else if (bytes[end - 1] === NEWLINE) line(`"log":"${text.slice(start, end - 1)}\\n"`, end);
    else line(`"log":"${text.slice(start, end)}"`, end);
  });
  return Buffer.from(lines, 'latin1');
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

const OWN_START = '{"log":"';
const OWN_END = '","stream":"';

/**
 * The records of whole lines, in order; what is no record is left out. May write into `lines`, and its records are
 * views of it where they can be.
 */
export function decodeRecords(lines: Buffer): LogRecord[] {
  const records: LogRecord[] = [];
  // Only of ASCII are positions in the text those in the bytes.
  const isPlain = isAscii(lines);
  const text = lines.toString(isPlain ? 'latin1' : 'utf8');
  /** `","stream":...,"offset":` of the line before, mostly this one's too. */
  let tail = '';
  let last: LogRecord | undefined;
  let escape = -1;
  for (let start = 0, end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
    const from = start + OWN_START.length;
    const lineStart = start;
    start = end + 1;
    if (isPlain && last !== undefined && text.startsWith(OWN_START, lineStart)) {
      // A quote inside the text is escaped, so that the first bare one ends it.
      const to = text.indexOf(OWN_END, from);
      const offset = text.startsWith(tail, to)
        ? Number(text.slice(to + tail.length, end - 1))
        : NaN;
      if (escape < from) escape = text.indexOf('\\', from);
      if (escape < 0) escape = Infinity;
      const isLine = escape === to - 2 && text[to - 1] === 'n';
      if (to >= 0 && to < end && Number.isSafeInteger(offset) && (isLine || escape >= to)) {
        if (isLine) lines[to - 2] = NEWLINE;
        const bytes = lines.subarray(from, isLine ? to - 1 : to);
        const { stream, timeMs } = last;
        records.push({ stream, bytes, timeMs, offset, mark: undefined, lost: false });
        continue;
      }
    }
    const line = text.slice(lineStart, end);
    const record = decodeRecord(line);
    if (record === undefined) continue;
    records.push(record);
    if (record.lost || record.offset === undefined) continue;
    const time = /"time":"([^"]*)","offset":\d/.exec(line.slice(line.lastIndexOf(OWN_END)));
    last = time === null ? undefined : { ...record, mark: undefined };
    tail = `${OWN_END}${record.stream}","time":"${time?.[1]}","offset":`;
  }
  return records;
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

/** Whether JSON escapes anything of it but newlines. */
function hasEscapes(text: string): boolean {
  if (text.includes('"') || text.includes('\\')) return true;
  // ASCII without its control characters but the newline; a negated class, for they are hard to write.
  return /[^\n -\u007f]/.test(text);
}

function eachCut(bytes: Buffer, take: (start: number, end: number) => void): void {
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, start);
    const lineEnd = newline < 0 ? bytes.length : newline + 1;
    const end = Math.min(lineEnd, start + PARTIAL_BYTES_MAX);
    take(start, end);
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
