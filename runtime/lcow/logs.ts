/** A container's log through its supervisor's files: what it wrote, and on until it ends. */
import { RuntimeError } from '../errors.ts';
import { type LogOutput, readLog } from '../supervisor/log-reader.ts';
import { type ContainerHandle, type LogOptions } from './container-handle.ts';
import { currentContainer, isLive } from './current-state.ts';
import type { Host } from './host.ts';

/** @throws RuntimeError unsupported for a container without a log */
export async function* readContainerLog(
  host: Host,
  handle: ContainerHandle,
  options: LogOptions,
): AsyncGenerator<LogOutput, void, void> {
  const { record, state, name } = await currentContainer(host, handle.id);
  if (record.logDriver === 'none') {
    const what = 'its log driver is "none"';
    throw new RuntimeError('unsupported', `read the log of container "${name}"`, what);
  }
  const follow = (options.follow ?? false) && isLive(state.status);
  try {
    yield* readLog(host.store.paths(handle.id).log, {
      follow,
      ...(options.sinceMs === undefined ? {} : { since: options.sinceMs }),
      ...(options.untilMs === undefined ? {} : { until: options.untilMs }),
      ...(options.tail === undefined ? {} : { tail: options.tail }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      ...(follow ? { ended: handle.wait(options.signal).catch(() => {}) } : {}),
    });
  } catch (error) {
    // It never ran.
    if (error instanceof RuntimeError && error.code === 'not-found') return;
    throw error;
  }
}
