/** What `run`, `start -a`, `attach` and `exec` share: a process in the foreground until it ends or is left. */
import { RuntimeError } from '../errors.ts';
import type { AttachedProcess } from '../supervisor/supervisor-client.ts';
import type { OptionValues } from './command.ts';
import { DEFAULT_DETACH_KEYS, parseDetachKeys } from './detach-keys.ts';
import { foreground, type ForegroundOptions } from './foreground.ts';

export interface FollowOptions
  extends Pick<ForegroundOptions, 'interactive' | 'terminal' | 'kill' | 'onFirstByte'> {
  readonly detachKeys: Buffer;
}

/** @throws RuntimeError invalid-argument */
export function readDetachKeys(options: OptionValues): Buffer {
  return parseDetachKeys(options.text('detach-keys') ?? DEFAULT_DETACH_KEYS);
}

/**
 * @returns the exit status of the process; 0 when the user left it
 * @throws RuntimeError unavailable with the cause, where it was not the process's own end
 */
export async function follow(
  subject: string,
  attached: AttachedProcess,
  { detachKeys, ...options }: FollowOptions,
): Promise<number> {
  const end = await foreground(attached, {
    ...options,
    // Keys that leave are a terminal's; a file may hold any bytes.
    ...(options.terminal ? { detachKeys, detach: () => attached.detach() } : {}),
  }).end();
  if (end.kind === 'detached') return 0;
  if (end.error !== undefined)
    throw new RuntimeError('unavailable', `follow ${subject}`, end.error);
  return end.code;
}
