/**
 * The log that the host itself keeps of services: Windows' Event Log. Elsewhere there is none here: what a supervisor
 * says is in its file (supervisor/supervisor-log.ts), and its starter's journal has its stderr.
 */
import { messageOf } from './errors.ts';

/** From what is only good to know to what somebody must see to. */
export const LOG_LEVELS = ['information', 'warning', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Takes a message. Never throws. */
export type HostLog = (level: LogLevel, text: string) => void;

export interface HostLogOptions {
  /** Told once, when the log cannot be opened or refuses a message. */
  readonly onTrouble: (text: string) => void;
  /** Default process.env; LCOW_EVENT_LOG is read. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * Opens the host's log. LCOW_EVENT_LOG is the least level that goes there (`information`, `warning`, `error`) or `off`.
 * Default `warning`: an administrator's log is not the place for each pod's comings and goings.
 * @returns undefined where there is none, where it is off, or where it cannot be opened, which is told
 */
export async function openHostLog({
  onTrouble,
  env = process.env,
}: HostLogOptions): Promise<HostLog | undefined> {
  if (process.platform !== 'win32') return undefined;
  const least = LOG_LEVELS.findIndex((level) => level === (env['LCOW_EVENT_LOG'] || 'warning'));
  if (least < 0) return undefined;
  try {
    const { EventLog } = await import('../hcs/windows/event-log.ts');
    const log = new EventLog();
    return (level, text) => {
      if (LOG_LEVELS.indexOf(level) < least) return;
      if (!log.report(level, text)) onTrouble('the Event Log does not take what is said here');
    };
  } catch (error) {
    onTrouble(`there is no Event Log: ${messageOf(error)}`);
    return undefined;
  }
}
