/**
 * The exit of one system, told once to every handle that this process has on it. HCS tells each open handle by
 * an event; a handle that is closed is told by another one of ours, or by a look when the last was closed.
 */
import type { SystemExitStatus, NotificationType } from '../document/system-exit-status.ts';
import { HRESULT } from '../hresult.ts';
import { parseDocument } from './result-document.ts';

/** See the module's comment. */
export class ExitWatch {
  readonly exited: Promise<SystemExitStatus>;
  /** Handles of this process that are open. */
  handles = 0;
  readonly #cleaning: Promise<unknown>[] = [];
  #status: SystemExitStatus | undefined;
  #settle: (status: SystemExitStatus) => void = () => undefined;

  constructor() {
    this.exited = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** How it ended; undefined while it has not. */
  get status(): SystemExitStatus | undefined {
    return this.#status;
  }

  /** Has `clean` run after the exit. It must not reject. */
  atExit(clean: () => Promise<void>): void {
    this.#cleaning.push(this.exited.then(clean));
  }

  /** Settles when what was to be done after the exit is done; at once while it has not exited. */
  async cleaned(): Promise<void> {
    if (this.#status !== undefined) await Promise.all(this.#cleaning);
  }

  /** The first word counts. */
  settle(status: SystemExitStatus): void {
    if (this.#status !== undefined) return;
    this.#status = status;
    this.#settle(status);
  }
}

/** What a system that was ended by us is told as, where HCS had no handle to tell. */
export const FORCED_EXIT: SystemExitStatus = {
  Status: HRESULT.HCS_E_TERMINATED | 0,
  ExitType: 'ForcedExit',
};

const EXIT_TYPES: readonly NotificationType[] = [
  'None',
  'GracefulExit',
  'ForcedExit',
  'UnexpectedExit',
  'Unknown',
];

/** The data of a SystemExited event. What cannot be read is an exit all the same. */
export function exitStatusOf(data: string | null): SystemExitStatus {
  const read = parseDocument(data) as Partial<Record<keyof SystemExitStatus, unknown>> | undefined;
  const type = EXIT_TYPES.find((known) => known === read?.ExitType);
  return {
    Status: typeof read?.Status === 'number' ? read.Status | 0 : 0,
    ExitType: type ?? 'Unknown',
    ...(Array.isArray(read?.Attribution)
      ? { Attribution: read.Attribution as NonNullable<SystemExitStatus['Attribution']> }
      : {}),
  };
}
