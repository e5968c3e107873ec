/** Refusing an option before anything starts. */
import { RuntimeError } from '../errors.ts';

/** Longest text of an option that an error repeats. */
const SHOWN = 200;

/** @throws RuntimeError invalid-argument: "cannot <op>: <value> <what>" */
export function refuse(op: string, value: unknown, what: string): never {
  const text = JSON.stringify(value) ?? String(value);
  const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)}..."` : text;
  throw new RuntimeError('invalid-argument', op, `${shown} ${what}`);
}
