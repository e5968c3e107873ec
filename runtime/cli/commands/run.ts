/** `lcow run`: a command in a new container, in the foreground or left running. */
import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { RuntimeError } from '../../errors.ts';
import { Lcow } from '../../lcow.ts';
import type { ContainerHandle } from '../../lcow/container-handle.ts';
import type { PodDescription, SupervisorClient } from '../../supervisor/supervisor-client.ts';
import type { Timeline } from '../../timeline.ts';
import { follow, readDetachKeys } from '../attached-command.ts';
import { cancelOnSignals } from '../cancel.ts';
import type { CommandInput, OptionValues } from '../command.ts';
import { readContainerRequest } from '../run-options.ts';
import { startTracing } from '../start-tracing.ts';
import { requireTerminal, terminalSize } from '../terminal.ts';
import { newTimeline, timelineTable, writeTimelineJson } from '../timeline-report.ts';

export async function run({ options, operands }: CommandInput): Promise<number> {
  const timeline = newTimeline(options.flag('debug'));
  timeline.mark('command loaded');
  const request = await readContainerRequest(options, operands);
  const detachKeys = readDetachKeys(options);
  const detached = options.flag('detach');
  const { openStdin: interactive = false, terminal = false } = request;
  if (terminal && interactive && !detached) requireTerminal();
  const cidfile = takeCidFile(options.text('cidfile'));
  const trace = await startTracing('lcow run', timeline);
  const cancel = cancelOnSignals();
  const report = reporter(options, timeline);
  let container: ContainerHandle;
  try {
    container = await Lcow.open().run(
      {
        ...request,
        // Who leaves a terminal's container comes back to it.
        stdinOnce: interactive && !terminal && !detached,
        attach: detached ? false : { stdin: interactive },
      },
      {
        timeline,
        signal: cancel.signal,
        terminalSize: terminal && !detached ? terminalSize() : undefined,
        onReserved: (id, name) => {
          cidfile.write(id);
          trace?.describe({
            'container.id': id,
            'container.name': name,
            'container.image.name': request.image,
          });
        },
        traceparent: trace?.traceparent,
        onCreated: report?.onCreated,
      },
    );
  } catch (error) {
    cidfile.remove();
    await trace?.end(error);
    throw error;
  } finally {
    cancel.release();
  }
  trace?.started();
  try {
    if (container.process === undefined) {
      process.stdout.write(`${container.id}\n`);
      await Promise.all([trace?.end(), report?.write(container)]);
      return 0;
    }
    const code = await follow('the container', container.process, {
      interactive,
      terminal,
      detachKeys,
      kill: impatientKill(container),
      onFirstByte: () => timeline.markGuest('first byte'),
    });
    timeline.markGuest('exit');
    trace?.describe({ 'process.exit.code': code });
    await Promise.all([trace?.end(), report?.write(container)]);
    return code;
  } finally {
    await container.close();
  }
}

/** Signals go to the process; the third Ctrl-C, with which the foreground gives up, ends one that ignores them. */
function impatientKill(container: ContainerHandle): (signal: number) => Promise<void> {
  const SIGINT = 2;
  let interrupts = 0;
  return async (signal) => {
    interrupts += signal === SIGINT ? 1 : 0;
    if (interrupts < 3) return container.kill(signal);
    await container.kill();
  };
}

interface TimelineReporter {
  /** Asks for the supervisor's part of the timeline. */
  readonly onCreated: (pod: SupervisorClient) => void;
  /** Resolves when it is written, which waits for the VM's end. */
  readonly write: (container: ContainerHandle) => Promise<void>;
}

/** Undefined where nobody asked for the timeline. */
function reporter(options: OptionValues, timeline: Timeline): TimelineReporter | undefined {
  const file = options.text('timeline-json');
  if (!options.flag('timeline') && file === undefined) return undefined;
  let description: Promise<PodDescription | undefined> | undefined;
  return {
    onCreated(client) {
      description = client.describe().catch(() => undefined);
    },
    async write(container) {
      const pod = await description;
      timeline.addShared(pod?.timeline);
      if (!options.flag('detach')) {
        await container.podGone();
        timeline.mark('torn down');
      }
      if (options.flag('timeline')) process.stderr.write(timelineTable(timeline));
      if (file === undefined) return;
      await writeTimelineJson(file, timeline, { accelerator: pod?.accelerator ?? '' });
    },
  };
}

export interface CidFile {
  write(id: string): void;
  /** The container was not made. */
  remove(): void;
}

/** @throws RuntimeError already-exists: another container's id is not overwritten */
export function takeCidFile(path: string | undefined): CidFile {
  if (path === undefined) return { write() {}, remove() {} };
  try {
    closeSync(openSync(path, 'wx', 0o644));
  } catch (cause) {
    const exists = (cause as NodeJS.ErrnoException).code === 'EEXIST';
    throw new RuntimeError(
      exists ? 'already-exists' : 'invalid-argument',
      'write --cidfile',
      exists ? `"${path}" exists: remove it first` : (cause as Error).message,
      { cause },
    );
  }
  return {
    write: (id) => writeFileSync(path, id),
    remove: () => rmSync(path, { force: true }),
  };
}
