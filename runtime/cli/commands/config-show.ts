/** `lcow config show`: every setting, its value, and where it comes from. */
import { originText, type SettingValue } from '../../configuration/configuration.ts';
import { loadConfiguration } from '../../configuration/load-configuration.ts';
import { RuntimeError } from '../../errors.ts';
import type { CommandInput } from '../command.ts';
import { safeJson } from '../safe-json.ts';
import { formatOf, table } from '../table.ts';

export async function run({ options, operands, configuration }: CommandInput): Promise<number> {
  const { values, files } = configuration ?? (await loadConfiguration());
  const format = formatOf(options);
  const chosen = operands.length === 0 ? values : operands.map((name) => find(values, name));
  if (format === 'json') {
    const settings = Object.fromEntries(
      chosen.map(({ setting, value, origin }) => [
        setting.name,
        { value: value ?? null, origin: origin.kind, from: originText(origin) },
      ]),
    );
    process.stdout.write(`${safeJson({ files, settings }, 2)}\n`);
    return 0;
  }
  const header = options.flag('origin')
    ? ['SETTING', 'VALUE', 'ORIGIN', 'ENVIRONMENT', 'OPTION', 'WHAT']
    : ['SETTING', 'VALUE', 'WHAT'];
  const rows = chosen.map(({ setting, value, origin }) => {
    const { name, otherwise, environment, option, summary } = setting;
    const shown = value ?? `(${otherwise})`;
    if (!options.flag('origin')) return [name, shown, summary];
    const flag = option === undefined ? '' : `--${option.name}`;
    return [name, shown, originText(origin), environment, flag, summary];
  });
  process.stdout.write(table(header, rows));
  return 0;
}

function find(values: readonly SettingValue[], name: string): SettingValue {
  const found = values.find(({ setting }) => setting.name === name);
  if (found !== undefined) return found;
  const known = values.map(({ setting }) => setting.name).join(', ');
  throw new RuntimeError('invalid-argument', `show the setting "${name}"`, `there are ${known}`);
}
