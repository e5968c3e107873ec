/** Failures of the Host Compute Service: an HRESULT and HCS's own record of what went wrong. */
import { HRESULT, hresultName, type HresultName } from './hresult.ts';

/** One record of a result document's ErrorEvents (HCS schema `ErrorEvent`). */
export interface ErrorEvent {
  /** What is so, with the field's path in the document and the value. */
  Message: string;
  /** Where: the document path ("VirtualMachine/Devices/Scsi/...") or the component. */
  Source?: string;
  StackTrace?: string;
  Provider?: string;
  EventId?: number;
  Flags?: number;
}

/**
 * A call on a compute service or compute system failed.
 * `hresult` is unsigned; `code` is its symbolic name, for example "HCS_E_INVALID_JSON".
 */
export class HcsError extends Error {
  override readonly name = 'HcsError';
  readonly op: string;
  readonly hresult: number;
  readonly code: string;
  readonly events: readonly ErrorEvent[];

  constructor(
    op: string,
    hresult: HresultName | number,
    events: readonly ErrorEvent[] = [],
    options?: ErrorOptions,
  ) {
    const value = (typeof hresult === 'string' ? HRESULT[hresult] : hresult) >>> 0;
    const code = hresultName(value);
    const detail = events.map((event) => event.Message).join('; ');
    super(`cannot ${op}: ${detail === '' ? code : `${detail} (${code})`}`, options);
    this.op = op;
    this.hresult = value;
    this.code = code;
    this.events = events;
  }
}

/** True when `error` is an HcsError with that HRESULT. */
export function isHcsError(error: unknown, hresult: HresultName): error is HcsError {
  return error instanceof HcsError && error.hresult === HRESULT[hresult];
}
