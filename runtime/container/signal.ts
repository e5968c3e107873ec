/** Linux signals by name and number: the guest's, whatever the host is. */
import { RuntimeError } from '../errors.ts';

const NAMES =
  'HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS'.split(
    ' ',
  );
const ALIASES: Readonly<Record<string, number>> = { IOT: 6, CLD: 17, POLL: 29, UNUSED: 31 };
const RTMIN = 34;
const RTMAX = 64;

export const SIGTERM = 15;
export const SIGKILL = 9;

/**
 * "TERM", "sigterm", "15", "RTMIN+3" as a number.
 * @param op what it is for, in the error
 * @throws RuntimeError invalid-argument, naming the text
 */
export function parseSignal(op: string, text: string): number {
  const number = /^\d{1,2}$/.test(text) ? Number(text) : byName(text.toUpperCase());
  if (number !== undefined && number >= 1 && number <= RTMAX) return number;
  const shown = text.length > 32 ? `${text.slice(0, 32)}...` : text;
  throw new RuntimeError('invalid-argument', op, `"${shown}" is not a signal`);
}

/** "SIGTERM"; "SIG40" where it has no name. */
export function signalName(signal: number): string {
  if (signal >= RTMIN && signal <= RTMAX) {
    return signal === RTMIN ? 'SIGRTMIN' : `SIGRTMIN+${signal - RTMIN}`;
  }
  return `SIG${NAMES[signal - 1] ?? signal}`;
}

function byName(text: string): number | undefined {
  const name = text.startsWith('SIG') ? text.slice(3) : text;
  const index = NAMES.indexOf(name);
  if (index >= 0) return index + 1;
  if (name in ALIASES) return ALIASES[name];
  const [, end, sign, offset = '0'] = /^RT(MIN|MAX)(?:([+-])(\d{1,2}))?$/.exec(name) ?? [];
  if (end === 'MIN' && sign !== '-') return inRealTime(RTMIN + Number(offset));
  if (end === 'MAX' && sign !== '+') return inRealTime(RTMAX - Number(offset));
  return undefined;
}

function inRealTime(signal: number): number | undefined {
  return signal >= RTMIN && signal <= RTMAX ? signal : undefined;
}
