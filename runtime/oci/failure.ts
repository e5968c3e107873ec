/**
 * Errors in the words that callers of runc look for. dockerd, podman and CRI choose exit codes and answers by pieces of
 * the text: "container does not exist", "container not running", "executable file not found", "no such file or
 * directory", "permission denied".
 */
import { RuntimeError, messageOf } from '../errors.ts';

/** A failure in runc's own words: the message as it is. */
export class OciFailure extends Error {
  override readonly name = 'OciFailure';
  /** Of this command. Default 1. */
  readonly status: number;

  constructor(message: string, options?: ErrorOptions & { readonly status?: number }) {
    super(message, options);
    this.status = options?.status ?? 1;
  }
}

export function notExisting(): OciFailure {
  return new OciFailure('container does not exist');
}

export function notRunning(): OciFailure {
  return new OciFailure('container not running');
}

/** The message of anything thrown, with the words that say why a command cannot be executed. */
export function failureText(error: unknown): string {
  const text = messageOf(error);
  if (error instanceof OciFailure) return text;
  const [, name] = /cannot execute ("(?:[^"\\]|\\.)*"): not found in PATH/.exec(text) ?? [];
  if (name !== undefined && !text.includes('executable file not found')) {
    return `exec: ${name}: executable file not found in $PATH (${text})`;
  }
  const [, path] = /cannot execute ("(?:[^"\\]|\\.)*"): no such file(?! or)/.exec(text) ?? [];
  if (path !== undefined) return `exec: ${path}: stat ${path}: no such file or directory (${text})`;
  const [, refused] = /cannot execute ("(?:[^"\\]|\\.)*"): not an executable/.exec(text) ?? [];
  if (refused !== undefined) return `exec: ${refused}: permission denied (${text})`;
  return text;
}

/** With what was being done before it, as runc prefixes: "create failed: ...". */
export function during(verb: string, error: unknown, status = 1): OciFailure {
  if (error instanceof OciFailure && error.message.startsWith(`${verb} failed: `)) return error;
  return new OciFailure(`${verb} failed: ${failureText(error)}`, { cause: error, status });
}

export function isCode(error: unknown, ...codes: readonly RuntimeError['code'][]): boolean {
  return error instanceof RuntimeError && codes.includes(error.code);
}
