/** Task.Create's options for a container that the supervisor keeps: `lcow.supervisor.v1.CreateOptions`. */
import { lcow } from '../../proto/generated/supervisor.js';
import type { RestartPolicy } from '../container/container-record.ts';
import { messageOf, RuntimeError } from '../errors.ts';
import type { CreateTask } from '../task/task-service.ts';

export const CREATE_OPTIONS_TYPE = 'lcow.supervisor.v1.CreateOptions';

const SIGTERM = 15;
const SIGNAL_MAX = 64;

/** What the supervisor does with a container beside running it. */
export interface KeepOptions {
  readonly restart: RestartPolicy;
  readonly autoRemove: boolean;
  readonly stopSignal: number;
  /** Empty: no log. */
  readonly logPath: string;
  readonly stdinOnce: boolean;
}

/**
 * The options of a Create; undefined when the container is not ours to keep.
 * @throws RuntimeError invalid-argument, naming the field
 */
export function keepOptions({ id, options }: CreateTask): KeepOptions | undefined {
  if (options?.typeUrl !== CREATE_OPTIONS_TYPE) return undefined;
  const op = `create container "${id}"`;
  let decoded: lcow.supervisor.v1.CreateOptions;
  try {
    decoded = lcow.supervisor.v1.CreateOptions.decode(options.value);
  } catch (error) {
    throw new RuntimeError('invalid-argument', op, `its options: ${messageOf(error)}`);
  }
  const { stopSignal } = decoded;
  if (stopSignal > SIGNAL_MAX) {
    throw new RuntimeError('invalid-argument', op, `stop_signal ${stopSignal} is no signal`);
  }
  return {
    restart: decodeRestartPolicy(op, decoded.restart),
    autoRemove: decoded.autoRemove,
    logPath: decoded.logPath,
    stdinOnce: decoded.stdinOnce,
    stopSignal: stopSignal === 0 ? SIGTERM : stopSignal,
  };
}

/** An absent policy is "no". @throws RuntimeError invalid-argument */
export function decodeRestartPolicy(
  op: string,
  policy: { name?: string | null; maximum?: number | null } | null | undefined,
): RestartPolicy {
  const name = policy?.name || 'no';
  if (name !== 'no' && name !== 'on-failure' && name !== 'always') {
    throw new RuntimeError('invalid-argument', op, `restart.name "${name}" is no policy`);
  }
  return { name, maximum: policy?.maximum ?? 0 };
}
