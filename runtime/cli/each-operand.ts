/** Commands that take several operands: each is done, a failure is one line and the others go on, as docker does. */
import { messageOf } from '../errors.ts';
import { escapeControl } from './escape.ts';

/** @returns 0, or 1 when one failed */
export async function eachOperand(
  operands: readonly string[],
  action: (operand: string) => Promise<void>,
): Promise<number> {
  let status = 0;
  for (const operand of operands) {
    try {
      await action(operand);
    } catch (error) {
      sayError(error);
      status = 1;
    }
  }
  return status;
}

/** As eachOperand, all at once; lines come in the order of the operands. */
export async function allOperands(
  operands: readonly string[],
  action: (operand: string) => Promise<string>,
): Promise<number> {
  const doing = operands.map((operand) => action(operand).then(done, failed));
  let status = 0;
  for (const each of doing) {
    const { line, error } = await each;
    if (line !== undefined) process.stdout.write(`${line}\n`);
    if (error !== undefined) {
      sayError(error);
      status = 1;
    }
  }
  return status;
}

/** One line on stderr, as the entry says what a command throws. */
export function sayError(error: unknown): void {
  process.stderr.write(`lcow: ${messageOf(error).split('\n').map(escapeControl).join('\n')}\n`);
}

function done(line: string): { line?: string; error?: unknown } {
  return { line };
}

function failed(error: unknown): { line?: string; error?: unknown } {
  return { error: error ?? new Error('it failed') };
}
