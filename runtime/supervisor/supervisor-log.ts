/**
 * `<pod>/supervisor.log`: what the supervisor has to say that nobody waits for. A line each, with the time; at 1 MiB it
 * becomes `supervisor.log.1` and begins anew. stderr of the process goes to the same file, for what V8 says last. What
 * the host keeps a log of its own for (runtime/host-log.ts) goes there too.
 */
import { appendFileSync, renameSync, statSync, truncateSync } from 'node:fs';
import type { LogLevel } from '../host-log.ts';

const ROTATE_BYTES = 1 << 20;
const LINE_CHARACTERS_MAX = 8192;

/** Appends a line. Never throws: a full disk costs the line. */
export type SupervisorLog = (text: string, level?: LogLevel) => void;

export interface SupervisorLogOptions {
  /** A file is never longer than this and a line. Default 1 MiB: weeks of a supervisor's words, of which a pod has two. */
  readonly rotateBytes?: number;
  /** Where every line goes too. It must not throw. */
  readonly also?: (level: LogLevel, text: string) => void;
}

/** The log at `path`, which is made when there is something to say. */
export function supervisorLogger(path: string, options: SupervisorLogOptions = {}): SupervisorLog {
  const { rotateBytes = ROTATE_BYTES, also } = options;
  let size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  return (text, level = 'information') => {
    const flat = text.slice(0, LINE_CHARACTERS_MAX).trimEnd().replaceAll('\n', '\n  ');
    const word = level === 'information' ? '' : `${level}: `;
    const line = Buffer.from(`${new Date().toISOString()} ${word}${flat}\n`);
    try {
      if (size > 0 && size + line.length > rotateBytes) {
        startAnew(path);
        size = 0;
      }
      appendFileSync(path, line, { mode: 0o600 });
      size += line.length;
    } catch {
      // Nobody can be told.
    }
    also?.(level, text);
  };
}

/** Windows replaces no file that is open, as the one before is by stderr: then what there is of this one goes. */
function startAnew(path: string): void {
  try {
    renameSync(path, `${path}.1`);
  } catch {
    truncateSync(path);
  }
}
