/**
 * A pod's socket: both services on it, for peers of ours. Connections are taken from the start; those that come while
 * an adoption is under way wait for its end, so that everyone sees the pod as it is.
 */
import { messageOf } from '../errors.ts';
import type { TaskService } from '../task/task-service.ts';
import { taskHandlers } from '../task/task-ttrpc.ts';
import { TtrpcServer } from '../ttrpc/server.ts';
import { listenOnSocket } from '../ttrpc/server-socket.ts';
import { supervisorHandlers, type SupervisorOperations } from './supervisor-service.ts';
import type { PodSupervisor } from './pod-supervisor.ts';

export interface PodSocket extends AsyncDisposable {
  /** Nobody new gets in; who is connected stays. */
  stopListening(): Promise<void>;
}

/** Disposing it gives the answers that are due, then closes every connection. */
export async function listenForPod(
  path: string,
  pod: {
    readonly supervisor: PodSupervisor;
    readonly tasks: TaskService;
    readonly operations: SupervisorOperations;
    readonly created: Promise<void>;
  },
  log: (line: string) => void,
): Promise<PodSocket> {
  const { supervisor, tasks, operations, created } = pod;
  const server = new TtrpcServer([...taskHandlers(tasks), ...supervisorHandlers(operations)]);
  const socket = await listenOnSocket(path, {
    // The check takes 15 ms of this thread the first time, which a start has once QEMU is on its way.
    after: created,
    accept: (connection) => {
      const ignore = (): void => undefined;
      connection.on('error', ignore);
      const serve = (): void => {
        connection.removeListener('error', ignore);
        // It may have left while it waited.
        if (!connection.destroyed) server.serve(connection);
      };
      supervisor.adopted.then(serve, () => connection.destroy());
    },
    refused: (error) => log(messageOf(error)),
  });
  const stopListening = (): Promise<void> => socket.close();
  return {
    stopListening,
    async [Symbol.asyncDispose]() {
      await stopListening();
      await server.close();
    },
  };
}
