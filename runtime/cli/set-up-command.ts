/** What `lcow setup docker` and `lcow setup containerd` have in common: options to request, outcome to text. */
import { setUp } from '../setup/set-up.ts';
import type { OptionValues } from './command.ts';
import { escapeControl } from './escape.ts';

/** The difference to stdout, as a patch; what was done to stderr. Exits 0 also when there was nothing to do. */
export async function runSetUp(
  daemon: 'docker' | 'containerd',
  options: OptionValues,
): Promise<number> {
  const config = options.text('config');
  const name = options.text('name');
  const linkFolder = options.text('link');
  const dockerVersion = options.text('docker-version');
  const { difference, report } = await setUp({
    daemon,
    dryRun: options.flag('dry-run'),
    undo: options.flag('undo'),
    ...(config === undefined ? {} : { config }),
    ...(name === undefined ? {} : { name }),
    ...(linkFolder === undefined ? {} : { linkFolder }),
    ...(dockerVersion === undefined ? {} : { dockerVersion }),
  });
  process.stdout.write(difference);
  process.stderr.write(report.map((line) => `${escapeControl(line)}\n`).join(''));
  return 0;
}
