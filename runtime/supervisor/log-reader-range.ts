/** A stretch of a process's output from its log, by offsets: what a client that came back has missed. */
import type { FileHandle } from 'node:fs/promises';
import type { OutputStream } from '../task/process-io.ts';
import { linesBackwards } from './json-log-lines.ts';
import { decodeRecord, decodeRecords, type LogOffsets } from './json-log-record.ts';
import { LineBlocks, openLogFiles } from './log-reader-files.ts';

const STREAMS: readonly OutputStream[] = ['stdout', 'stderr'];

/**
 * Output from `from` (inclusive) to `to` (exclusive), in the order of the log. What is not in the log any more, or
 * was lost, is left out: offsets show it.
 */
export async function* readLogRange(
  path: string,
  from: LogOffsets,
  to: LogOffsets,
): AsyncGenerator<{ stream: OutputStream; bytes: Buffer; offset: number }> {
  const files = await openLogFiles(path);
  try {
    const starts = await findStarts(files, from, to);
    for (let index = starts.length - 1; index >= 0; index -= 1) {
      const [file, start] = [files[index], starts[index]];
      if (file === undefined || start === undefined) continue;
      const blocks = new LineBlocks(file, start);
      for (let lines = await blocks.next(); lines !== undefined; lines = await blocks.next()) {
        for (const record of decodeRecords(lines)) {
          if (record.offset === undefined || record.bytes.length === 0) continue;
          const { stream } = record;
          const begin = record.offset - record.bytes.length;
          const first = Math.max(begin, from[stream]);
          const last = Math.min(record.offset, to[stream]);
          if (first >= last) continue;
          yield {
            stream,
            bytes: record.bytes.subarray(first - begin, last - begin),
            offset: first,
          };
        }
      }
    }
  } finally {
    await Promise.all(files.map((file) => file.close()));
  }
}

/** Where to begin in each file, newest first, so that nothing from `from` on is missed. */
async function findStarts(
  files: readonly FileHandle[],
  from: LogOffsets,
  to: LogOffsets,
): Promise<number[]> {
  const missing = new Set(STREAMS.filter((stream) => from[stream] < to[stream]));
  const starts: number[] = [];
  for (const file of files) {
    let start = 0;
    for await (const { position, text } of linesBackwards(file, (await file.stat()).size)) {
      const record = decodeRecord(text);
      if (record === undefined) continue;
      if (record.offset !== undefined && record.offset <= from[record.stream]) {
        missing.delete(record.stream);
      }
      // The mark stands before its record.
      for (const stream of STREAMS) {
        if (record.mark !== undefined && record.mark.at[stream] <= from[stream])
          missing.delete(stream);
      }
      if (missing.size > 0) continue;
      start = position;
      break;
    }
    starts.push(start);
    if (missing.size === 0) break;
  }
  return starts;
}
