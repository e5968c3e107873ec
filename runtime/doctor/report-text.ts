/** A doctor's report for people: one line a check, advice below it. */
import type { Check, CheckStatus, DoctorReport } from './check.ts';

const MARKS: Record<CheckStatus, { word: string; colour: number }> = {
  ok: { word: 'ok', colour: 32 },
  warning: { word: 'warning', colour: 33 },
  missing: { word: 'MISSING', colour: 31 },
  wrong: { word: 'WRONG', colour: 31 },
  skipped: { word: 'skipped', colour: 90 },
};

/** @param colour whether the marks are coloured: a terminal, and no NO_COLOR */
export function reportText(report: DoctorReport, colour: boolean): string {
  const width = Math.max(...report.checks.map((check) => check.title.length));
  const lines = report.checks.flatMap((check) => checkLines(check, width, colour));
  const bad = report.checks.filter(
    ({ status }) => status === 'missing' || status === 'wrong',
  ).length;
  const warnings = report.checks.filter(({ status }) => status === 'warning').length;
  const verdict = report.ok ? 'this host can run containers' : `${bad} must be put right`;
  const more = warnings === 0 ? '' : `, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`;
  return `${lines.join('\n')}\n\n${verdict}${more}\n`;
}

function checkLines(check: Check, width: number, colour: boolean): string[] {
  const { word, colour: code } = MARKS[check.status];
  const mark = word.padEnd(8);
  const painted = colour ? `\u001b[${code}m${mark}\u001b[0m` : mark;
  const line = `${painted} ${check.title.padEnd(width)}  ${check.found}`;
  return check.advice === '' ? [line] : [line, `${' '.repeat(9 + width + 2)}-> ${check.advice}`];
}
