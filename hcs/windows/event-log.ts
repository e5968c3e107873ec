/**
 * Windows' Event Log, the writing half: advapi32.dll's RegisterEventSourceW, ReportEventW and DeregisterEventSource.
 * It reads nothing, and does not register the source for Event Viewer: that takes an administrator, once
 * (docs/windows.md); without it events are kept all the same, with a note that their text has no template.
 *
 * Calls are made on this thread: they are local and short, and the last words of a process must be out before it ends.
 * Strings that go in live as long as the call; the handle is ours until the log is disposed of.
 */
import koffi from 'koffi';
import { HcsError } from '../hcs-error.ts';
import { type Handle, loadLibrary, type NativeFunction } from './compute-core.ts';

/** The name that Event Viewer shows as the source. */
export const EVENT_SOURCE = 'lcow';

/** A string of an event has at most so many characters (ReportEventW). */
export const EVENT_TEXT_MAX = 31_839;

export type EventLevel = 'information' | 'warning' | 'error';

/**
 * winnt.h's EVENTLOG_*_TYPE, and an event's number. Numbers are of 1 to 1000, for which EventCreate.exe, a part of
 * Windows, has the template "%1": named as the source's message file it shows our text as it is.
 */
export const EVENTS: Readonly<Record<EventLevel, { readonly type: number; readonly id: number }>> =
  {
    error: { type: 1, id: 3 },
    warning: { type: 2, id: 2 },
    information: { type: 4, id: 1 },
  };

const HANDLE = koffi.pointer(koffi.opaque());

export class EventLog {
  readonly #report: NativeFunction;
  readonly #deregister: NativeFunction;
  #source: Handle | null;

  /**
   * @param path tests give another library
   * @throws HcsError NOT_SUPPORTED where the library or its functions are not there, E_ACCESSDENIED where Windows
   * opens no log for us
   */
  constructor(source = EVENT_SOURCE, path = 'advapi32.dll') {
    const op = `write to the Event Log as "${source}"`;
    let register: NativeFunction;
    try {
      const library = loadLibrary(path);
      register = library.func('RegisterEventSourceW', HANDLE, ['str16', 'str16']);
      this.#report = library.func('ReportEventW', 'int', [
        HANDLE,
        ...['uint16_t', 'uint16_t', 'uint32_t', 'void *', 'uint16_t', 'uint32_t'],
        koffi.pointer('str16'),
        'void *',
      ]);
      this.#deregister = library.func('DeregisterEventSource', 'int', [HANDLE]);
    } catch (error) {
      const Message = `${path} cannot be used: ${(error as Error).message}`;
      throw new HcsError(op, 'NOT_SUPPORTED', [{ Message }], { cause: error });
    }
    this.#source = register(null, source) as Handle | null;
    if (this.#source === null) {
      const Message = 'RegisterEventSourceW gave no handle';
      throw new HcsError(op, 'E_ACCESSDENIED', [{ Message, Source: path }]);
    }
  }

  /** Writes an event. @returns false where Windows did not take it, or the log was disposed of */
  report(level: EventLevel, text: string): boolean {
    if (this.#source === null) return false;
    const { type, id } = EVENTS[level];
    const reported = this.#report(this.#source, type, 0, id, null, 1, 0, [eventText(text)], null);
    return reported !== 0;
  }

  [Symbol.dispose](): void {
    if (this.#source === null) return;
    this.#deregister(this.#source);
    this.#source = null;
  }
}

/**
 * A text as ReportEventW takes it: no NUL, which would end it; no "%1", which Event Viewer takes for a place to fill
 * in, again and again; no more characters than there may be, with a word on what was left out.
 */
export function eventText(text: string): string {
  // Each "%1" grows by one: cut before, so that what is replaced is bounded, and after.
  const safe = text
    .slice(0, EVENT_TEXT_MAX)
    .replaceAll('\0', '\u2400')
    .replaceAll(/%(?=\d)/g, '% ');
  if (text.length <= EVENT_TEXT_MAX && safe.length <= EVENT_TEXT_MAX) return safe;
  const rest = ` [cut; ${text.length} characters]`;
  return safe.slice(0, EVENT_TEXT_MAX - rest.length).replace(/[\ud800-\udbff]$/, '') + rest;
}
