/** How a VM ended, for people: what the host says, and what the guest's kernel said last. Words only. */
import type { SystemExitStatus } from '../../hcs/document/system-exit-status.ts';
import { RuntimeError } from '../errors.ts';

const PANIC = /Kernel panic - not syncing: .*/;
/** Of the kernel's words in an error's one line. */
const QUOTE_MAX = 300;

/** "the VM exited (UnexpectedExit, 0x...): Kernel panic - ...", for messages. */
export function describeExit(status: SystemExitStatus): string {
  const cause =
    status.Status === undefined || status.Status === 0
      ? ''
      : `, 0x${(status.Status >>> 0).toString(16)}`;
  const panic = PANIC.exec(kernelWords(status))?.[0].trim().slice(0, QUOTE_MAX);
  const why = panic === undefined ? '' : `: ${panic}`;
  return `the VM exited (${status.ExitType ?? 'Unknown'}${cause})${why}`;
}

/** What the guest's kernel wrote before the end: errors, and a panic's text. Empty where nothing is known. */
export function kernelWords(status: SystemExitStatus): string {
  const said = status.Attribution?.flatMap(({ WorkerExit }) =>
    WorkerExit?.Initiator === 'GuestOS' && WorkerExit.Detail !== undefined
      ? [WorkerExit.Detail]
      : [],
  );
  return said?.join('\n') ?? '';
}

/** The error of a boot that was given up, with what the guest's kernel had said by then. */
export function withKernelWords(error: unknown, status: SystemExitStatus): unknown {
  const last = kernelWords(status)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .at(-1);
  if (last === undefined || !(error instanceof RuntimeError)) return error;
  if (error.code === 'cancelled' || PANIC.test(error.message)) return error;
  const prefix = `cannot ${error.op}: `;
  const what = error.message.slice(prefix.length);
  const quoted = `${what}; the guest's kernel said last: ${last.slice(0, QUOTE_MAX)}`;
  return new RuntimeError(error.code, error.op, quoted, { cause: error });
}
