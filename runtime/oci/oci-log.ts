/**
 * What `--log`, `--log-format` and `--debug` ask for: the lines that callers read errors from. runc's forms (logrus): a
 * JSON object with level, msg and time, or `time="..." level=... msg="..."`. containerd and podman take the last line of
 * level "error" for the cause of a failure.
 */
import { appendFileSync } from 'node:fs';

export type LogFormat = 'text' | 'json';
export type LogLevel = 'debug' | 'info' | 'warning' | 'error';

export interface OciLogOptions {
  /** Undefined: stderr. */
  readonly path: string | undefined;
  readonly format: LogFormat;
  readonly debug: boolean;
}

export class OciLog {
  readonly #options: OciLogOptions;

  constructor(options: OciLogOptions) {
    this.#options = options;
  }

  debug(text: string): void {
    if (this.#options.debug) this.write('debug', text);
  }

  /** A log that cannot be written does not fail the command. */
  write(level: LogLevel, text: string): void {
    const { path, format } = this.#options;
    const line = logLine(format, level, text, new Date());
    if (path === undefined) {
      process.stderr.write(line);
      return;
    }
    try {
      appendFileSync(path, line, { mode: 0o644 });
    } catch {
      process.stderr.write(line);
    }
  }

  /** An error, in the log and for people: on stderr as it is where the log is elsewhere. */
  fail(text: string): void {
    this.write('error', text);
    if (this.#options.path !== undefined) process.stderr.write(`${text}\n`);
  }
}

/** One line, with its newline. */
export function logLine(format: LogFormat, level: LogLevel, text: string, at: Date): string {
  // Seconds, as logrus has them.
  const time = at.toISOString().replace(/\.\d{3}Z$/, 'Z');
  if (format === 'json') return `${JSON.stringify({ level, msg: text, time })}\n`;
  return `time="${time}" level=${level} msg=${quoted(text)}\n`;
}

function quoted(text: string): string {
  return /^[A-Za-z0-9._/@^+-]+$/.test(text) ? text : JSON.stringify(text);
}
