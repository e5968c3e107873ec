/** The phases of a timeline (runtime/timeline.ts) as spans below the span of their start. Pure but for ids. */
import type { TimelineMark } from '../timeline.ts';
import type { SpanRecord } from './span-record.ts';
import { newSpanId, type TraceContext } from './trace-context.ts';

/** A guest may name its marks as it likes. */
const NAME_LENGTH_MAX = 64;

/**
 * A span a mark, from the mark before (the first: from `fromMs`) to it, with `lcow.side`: whose work it was.
 * @param parent the start's span
 * @param marks in order of time, milliseconds of this process
 * @param offsetMs from these to milliseconds since 1970
 */
export function phaseSpans(
  parent: TraceContext,
  marks: readonly TimelineMark[],
  fromMs: number,
  offsetMs: number,
): SpanRecord[] {
  let beforeMs = fromMs;
  return marks
    .filter(({ atMs }) => atMs >= fromMs)
    .map(({ name, atMs, side }) => {
      const startMs = beforeMs;
      beforeMs = atMs;
      return {
        traceId: parent.traceId,
        spanId: newSpanId(),
        parentSpanId: parent.spanId,
        name: name.slice(0, NAME_LENGTH_MAX),
        kind: 'internal',
        startMs: startMs + offsetMs,
        endMs: atMs + offsetMs,
        attributes: { 'lcow.side': side },
      };
    });
}
