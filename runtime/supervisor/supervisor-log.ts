/**
 * `<pod>/supervisor.log`: what the supervisor has to say that nobody waits for. A line each, with the time; at 1 MiB it
 * becomes `supervisor.log.1` and begins anew. stderr of the process goes to the same file, for what V8 says last.
 */
import { appendFileSync, renameSync, statSync } from 'node:fs';

const ROTATE_BYTES = 1 << 20;
const LINE_CHARACTERS_MAX = 8192;

/** Appends a line to the log. Never throws: a full disk costs the line. */
export function supervisorLogger(path: string, rotateBytes = ROTATE_BYTES): (text: string) => void {
  let size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  return (text) => {
    const flat = text.slice(0, LINE_CHARACTERS_MAX).trimEnd().replaceAll('\n', '\n  ');
    const line = `${new Date().toISOString()} ${flat}\n`;
    try {
      if (size > 0 && size + line.length > rotateBytes) {
        renameSync(path, `${path}.1`);
        size = 0;
      }
      appendFileSync(path, line, { mode: 0o600 });
      size += Buffer.byteLength(line);
    } catch {
      // Nobody can be told.
    }
  };
}
