/** The option `shares`: which folders of the host may be shared, as a record has it. */
import { type OptionValue, refuseOption } from './option-value.ts';

/** Undefined: any; empty: none. */
export function sharesOf(value: string): readonly string[] | undefined {
  if (value === 'any') return undefined;
  return value === 'none' ? [] : value.split(',');
}

/**
 * What counts of the host's and a container's.
 * @throws RuntimeError invalid-argument where the container asks for more than the host allows
 */
export function narrowedShares(
  host: OptionValue | undefined,
  container: OptionValue | undefined,
): readonly string[] | undefined {
  const allowed = host === undefined ? undefined : sharesOf(host.value);
  if (container === undefined) return allowed;
  const asked = sharesOf(container.value);
  if (allowed === undefined) return asked;
  const outside = asked?.find((path) => !allowed.some((folder) => isBelow(path, folder)));
  if (asked !== undefined && outside === undefined) return asked;
  const what = `${JSON.stringify(container.value)} is more than ${host?.from ?? 'the host'} allows, ${JSON.stringify(host?.value)}`;
  throw refuseOption(container.from, what);
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}
