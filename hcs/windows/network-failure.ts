/** HCN's error records as HcsErrors: what the service says, the name of the HRESULT, what to do. */
import type { HcnErrorRecord } from '../document/host-compute-network.ts';
import { HcsError, type ErrorEvent } from '../hcs-error.ts';
import { HRESULT, type HresultName } from '../hresult.ts';
import { parseDocument } from './result-document.ts';

/** Longest message of a record that is passed on. */
const MESSAGE_MAX = 4096;

/** What to do, for failures whose remedy is known. */
const ADVICE: { readonly [name in HresultName]?: string } = {
  E_ACCESSDENIED: 'run elevated: HCN takes calls of administrators only',
  HCN_E_PORT_ALREADY_EXISTS:
    'another endpoint or process has a port: see Get-HnsEndpoint and netstat -abn',
  HCN_E_ICS_DISABLED: 'enable the service SharedAccess: sc config SharedAccess start= demand',
  HCN_E_ENTITY_HAS_REFERENCES: 'remove what uses it first: Get-HnsEndpoint tells',
  HCN_E_INVALID_SUBNET: 'choose another prefix for the network of lcow',
  HCN_E_MANAGER_STOPPED: 'the service hns is stopping: net start hns',
  RPC_S_SERVER_UNAVAILABLE: 'the service hns does not run: net start hns',
  ERROR_SERVICE_DISABLED: 'the service hns is disabled: sc config hns start= demand',
  ERROR_SERVICE_NOT_ACTIVE: 'the service hns does not run: net start hns',
};

/**
 * The error of a call; undefined where it succeeded. A record that says so fails a call that returned S_OK too,
 * as hcsshim has it.
 * @param record the call's error record; what is none is passed over
 */
export function networkFailure(
  op: string,
  call: string,
  hresult: number,
  record: string | null,
): HcsError | undefined {
  const { Success, Error: message, ErrorCode } = recordOf(record);
  if (hresult >= 0 && Success !== false) return undefined;
  const code = hresult < 0 ? hresult : (ErrorCode ?? HRESULT.E_FAIL);
  const events: ErrorEvent[] = [];
  if (message) events.push({ Message: message, Source: call });
  const advice = adviceFor(code);
  if (advice !== undefined) events.push({ Message: advice, Source: 'advice' });
  return new HcsError(op, code, events);
}

function recordOf(text: string | null): HcnErrorRecord {
  const value = parseDocument(text);
  if (typeof value !== 'object' || value === null) return {};
  const { Success, Error: message, ErrorCode } = value as Record<string, unknown>;
  return {
    ...(typeof Success === 'boolean' ? { Success } : {}),
    ...(typeof message === 'string' ? { Error: message.trim().slice(0, MESSAGE_MAX) } : {}),
    ...(typeof ErrorCode === 'number' && ErrorCode !== 0 ? { ErrorCode: ErrorCode >>> 0 } : {}),
  };
}

function adviceFor(hresult: number): string | undefined {
  for (const [name, advice] of Object.entries(ADVICE)) {
    if (HRESULT[name as HresultName] === hresult >>> 0) return advice;
  }
  return undefined;
}
