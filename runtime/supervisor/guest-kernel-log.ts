/** The guest kernel's log: what is kept of it, then what comes, as lines with their level. */
import type { lcow } from '../../proto/generated/agent.js';
import { STREAMS } from '../guest/methods.ts';
import type { PodTasks } from '../task/pod-tasks.ts';

const DEFAULT_LEVEL = 6;
/** No event has this number: what was before is not asked for. */
const AFTER_EVERYTHING = Number.MAX_SAFE_INTEGER;

export interface KernelLogLine {
  /** syslog's: 0 emergency .. 7 debug. */
  readonly level: number;
  readonly text: string;
}

/** Ends with what is kept, unless `follow`; then when the signal aborts. @throws RuntimeError unavailable */
export async function* followKernelLog(
  tasks: Pick<PodTasks, 'kernelLog' | 'vm'>,
  { follow, signal }: { follow: boolean; signal: AbortSignal },
): AsyncGenerator<KernelLogLine> {
  for (const line of (await tasks.kernelLog()).split('\n')) {
    if (line !== '') yield parseKernelLine(line);
  }
  if (!follow || signal.aborted) return;
  const channel = await tasks.vm.agent();
  const call = channel.serverStream(STREAMS.subscribe, {
    after: AFTER_EVERYTHING,
    kernelLog: true,
  });
  const cancel = (): void => call.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    for await (const message of call) {
      const { kernelLog } = message as lcow.agent.v1.Event;
      if (kernelLog == null) continue;
      yield { level: kernelLog.level ?? DEFAULT_LEVEL, text: kernelLog.text ?? '' };
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', cancel);
    call.on('error', () => undefined);
    call.cancel();
  }
}

/** `<6>text`, or a record of /dev/kmsg: `6,12,345,-;text`. */
export function parseKernelLine(line: string): KernelLogLine {
  const match = /^(?:<(\d{1,3})>|(\d{1,3}),\d+,\d+,[^;]*;)(.*)$/.exec(line);
  if (match === null) return { level: DEFAULT_LEVEL, text: line };
  return { level: Number(match[1] ?? match[2]) & 7, text: match[3] ?? '' };
}
