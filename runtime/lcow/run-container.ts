/**
 * `run`: make and start in one, with everything that can overlap overlapped. The VM of a lone container boots while its
 * image is resolved and its folder made.
 */
import type { AttachedProcess, SupervisorClient } from '../supervisor/supervisor-client.ts';
import type { ContainerRequest } from './container-request.ts';
import type { Host } from './host.ts';
import { reserveContainer, storeContainer } from './new-container.ts';
import {
  type AttachRequest,
  joinPod,
  startInPod,
  startLonePod,
  type StartOptions,
} from './start-container.ts';

export interface RunRequest extends ContainerRequest {
  /** Whose stdio the caller wants: `true` is stdout and stderr. Default: nobody is attached. */
  readonly attach?: boolean | AttachRequest;
}

export interface RunOptions
  extends Pick<StartOptions, 'signal' | 'terminalSize' | 'timeline' | 'traceparent' | 'onCreated'> {
  /** Told its id once its name is taken, before anything starts. */
  readonly onReserved?: (id: string, name: string) => void;
}

export interface RunningContainer {
  readonly id: string;
  /** The pod it runs in, and the connection to its supervisor: the caller's to close. */
  readonly client: SupervisorClient;
  readonly process: AttachedProcess | undefined;
}

/** @throws RuntimeError; name, folder, pod and VM are gone again then */
export async function runContainer(
  host: Host,
  request: RunRequest,
  { onReserved, ...options }: RunOptions,
): Promise<RunningContainer> {
  const made = await reserveContainer(host, request);
  const { id, name } = made.reservation;
  const { timeline } = options;
  onReserved?.(id, name);
  const pod =
    made.shape === undefined
      ? joinPod(host, request.pod ?? '')
      : startLonePod(host, id, made.shape);
  const stored = (async () => {
    const image = await (await host.images()).resolve(request.image);
    timeline?.mark('image resolved');
    return storeContainer(host, made, image);
  })();
  try {
    const attach = attachRequest(request);
    const process = await startInPod(host, pod, stored, { attach, ...options });
    return { id, process, client: await pod.client };
  } catch (error) {
    // The folder may still be on its way.
    const there = await stored.catch(() => undefined);
    await host.store.remove(id).catch(() => {});
    host.store.release(made.reservation);
    if (there !== undefined) await host.tell('destroy', name, there.record);
    throw error;
  }
}

function attachRequest({ attach = false }: RunRequest): AttachRequest | undefined {
  if (attach === false) return undefined;
  return attach === true ? {} : attach;
}
