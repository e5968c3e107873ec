/** What `lcow doctor` says of one thing that lcow needs on a host. Data; how it is found out is elsewhere. */

/**
 * ok: as it should be. warning: works, but slower or with less. missing: not there, and needed. wrong: there,
 * needed, and unusable. skipped: could not be looked at, or not needed here.
 */
export type CheckStatus = 'ok' | 'warning' | 'missing' | 'wrong' | 'skipped';

export interface Check {
  /** Stable, for programs. */
  id: string;
  /** For people. */
  title: string;
  status: CheckStatus;
  /** What is so. */
  found: string;
  /** What to do; empty when there is nothing to do. */
  advice: string;
}

/** One check's result. */
export function check(
  id: string,
  title: string,
  status: CheckStatus,
  found: string,
  advice: string,
): Check {
  return { id, title, status, found, advice };
}

/** What the doctor reports; what `lcow doctor --json` prints. */
export interface DoctorReport {
  /** Nothing that is needed is missing or wrong. */
  ok: boolean;
  platform: string;
  /** What guests are executed with: hyperv, kvm or tcg; null where that could not be found out. */
  accelerator: string | null;
  checks: Check[];
}

/** Whether a check's result stops lcow from working. */
export function isBad(check: Check): boolean {
  return check.status === 'missing' || check.status === 'wrong';
}

/** The report of these checks. */
export function reportOf(
  platform: string,
  accelerator: string | null,
  checks: readonly Check[],
): DoctorReport {
  return { ok: !checks.some(isBad), platform, accelerator, checks: [...checks] };
}
