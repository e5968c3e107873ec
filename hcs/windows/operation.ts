/**
 * One operation of HCS from its start to its result, as a promise.
 *
 *   create -> the call that starts it (on a pool thread) -> completion callback -> result -> close
 *
 * The callback may come before the call returns. The operation is closed once, and never while the call that
 * starts it is in flight: HCS has crashed on that. An operation that is given up goes on in HCS; its late
 * completion finds nobody. Its deadline keeps the process alive as long as it waits.
 */
import { HcsError } from '../hcs-error.ts';
import { awaitCompletion, callbacks, forgetCompletion } from './callbacks.ts';
import type { ComputeCore, DocumentOut, Handle, ProcessInformation } from './compute-core.ts';
import { hcsFailure } from './result-document.ts';

/** hcsshim's limit for create, start, pause, resume and save: 4 minutes. */
export const OPERATION_TIMEOUT_MS = 4 * 60 * 1000;

/** What operations run on. */
export interface OperationHost {
  readonly core: ComputeCore;
  /** Each deadline, in milliseconds. */
  readonly timeoutMs: number;
  /** Rejects every operation that waits: for when the service is gone. */
  readonly pending: Set<(error: HcsError) => void>;
}

/**
 * Runs an operation.
 * @param begin starts it: an export's call with the operation's handle; its result is an HRESULT
 * @returns the result document, null where there is none
 * @throws HcsError with HCS's own record of the failure; HCS_E_OPERATION_TIMEOUT
 */
export function runOperation(
  host: OperationHost,
  op: string,
  begin: Begin,
): Promise<string | null> {
  return run(host, op, begin, (operation, document) => {
    const result = host.core.call('HcsGetOperationResult', operation, document) as number;
    return [result, document];
  }).then(([document]) => document);
}

/**
 * As runOperation, of one that creates a process or asks what one was created with.
 * @returns handles that are the caller's to close. Those of an operation that was given up stay HCS's
 */
export function runProcessOperation(
  host: OperationHost,
  op: string,
  begin: Begin,
): Promise<ProcessInformation> {
  const information = {} as ProcessInformation;
  return run(host, op, begin, (operation, document) => {
    const name = 'HcsGetOperationResultAndProcessInfo';
    const result = host.core.call(name, operation, information, document) as number;
    return [result, information];
  });
}

type Begin = (operation: Handle) => Promise<unknown>;
/** Fetches the HRESULT and what it came with; fills in the document. On this thread: the operation has completed. */
type Fetch<T> = (operation: Handle, document: DocumentOut) => [hresult: number, outcome: T];

async function run<T>(host: OperationHost, op: string, begin: Begin, fetch: Fetch<T>): Promise<T> {
  const { core } = host;
  let complete: () => void = () => undefined;
  const completion = new Promise<void>((resolve) => {
    complete = resolve;
  });
  const context = awaitCompletion(complete);
  const operation = core.call(
    'HcsCreateOperation',
    context,
    callbacks().operation,
  ) as Handle | null;
  if (operation === null) {
    forgetCompletion(context);
    throw new HcsError(op, 'NOT_ENOUGH_MEMORY');
  }
  const begun = begin(operation);
  const limit = timeLimit(host, op);
  try {
    const outcome = begun.then(async (hresult) => {
      // A call that failed has its record in the operation too.
      if ((hresult as number) >= 0) await completion;
      return hresult as number;
    });
    outcome.catch(() => undefined);
    const started = await Promise.race([outcome, limit.reached]);
    return resultOf(op, operation, started, fetch);
  } finally {
    limit.cancel();
    forgetCompletion(context);
    const close = (): void => void core.call('HcsCloseOperation', operation);
    void begun.then(close, close);
  }
}

function resultOf<T>(op: string, operation: Handle, started: number, fetch: Fetch<T>): T {
  const document: DocumentOut = [null];
  const [result, outcome] = fetch(operation, document);
  if (started < 0) throw hcsFailure(op, started, document[0]);
  if (result < 0) throw hcsFailure(op, result, document[0]);
  return outcome;
}

/** Rejects at the deadline, or with what ends all operations. */
function timeLimit(
  { timeoutMs, pending }: OperationHost,
  op: string,
): { reached: Promise<never>; cancel(): void } {
  let cancel: () => void = () => undefined;
  const reached = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => {
      const Message = `HCS has not completed it within ${timeoutMs} ms`;
      reject(new HcsError(op, 'HCS_E_OPERATION_TIMEOUT', [{ Message }]));
    }, timeoutMs);
    const abort = (error: HcsError): void => reject(new HcsError(op, error.hresult, error.events));
    pending.add(abort);
    cancel = (): void => {
      clearTimeout(timer);
      pending.delete(abort);
    };
  });
  reached.catch(() => undefined);
  return { reached, cancel };
}
