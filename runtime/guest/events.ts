/** What happens in a guest, in order: exits and out-of-memory kills, replayed from a sequence number. */
import type { lcow } from '../../proto/generated/agent.js';
import type { AgentChannel } from './agent-channel.ts';
import { decodeExitStatus, type ExitStatus } from './exit-status.ts';
import { STREAMS } from './methods.ts';
import type { ProcessId } from './process-streams.ts';
import { fromGrpc } from './status.ts';

/** `sequence` counts from 1; an observer that lost its link asks again after the last it saw. */
export type GuestEvent = { readonly sequence: number } & (
  | { readonly kind: 'exited'; readonly process: ProcessId; readonly status: ExitStatus }
  | { readonly kind: 'out-of-memory'; readonly containerId: string; readonly kills: number }
  | { readonly kind: 'events-lost'; readonly firstKept: number }
  /** Not numbered (0), not replayed. `level` as in syslog(3): 0 emergency to 7 debug. */
  | { readonly kind: 'kernel-log'; readonly level: number; readonly text: string }
);

export interface EventOptions {
  /** The last event seen; default 0: from the VM's start. */
  readonly after?: number;
  /** Also exits. Default true; without them each process costs the guest a message less. */
  readonly exits?: boolean;
  /** Also what the guest's kernel says from now on. Default false. */
  readonly kernelLog?: boolean;
  /** Ends the iteration. */
  readonly signal?: AbortSignal;
}

/** Events as they happen, until the signal aborts. @throws RuntimeError unavailable when the link breaks */
export async function* guestEvents(
  channel: AgentChannel,
  { after = 0, exits = true, kernelLog = false, signal }: EventOptions = {},
): AsyncGenerator<GuestEvent, void, undefined> {
  if (signal?.aborted) return;
  const call = channel.serverStream(STREAMS.subscribe, { after, kernelLog, noExits: !exits });
  const onAbort = (): void => call.cancel();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    for await (const message of call) {
      const event = decodeEvent(message as lcow.agent.v1.Event);
      if (event !== undefined) yield event;
    }
  } catch (error) {
    if (!signal?.aborted) throw fromGrpc('watch events', error);
  } finally {
    signal?.removeEventListener('abort', onAbort);
    call.on('error', () => {});
    call.cancel();
  }
}

function decodeEvent(event: lcow.agent.v1.Event): GuestEvent | undefined {
  const sequence = event.sequence ?? 0;
  if (event.exited) {
    const { process, status } = event.exited;
    const id = { containerId: process?.containerId ?? '', execId: process?.execId ?? '' };
    return { sequence, kind: 'exited', process: id, status: decodeExitStatus(status ?? {}) };
  }
  if (event.oom) {
    const { containerId, oomKills } = event.oom;
    return {
      sequence,
      kind: 'out-of-memory',
      containerId: containerId ?? '',
      kills: oomKills ?? 0,
    };
  }
  if (event.kernelLog) {
    const { level, text } = event.kernelLog;
    return { sequence, kind: 'kernel-log', level: level ?? 0, text: text ?? '' };
  }
  if (event.lost) return { sequence, kind: 'events-lost', firstKept: event.lost.firstKept ?? 0 };
  return undefined;
}
