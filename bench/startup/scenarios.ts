/** The scenarios, in the order of results. A new one is a module of scenario/ and a line here. */
import { RuntimeError } from '../../runtime/errors.ts';
import type { Scenario } from './scenario.ts';
import { AT_ONCE } from './scenario/at-once.ts';
import { CLONE, COLD } from './scenario/cold.ts';
import { ECHO } from './scenario/echo.ts';
import { EXEC } from './scenario/exec.ts';
import { IMAGE_TO_RUNNING } from './scenario/image-to-running.ts';
import { MEMORY } from './scenario/memory.ts';
import { PAUSE_RESUME } from './scenario/pause-resume.ts';
import { POOL } from './scenario/pool.ts';
import { FIRST_BYTE, RUN } from './scenario/run.ts';
import { STDOUT } from './scenario/stdout.ts';
import { TEARDOWN } from './scenario/teardown.ts';
import { CTR_RUN, DOCKER_RUN } from './scenario/through-daemons.ts';

export const SCENARIOS: readonly Scenario[] = [
  ...[COLD, CLONE, RUN, FIRST_BYTE, POOL, CTR_RUN, DOCKER_RUN],
  ...AT_ONCE,
  ...[EXEC, PAUSE_RESUME, TEARDOWN, MEMORY, STDOUT, ECHO, IMAGE_TO_RUNNING],
];

/**
 * Those of these names, in the order of SCENARIOS, each once; all where none is named.
 * @throws RuntimeError invalid-argument naming the one that there is not
 */
export function chooseScenarios(
  names: readonly string[],
  known: readonly Scenario[] = SCENARIOS,
): readonly Scenario[] {
  const unknown = names.find((name) => !known.some((scenario) => scenario.name === name));
  if (unknown !== undefined) {
    const what = `there is no ${JSON.stringify(unknown.slice(0, 64))}; there are ${known.map(({ name }) => name).join(', ')}`;
    throw new RuntimeError('invalid-argument', 'read --scenario', what);
  }
  return names.length === 0 ? known : known.filter(({ name }) => names.includes(name));
}
