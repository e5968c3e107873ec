/** `lcow ps --filter`: which containers are shown. The same key twice means either (labels: both); keys are joined by and. */
import { RuntimeError } from '../errors.ts';
import type { StoredContainer } from '../container/container-store.ts';

export const FILTER_KEYS = ['id', 'name', 'status', 'label', 'ancestor', 'pod', 'exited'] as const;
const STATUSES = ['created', 'running', 'paused', 'restarting', 'exited'];

export type ContainerFilter = (container: StoredContainer) => boolean;

/** @throws RuntimeError invalid-argument, naming what is wrong with a filter */
export function parseContainerFilters(filters: readonly string[]): {
  readonly matches: ContainerFilter;
  /** A filter asks for those that do not run. */
  readonly all: boolean;
} {
  const byKey = new Map<string, string[]>();
  for (const text of filters) {
    const { key, value } = splitFilter(text, FILTER_KEYS);
    check(key, value);
    byKey.set(key, [...(byKey.get(key) ?? []), value]);
  }
  const tests = [...byKey].map(([key, values]): ContainerFilter => {
    const one = (container: StoredContainer) => (value: string) => matches(container, key, value);
    return key === 'label'
      ? (container) => values.every(one(container))
      : (container) => values.some(one(container));
  });
  return {
    matches: (container) => tests.every((test) => test(container)),
    all: byKey.has('status') || byKey.has('exited'),
  };
}

/** KEY=VALUE. @throws RuntimeError invalid-argument, naming the filter and the keys that there are */
export function splitFilter(
  text: string,
  keys: readonly string[],
): { readonly key: string; readonly value: string } {
  const equals = text.indexOf('=');
  const key = equals < 0 ? text : text.slice(0, equals).replace(/!$/, '');
  if (equals > 0 && keys.includes(key)) {
    const negated = text[equals - 1] === '!';
    return { key: negated ? `${key}!` : key, value: text.slice(equals + 1) };
  }
  throw new RuntimeError(
    'invalid-argument',
    `read --filter ${JSON.stringify(text.slice(0, 200))}`,
    `it is not KEY=VALUE with one of ${keys.join(', ')}`,
  );
}

/** K or K=V of labels. */
export function hasLabel(labels: Readonly<Record<string, string>>, wanted: string): boolean {
  const equals = wanted.indexOf('=');
  const key = equals < 0 ? wanted : wanted.slice(0, equals);
  if (!Object.hasOwn(labels, key)) return false;
  return equals < 0 || labels[key] === wanted.slice(equals + 1);
}

function check(key: string, value: string): void {
  const wrong = (what: string): RuntimeError =>
    new RuntimeError('invalid-argument', `read --filter ${key}=${value.slice(0, 100)}`, what);
  if (key.endsWith('!')) throw wrong('it cannot be negated');
  if (key === 'status' && !STATUSES.includes(value)) {
    throw wrong(`a status is one of ${STATUSES.join(', ')}`);
  }
  if (key === 'exited' && !/^\d{1,3}$/.test(value)) throw wrong('an exit status is a whole number');
}

function matches({ record, name, state }: StoredContainer, key: string, value: string): boolean {
  switch (key) {
    case 'id':
      return record.id.startsWith(value);
    case 'name':
      return name.includes(value.replace(/^\//, ''));
    case 'status':
      return state.status === value;
    case 'label':
      return hasLabel(record.labels, value);
    case 'ancestor':
      return isImage(record.image, value);
    case 'pod':
      return record.pod === value || (record.pod === undefined && record.id.startsWith(value));
    case 'exited':
      return state.status === 'exited' && state.exitCode === Number(value);
    default:
      return false;
  }
}

function isImage(image: { name: string; id: string }, wanted: string): boolean {
  const id = image.id.replace(/^sha256:/, '');
  const digits = wanted.replace(/^sha256:/, '');
  return (
    image.name === wanted ||
    image.name === `${wanted}:latest` ||
    `${image.name}:latest` === wanted ||
    (/^[0-9a-f]{4,64}$/.test(digits) && id.startsWith(digits))
  );
}
