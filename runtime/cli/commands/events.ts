/** `lcow events`: what happened on this host since a time, then what happens, until Ctrl-C or --until. */
import { directories } from '../../directories.ts';
import { EventJournal } from '../../supervisor/event-journal.ts';
import { readEvents } from '../../supervisor/event-reader.ts';
import type { CommandInput } from '../command.ts';
import { eventLine, eventObject, parseEventFilters } from '../event-columns.ts';
import { escapeControl } from '../escape.ts';
import { parseListFormat } from '../list-output.ts';
import { cellText, safeJson } from '../safe-json.ts';
import { fieldOf, renderTemplate } from '../template.ts';
import { parseTime } from '../time-argument.ts';

export async function run({ options }: CommandInput): Promise<number> {
  const format = parseListFormat(options.text('format'));
  const nowMs = Date.now();
  const time = (name: string): number | undefined => {
    const text = options.text(name);
    return text === undefined ? undefined : parseTime(`--${name}`, text, nowMs);
  };
  const sinceMs = time('since');
  const untilMs = time('until');
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => stop.abort());
  }
  process.stdout.once('error', () => stop.abort());
  const events = readEvents(new EventJournal(directories().run), {
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(untilMs === undefined ? {} : { untilMs }),
    // docker tells what was and ends where --until is over already.
    follow: untilMs === undefined || untilMs > nowMs,
    filter: parseEventFilters(options.list('filter')),
    signal: stop.signal,
  });
  for await (const event of events) {
    const line = (): string => {
      switch (format.kind) {
        case 'table':
          return eventLine(event);
        case 'json':
          return safeJson(eventObject(event));
        case 'fields':
          return format.names
            .map((name) => escapeControl(cellText(fieldOf(eventObject(event), name))))
            .join('\t');
        case 'template':
          return renderTemplate(format.parts, eventObject(event));
        default:
          return format satisfies never;
      }
    };
    if (!process.stdout.write(`${line()}\n`)) await drained(stop.signal);
  }
  return 0;
}

function drained(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.once('drain', resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
