/** A guest's boot as a flame chart: the phases between the agent's marks, below them the kernel's initcalls. */
import type { BootTrace } from '../startup/result.ts';
import { type ChartOptions } from './chart-frame.ts';
import { type FlameSpan, flameChart } from './flame-chart.ts';
import type { Markup } from './markup.ts';

export function bootFlameChart(
  trace: Pick<BootTrace, 'initcalls' | 'marks'>,
  { title, ...options }: ChartOptions & { readonly title: string },
): Markup {
  return flameChart({ title, spans: bootSpans(trace) }, options);
}

/** The marks' phases at depth 0, the initcalls from depth 1 on. */
export function bootSpans({
  initcalls,
  marks: agentMarks,
}: Pick<BootTrace, 'initcalls' | 'marks'>): FlameSpan[] {
  const marks = agentMarks
    .filter(({ atMs }) => Number.isFinite(atMs) && atMs >= 0)
    .sort((a, b) => a.atMs - b.atMs);
  let before = 0;
  const phases = marks.map(({ name, atMs }, at): FlameSpan => {
    const span = { startMs: before, ms: atMs - before, depth: 0 };
    before = atMs;
    return at === 0
      ? { ...span, name: `kernel, until ${name}`, kind: 'kernel' }
      : { ...span, name, kind: 'agent' };
  });
  const calls = initcalls.map(({ name, startMs, ms, depth }): FlameSpan => {
    return { name, startMs, ms, depth: depth + 1, kind: 'initcall' };
  });
  return [...phases, ...calls];
}
