/**
 * Execs of one VM that have exited, whose exits are written down, and that the guest still keeps: the next call that
 * starts a process in the VM has them deleted first, and when there is none for a moment, a call of its own has. So a
 * command's end costs no message. Not what decides that an exec may go: who deletes it says so, after its exit was told.
 *
 * A supervisor that dies meanwhile leaves them in the guest; its successor deletes execs that have no record.
 */
import { METHODS } from '../guest/methods.ts';
import type { ProcessId } from '../guest/process-streams.ts';
import type { UtilityVm } from '../uvm/utility-vm.ts';

/** Longer than from one short command to the next in a script. */
const QUIET_MS = 100;
/** As many go with one call; the agent refuses more than 1024. */
const TOGETHER_MAX = 256;

type Caller = Pick<UtilityVm, 'call'>;

const ofVms = new WeakMap<Caller, ExitedExecs>();

export class ExitedExecs {
  readonly #vm: Caller;
  #waiting: ProcessId[] = [];
  /** A round of calls that deletes them. */
  #deleting: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  private constructor(vm: Caller) {
    this.#vm = vm;
  }

  /** The VM's own. */
  static of(vm: Caller): ExitedExecs {
    let found = ofVms.get(vm);
    if (found === undefined) ofVms.set(vm, (found = new ExitedExecs(vm)));
    return found;
  }

  /** The guest need not keep it any longer. */
  add(id: ProcessId): void {
    this.#waiting.push(id);
    if (this.#waiting.length >= TOGETHER_MAX) void this.#delete();
    else this.#later();
  }

  /** Those that the next call takes along, which must not be sent before: their ids may be the new process's. */
  async take(): Promise<readonly ProcessId[]> {
    while (this.#deleting !== undefined) await this.#deleting;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return this.#waiting.splice(0);
  }

  /** The call that took them along failed: they may be in the guest, or not. */
  giveBack(ids: readonly ProcessId[]): void {
    this.#waiting.unshift(...ids);
    if (this.#waiting.length > 0) this.#later();
  }

  #later(): void {
    this.#timer ??= setTimeout(() => void this.#delete(), QUIET_MS).unref();
  }

  async #delete(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#deleting ??= Promise.all(this.#waiting.splice(0).map((id) => this.#deleteOne(id))).then(
      () => {
        this.#deleting = undefined;
      },
    );
    await this.#deleting;
  }

  /** What the guest does not delete goes with its container, or at the next adoption. */
  async #deleteOne(process: ProcessId): Promise<void> {
    try {
      await this.#vm.call('forget an exec', METHODS.delete, { process, force: false });
    } catch {
      // It is gone, or the VM is.
    }
  }
}
