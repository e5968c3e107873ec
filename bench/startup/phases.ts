/** Phases of a sample, from the marks of a timeline. Pure. */
import type { TimelineMark } from '../../runtime/timeline.ts';
import type { Phase } from './result.ts';

/** What a command's own clock does not know of. */
export const BEFORE_THE_CLOCK = 'launcher, until its clock starts';

/** The phases that end after `fromMs` and not after `toMs`; each begins where the one before ended. */
export function phasesBetween(
  marks: readonly TimelineMark[],
  fromMs: number,
  toMs: number,
): Phase[] {
  const phases: Phase[] = [];
  let previousMs = fromMs;
  for (const { name, atMs, side } of [...marks].sort((a, b) => a.atMs - b.atMs)) {
    if (atMs <= fromMs || atMs > toMs) continue;
    phases.push({ name, startMs: previousMs - fromMs, ms: atMs - previousMs, where: side });
    previousMs = atMs;
  }
  return phases;
}

/**
 * Phases up to one of them, from what `--timeline-json` wrote.
 * @param valueMs from the command's spawn to that phase's end, as its caller saw it: what the command's own clock has
 *   less of is what came before it (shell, start of node) and the way of the byte through the pipe
 * @throws Error for what is no such report
 */
export function phasesOfReport(report: unknown, last: string, valueMs: number): Phase[] {
  const { schema, phases } = (report ?? {}) as { schema?: unknown; phases?: unknown };
  if (schema !== 1 || !Array.isArray(phases)) throw new Error('the timeline is none of schema 1');
  const marks = (phases as { name: string; side: 'host' | 'guest'; atMs: number }[]).map(
    ({ name, side, atMs }): TimelineMark => ({ name, side, atMs }),
  );
  const endMs = marks.find(({ name }) => name === last)?.atMs;
  if (endMs === undefined) throw new Error(`the timeline has no "${last}"`);
  const beforeMs = Math.max(0, valueMs - endMs);
  return [
    { name: BEFORE_THE_CLOCK, startMs: 0, ms: beforeMs, where: 'host' },
    ...phasesBetween(marks, 0, endMs).map((phase) => ({
      ...phase,
      startMs: phase.startMs + beforeMs,
    })),
  ];
}
