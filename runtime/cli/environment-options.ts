/** `--env`, `--env-file`, `--label` and `--label-file`: docker's rules. */
import { RuntimeError } from '../errors.ts';
import type { OptionValues } from './command.ts';
import { readKeyValueFile } from './key-value-file.ts';

/** "K=V" entries, files first, so that flags win. A bare K takes our value, or is nothing where we have none. */
export function readEnvironment(
  options: OptionValues,
  ours: NodeJS.ProcessEnv = process.env,
): string[] {
  return [
    ...options.list('env-file').flatMap((path) => readKeyValueFile('--env-file', path)),
    ...options.list('env'),
  ]
    .map((entry) => {
      if (entry.includes('=')) return entry;
      const value = ours[entry];
      return value === undefined ? undefined : `${entry}=${value}`;
    })
    .filter((entry) => entry !== undefined);
}

/** Files first, so that flags win. "K" alone has an empty value. @throws RuntimeError invalid-argument */
export function readLabels(options: OptionValues): Record<string, string> {
  const labels: [string, string][] = [
    ...options.list('label-file').flatMap((path) => readKeyValueFile('--label-file', path)),
    ...options.list('label'),
  ].map((entry) => {
    const equals = entry.indexOf('=');
    const key = equals < 0 ? entry : entry.slice(0, equals);
    if (key === '' || entry.length > 65_536) {
      const what = `"${entry.slice(0, 64)}" is not KEY=VALUE`;
      throw new RuntimeError('invalid-argument', 'read --label', what);
    }
    return [key, equals < 0 ? '' : entry.slice(equals + 1)];
  });
  return Object.fromEntries(labels);
}
