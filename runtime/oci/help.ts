/** What `--version` and `--help` print. */
import { LCOW_VERSION } from '../version.ts';
import { GLOBAL_OPTIONS, OCI_COMMANDS } from './command-table.ts';
import type { OciOption } from './options.ts';

/** Of the specification that bundles are read by. */
export const SPEC_VERSION = '1.2.0';

/** In runc's form: dockerd and podman read it. */
export function versionText(): string {
  return `lcow-oci version ${LCOW_VERSION}\nspec: ${SPEC_VERSION}\n`;
}

/** Of one command; of all where there is no such. */
export function helpText(name?: string): string {
  const command = OCI_COMMANDS.find((each) => each.name === name);
  if (command === undefined) {
    return [
      'lcow-oci: containers by the OCI runtime specification, each pod in a VM of its own',
      '',
      'Usage: lcow-oci [options] COMMAND [options] [operands]',
      '',
      ...columns(OCI_COMMANDS.map((each) => [each.name, each.refused ?? each.about])),
      '',
      'Options:',
      ...optionLines(GLOBAL_OPTIONS),
      '',
    ].join('\n');
  }
  return [
    `lcow-oci ${command.name}: ${command.about}`,
    '',
    `Usage: lcow-oci ${command.name} [options] ${command.operands}`,
    '',
    ...optionLines(command.options),
    '',
  ].join('\n');
}

function optionLines(options: readonly OciOption[]): string[] {
  return columns(
    options.map(({ long, short, kind, about, refused }) => [
      `--${long}${short === undefined ? '' : `, -${short}`}${kind === 'flag' ? '' : ' VALUE'}`,
      refused === undefined || about !== 'refused' ? about : `refused: ${refused}`,
    ]),
  );
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([first]) => first.length));
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`);
}
