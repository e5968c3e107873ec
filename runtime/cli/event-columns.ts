/** What `lcow events` shows of an event, as docker does, and which are shown. Pure. */
import type { JournalEvent } from '../supervisor/event-journal.ts';
import { hasLabel, splitFilter } from './container-filter.ts';
import { escapeControl } from './escape.ts';

export const EVENT_FILTER_KEYS = ['event', 'type', 'container', 'pod', 'image', 'label'] as const;

/** `2026-01-02T15:04:05.000000000Z container start <id> (image=busybox, name=web)`. */
export function eventLine({ timeNano, type, action, actor }: JournalEvent): string {
  const attributes = Object.entries(actor.attributes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
  const text = `${isoNano(timeNano)} ${type} ${action} ${actor.id} (${attributes})`;
  return escapeControl(text);
}

/** In docker's shape: Type, Action, Actor{ID, Attributes}, time, timeNano. */
export function eventObject({ type, action, actor, time, timeNano }: JournalEvent): object {
  return {
    status: action,
    id: actor.id,
    from: actor.attributes['image'] ?? '',
    Type: type,
    Action: action,
    Actor: { ID: actor.id, Attributes: actor.attributes },
    scope: 'local',
    time,
    timeNano: Number(timeNano),
  };
}

/** The same key twice means either (labels: both). @throws RuntimeError invalid-argument */
export function parseEventFilters(filters: readonly string[]): (event: JournalEvent) => boolean {
  const byKey = new Map<string, string[]>();
  for (const text of filters) {
    const { key, value } = splitFilter(text, EVENT_FILTER_KEYS);
    byKey.set(key, [...(byKey.get(key) ?? []), value]);
  }
  return (event) =>
    [...byKey].every(([key, values]) =>
      key === 'label'
        ? values.every((value) => hasLabel(event.actor.attributes, value))
        : values.some((value) => matches(event, key, value)),
    );
}

function matches({ type, action, actor }: JournalEvent, key: string, value: string): boolean {
  const { id, attributes } = actor;
  const isOf = (wanted: JournalEvent['type']): boolean =>
    type === wanted && (attributes['name'] === value || id.startsWith(value));
  switch (key) {
    case 'event':
      return action === value || action.startsWith(`${value}:`);
    case 'type':
      return type === value;
    case 'container':
      return isOf('container');
    case 'pod':
      return attributes['pod'] === value || isOf('pod');
    case 'image':
      return attributes['image'] === value || isOf('image');
    default:
      return false;
  }
}

function isoNano(nano: string): string {
  const ms = Number(nano.slice(0, -6));
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return nano;
  return date.toISOString().replace(/\d{3}Z$/, `${nano.slice(-9)}Z`);
}
