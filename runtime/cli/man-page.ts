/** Manual pages (section 1, man(7) macros) from the command table: `lcow(1)` and one a command. Pure. */
import type { Command } from './command.ts';
import { optionsOf } from './command-line.ts';

export interface ManPage {
  /** "lcow-image-list.1" */
  readonly file: string;
  readonly text: string;
}

const EXIT_STATUS = [
  ['0', 'success; of run, start -a, exec and attach: the process exited 0'],
  ['125', 'lcow failed'],
  ['126, 127', 'the command cannot be invoked; is not found'],
  ['128+n', 'signal n ended the process'],
  ['130', 'a signal came before the command ran'],
] as const;

/** @param date ISO date of the pages @param settings name, environment variable and summary of each setting */
export function manPages(
  commands: readonly Command[],
  version: string,
  date: string,
  settings: readonly { name: string; environment: string; summary: string }[],
): readonly ManPage[] {
  const shown = commands.filter(({ hidden }) => !hidden);
  return [
    mainPage(shown, version, date, settings),
    ...shown.map((each) => page(each, version, date)),
  ];
}

function pageName(command: Command): string {
  return `lcow-${command.name.replaceAll(' ', '-')}`;
}

function mainPage(
  commands: readonly Command[],
  version: string,
  date: string,
  settings: readonly { name: string; environment: string; summary: string }[],
): ManPage {
  const lines = [
    title('lcow', version, date),
    '.SH NAME',
    'lcow \\- Linux containers, each pod in its own utility VM',
    '.SH SYNOPSIS',
    '.B lcow',
    '.I COMMAND',
    '[options] [arguments]',
    '.SH COMMANDS',
    ...commands.flatMap((each) => [
      '.TP',
      `.BR ${escapeRoff(pageName(each))} (1)`,
      escapeLine(each.summary),
    ]),
    '.SH ENVIRONMENT',
    'Each of these is a setting, which a configuration file may have under its name.',
    ...settings.flatMap(({ name, environment, summary }) => [
      '.TP',
      `.B ${escapeRoff(environment)}`,
      escapeLine(`${summary} (${name})`),
    ]),
    '.TP',
    '.B LCOW_CONFIG',
    'a further configuration file',
    '.SH FILES',
    '.TP',
    '.I /etc/lcow/config.toml',
    'settings of this host',
    '.TP',
    '.I ~/.config/lcow/config.toml',
    'settings of this user; below XDG_CONFIG_HOME where that is set',
    ...exitStatus(),
  ];
  return { file: 'lcow.1', text: `${lines.join('\n')}\n` };
}

function page(command: Command, version: string, date: string): ManPage {
  const name = pageName(command);
  const lines = [
    title(name, version, date),
    '.SH NAME',
    `${escapeRoff(name)} \\- ${escapeRoff(command.summary.replace(/\.$/, ''))}`,
    '.SH SYNOPSIS',
    `.B lcow ${escapeRoff(command.name)}`,
    escapeLine(`[options] ${command.operands}`.trim()),
    '.SH DESCRIPTION',
    escapeLine(command.summary),
    ...(command.description === undefined ? [] : ['.PP', escapeLine(command.description)]),
    ...(command.aliases === undefined
      ? []
      : [
          '.PP',
          escapeLine(`Also: ${command.aliases.map((alias) => `lcow ${alias}`).join(', ')}.`),
        ]),
    '.SH OPTIONS',
    ...optionsOf(command).flatMap(({ name: long, short, value, help, multiple }) => {
      const names = short === undefined ? `--${long}` : `-${short}, --${long}`;
      const shown = `\\fB${escapeRoff(names)}\\fR`;
      const term = value === undefined ? shown : `${shown} \\fI${escapeRoff(value)}\\fR`;
      return ['.TP', term, escapeLine(multiple ? `${help}; may be given again` : help)];
    }),
    ...exitStatus(),
    '.SH SEE ALSO',
    '.BR lcow (1)',
  ];
  return { file: `${name}.1`, text: `${lines.join('\n')}\n` };
}

function title(name: string, version: string, date: string): string {
  return `.TH ${escapeRoff(name.toUpperCase())} 1 "${date}" "lcow ${version}" "lcow manual"`;
}

function exitStatus(): string[] {
  return [
    '.SH EXIT STATUS',
    ...EXIT_STATUS.flatMap(([status, what]) => ['.TP', `.B ${status}`, escapeLine(what)]),
  ];
}

/** Text within a line. */
function escapeRoff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti');
}

/** Text that is a line: a dot or an apostrophe at its beginning would be a macro. */
function escapeLine(text: string): string {
  const escaped = escapeRoff(text);
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}
