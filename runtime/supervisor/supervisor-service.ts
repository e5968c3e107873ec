/** The Supervisor service over ttrpc: its messages to and from what the supervisor's process does. */
import type { Readable } from 'node:stream';
import { RuntimeError } from '../errors.ts';
import { encodeTaskEvent } from '../task/task-event-codec.ts';
import { type Handler, handle, handleStream } from '../ttrpc/method.ts';
import { type AttachTasks, serveAttach } from './attach-service.ts';
import { bytesIn, sendBytes } from './copy-stream.ts';
import { decodeRestartPolicy } from './create-options.ts';
import type { HubRegistry } from './hub-registry.ts';
import type { NumberedTaskEvent, SupervisorClient } from './supervisor-client.ts';
import { SUPERVISOR } from './supervisor-methods.ts';

/** What the service is served from. Names and errors are SupervisorClient's. */
export interface SupervisorOperations
  extends Pick<
    SupervisorClient,
    | 'describe'
    | 'keep'
    | 'stop'
    | 'stopPod'
    | 'top'
    | 'execInVm'
    | 'statPath'
    | 'stacks'
    | 'metrics'
  > {
  readonly hubs: HubRegistry;
  readonly task: AttachTasks;
  /** Takes the tar until its end; stops early when `tar` is destroyed. Resolves to the bytes taken. */
  copyIn(containerId: string, path: string, tar: Readable, signal: AbortSignal): Promise<number>;
  copyOut(containerId: string, path: string, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** In order from the one after `after`, none lost; ends with the pod, or throws when the reader is too slow. */
  events(options: { after: number; signal: AbortSignal }): AsyncIterable<NumberedTaskEvent>;
  kernelLog(options: {
    follow: boolean;
    signal: AbortSignal;
  }): AsyncIterable<{ level: number; text: string }>;
}

/** The handlers for a TtrpcServer. */
export function supervisorHandlers(operations: SupervisorOperations): Handler[] {
  return [...podHandlers(operations), ...streamHandlers(operations)];
}

function podHandlers(operations: SupervisorOperations): Handler[] {
  return [
    handle(SUPERVISOR.describe, async () => {
      const { network, document, timeline, startedAtMs, containers, ...rest } =
        await operations.describe();
      return {
        ...rest,
        containers: [...containers],
        network: network == null ? '' : JSON.stringify(network),
        startedAtNs: startedAtMs * 1e6,
        document: JSON.stringify(document ?? null),
        timeline: Buffer.from(JSON.stringify(timeline ?? null)),
      };
    }),
    handle(SUPERVISOR.keep, async ({ containerId, restart, release }, { op }) => {
      await operations.keep(containerId, {
        ...(restart == null ? {} : { restart: decodeRestartPolicy(op, restart) }),
        ...(release ? { release } : {}),
      });
      return {};
    }),
    handle(SUPERVISOR.stop, async ({ containerId, signal, timeoutMs }) => {
      const { code, killed } = await operations.stop(containerId, signal, timeoutMs);
      return { exitStatus: code, killed };
    }),
    handle(SUPERVISOR.stopPod, async ({ graceMs }) => {
      await operations.stopPod(graceMs);
      return {};
    }),
    handle(SUPERVISOR.top, async ({ containerId }) => ({
      processes: await operations.top(containerId),
    })),
    handle(SUPERVISOR.execInVm, ({ args, terminal, stdin, width, height }) =>
      operations.execInVm({ args, stdin, ...(terminal ? { terminal: { width, height } } : {}) }),
    ),
    handle(SUPERVISOR.statPath, async ({ containerId, path }) => {
      const { isDirectory, ...stat } = await operations.statPath(containerId, path);
      return { ...stat, isDir: isDirectory };
    }),
    handle(SUPERVISOR.stacks, async () => ({ text: await operations.stacks() })),
    handle(SUPERVISOR.metrics, async () => ({
      json: Buffer.from(JSON.stringify(await operations.metrics())),
    })),
  ];
}

function streamHandlers(operations: SupervisorOperations): Handler[] {
  return [
    handleStream(SUPERVISOR.attach, (stream, context) => {
      return serveAttach(operations.hubs, operations.task, stream, context);
    }),
    handleStream(SUPERVISOR.subscribe, async (stream, { signal }) => {
      const after = (await stream.receive())?.after ?? 0;
      for await (const { sequence, atMs, event } of operations.events({ after, signal })) {
        const { topic, typeUrl, value } = encodeTaskEvent(event);
        const exit =
          event.kind === 'exit' ? { oomKilled: event.oomKilled, error: event.error ?? '' } : {};
        await stream.send({ sequence, atNs: atMs * 1e6, topic, typeUrl, value, ...exit });
      }
    }),
    handleStream(SUPERVISOR.copyIn, async (stream, { signal, op }) => {
      const open = (await stream.receive())?.open;
      if (open == null)
        throw new RuntimeError('invalid-argument', op, 'the first frame is not `open`');
      const tar = bytesIn(stream);
      try {
        const { containerId = '', path = '' } = open;
        return { bytes: await operations.copyIn(containerId ?? '', path ?? '', tar, signal) };
      } finally {
        tar.destroy();
      }
    }),
    handleStream(SUPERVISOR.copyOut, async (stream, { signal }) => {
      const { containerId = '', path = '' } = (await stream.receive()) ?? {};
      const tar = operations.copyOut(containerId, path, signal);
      await sendBytes(tar, (chunk) => stream.send({ chunk }));
    }),
    handleStream(SUPERVISOR.kernelLog, async (stream, { signal }) => {
      const follow = (await stream.receive())?.follow ?? false;
      for await (const line of operations.kernelLog({ follow, signal })) await stream.send(line);
    }),
  ];
}
