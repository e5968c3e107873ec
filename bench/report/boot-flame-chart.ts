/** A guest's boot as a flame chart: the phases between the agent's marks, below them the kernel's initcalls. */
import { type ChartOptions } from './chart-frame.ts';
import { type FlameSpan, flameChart } from './flame-chart.ts';
import { type InitcallLog, readInitcalls } from './initcalls.ts';
import type { Markup } from './markup.ts';

/** A moment of the agent's timeline (Vm.GetTimeline), on the guest's clock. */
export interface AgentMark {
  readonly name: string;
  readonly atMs: number;
}

const DEFAULT_WIDTH = 1200;

/**
 * @param log the kernel's, of a boot with `initcall_debug`: its text, or what readInitcalls() found in it
 * @param agentMarks each ends a phase; the first is where the kernel handed over to the agent
 * @throws RuntimeError resource-exhausted as readInitcalls()
 */
export function bootFlameChart(
  log: string | Pick<InitcallLog, 'spans'>,
  agentMarks: readonly AgentMark[],
  options: Partial<ChartOptions> & { readonly title?: string } = {},
): Markup {
  const { title = 'Boot of a guest', ...chart } = options;
  const calls = typeof log === 'string' ? readInitcalls(log) : log;
  return flameChart(
    { title, spans: bootSpans(calls, agentMarks) },
    { id: 'boot', width: DEFAULT_WIDTH, standAlone: true, ...chart },
  );
}

/** The marks' phases at depth 0, the initcalls from depth 1 on. */
export function bootSpans(
  { spans }: Pick<InitcallLog, 'spans'>,
  agentMarks: readonly AgentMark[],
): FlameSpan[] {
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
  const calls = spans.map(({ name, startMs, ms, depth }): FlameSpan => {
    return { name, startMs, ms, depth: depth + 1, kind: 'initcall' };
  });
  return [...phases, ...calls];
}
