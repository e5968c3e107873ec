/** The trace of a command that starts a container, where an OTLP endpoint is set; else nothing of it is loaded. */
import type { StartTrace } from '../telemetry/start-trace.ts';
import { isTracing } from '../telemetry/trace-settings.ts';
import type { Timeline } from '../timeline.ts';
import { escapeControl } from './escape.ts';

/** @param name the root span's: "lcow run" */
export async function startTracing(
  name: string,
  timeline: Timeline,
): Promise<StartTrace | undefined> {
  if (!isTracing()) return undefined;
  const { StartTrace: Traced } = await import('../telemetry/start-trace.ts');
  return new Traced({
    name,
    timeline,
    onTrouble: (line) => {
      if (process.env['LCOW_DEBUG'] === '1') process.stderr.write(`lcow: ${escapeControl(line)}\n`);
    },
  });
}
