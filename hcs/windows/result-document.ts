/** HCS's result documents: what a failed operation says of itself, as an HcsError with advice. */
import { HcsError, type ErrorEvent } from '../hcs-error.ts';
import { HRESULT, type HresultName } from '../hresult.ts';

/** Longest result document that is read; HCS's are a few kilobytes. */
const DOCUMENT_MAX = 4 * 1024 * 1024;

/** What to do, for failures whose remedy is known. */
const ADVICE: { readonly [name in HresultName]?: string } = {
  HCS_E_HYPERV_NOT_INSTALLED:
    'enable the feature VirtualMachinePlatform: dism /online /enable-feature /featurename:VirtualMachinePlatform /all, then restart Windows',
  HCS_E_ACCESS_DENIED: 'run elevated, or as a member of Hyper-V Administrators',
  HCS_E_SERVICE_NOT_AVAILABLE: 'start the service vmcompute: sc start vmcompute',
  HCS_E_SERVICE_DISCONNECT:
    'the service vmcompute ended: sc query vmcompute and the event log Microsoft-Windows-Hyper-V-Compute tell why',
  E_ACCESSDENIED:
    'a file of the virtual machine is not open to it: see its access control list (icacls)',
  ERROR_FILE_CORRUPT: 'the disk is neither a VHD nor a VHDX',
};

/**
 * The error of a failed call.
 * @param document the operation's result document; what is no ResultError in it is passed over
 */
export function hcsFailure(op: string, hresult: number, document: string | null): HcsError {
  const events = errorEvents(document);
  const advice = adviceFor(hresult);
  if (advice !== undefined) events.push({ Message: advice, Source: 'advice' });
  return new HcsError(op, hresult, events);
}

function adviceFor(hresult: number): string | undefined {
  for (const [name, advice] of Object.entries(ADVICE)) {
    if (HRESULT[name as HresultName] === hresult >>> 0) return advice;
  }
  return undefined;
}

function errorEvents(document: string | null): ErrorEvent[] {
  const parsed = parseDocument(document) as
    | { ErrorMessage?: unknown; ErrorEvents?: unknown }
    | undefined;
  if (typeof parsed !== 'object' || parsed === null) return [];
  const events: ErrorEvent[] = [];
  if (Array.isArray(parsed.ErrorEvents)) {
    for (const item of parsed.ErrorEvents as unknown[]) {
      const event = errorEvent(item);
      if (event !== undefined) events.push(event);
    }
  }
  if (events.length === 0 && typeof parsed.ErrorMessage === 'string') {
    events.push({ Message: parsed.ErrorMessage });
  }
  return events;
}

function errorEvent(item: unknown): ErrorEvent | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  const { Message, Source, StackTrace, Provider, EventId, Flags } = item as Record<string, unknown>;
  if (typeof Message !== 'string') return undefined;
  return {
    Message,
    ...(typeof Source === 'string' ? { Source } : {}),
    ...(typeof StackTrace === 'string' ? { StackTrace } : {}),
    ...(typeof Provider === 'string' ? { Provider } : {}),
    ...(typeof EventId === 'number' ? { EventId } : {}),
    ...(typeof Flags === 'number' ? { Flags } : {}),
  };
}

/** The value of a document; undefined where there is none, or what there is is no JSON. */
export function parseDocument(document: string | null): unknown {
  if (document === null || document.length > DOCUMENT_MAX) return undefined;
  try {
    return JSON.parse(document) as unknown;
  } catch {
    return undefined;
  }
}
