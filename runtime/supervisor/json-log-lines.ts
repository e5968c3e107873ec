/** Lines of a log file from its end backwards, in blocks: what is near the end of a large file is found at once. */
import type { FileHandle } from 'node:fs/promises';

const BLOCK_BYTES = 64 * 1024;
/** A longer line is none of ours and is told as empty. */
const LINE_BYTES_MAX = 1 << 20;
const NEWLINE = 10;

export interface LogLine {
  /** Where it begins in the file. */
  readonly position: number;
  readonly text: string;
}

/**
 * Complete lines that end at or before `end`, last first, without their newline. Bytes after the last newline are
 * no line.
 */
export async function* linesBackwards(file: FileHandle, end: number): AsyncGenerator<LogLine> {
  /** Bytes from `at` on that belong to the line whose end was found already. */
  let rest: Buffer[] = [];
  let restBytes = 0;
  let inLine = false;
  let at = end;
  while (at > 0) {
    const start = Math.max(0, at - BLOCK_BYTES);
    const block = Buffer.allocUnsafe(at - start);
    await readFully(file, block, start);
    let lineEnd = block.length;
    for (;;) {
      const newline = lineEnd === 0 ? -1 : block.lastIndexOf(NEWLINE, lineEnd - 1);
      const part = block.subarray(newline + 1, lineEnd);
      if (newline < 0) {
        if (inLine) {
          restBytes += part.length;
          if (restBytes <= LINE_BYTES_MAX) rest.unshift(part);
          else rest = [];
        }
        break;
      }
      if (inLine) {
        const whole = rest.length === 0 ? part : Buffer.concat([part, ...rest]);
        const text = restBytes > LINE_BYTES_MAX ? '' : whole.toString('utf8');
        yield { position: start + newline + 1, text };
      }
      inLine = true;
      rest = [];
      restBytes = 0;
      lineEnd = newline;
    }
    at = start;
  }
  if (inLine) yield { position: 0, text: Buffer.concat(rest).toString('utf8') };
}

/** The position after the last newline at or before `end`; 0 where there is none. */
export async function endOfLastLine(file: FileHandle, end: number): Promise<number> {
  for (let at = end; at > 0; ) {
    const start = Math.max(0, at - BLOCK_BYTES);
    const block = Buffer.allocUnsafe(at - start);
    await readFully(file, block, start);
    const newline = block.lastIndexOf(NEWLINE);
    if (newline >= 0) return start + newline + 1;
    at = start;
  }
  return 0;
}

/** A file that became shorter meanwhile reads as zeros: no newline in them, no line. */
async function readFully(file: FileHandle, block: Buffer, position: number): Promise<void> {
  let done = 0;
  while (done < block.length) {
    const { bytesRead } = await file.read(block, done, block.length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  block.fill(0, done);
}
