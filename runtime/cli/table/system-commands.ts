/** Commands of this installation and its host. Data only. */
import type { Command } from '../command.ts';

const NONE = { operands: '', minimum: 0, maximum: 0 } as const;
const TEXT_FORMAT = {
  name: 'format',
  value: 'text|json',
  help: 'output format (default text)',
  completes: ['text', 'json'],
};

export const SYSTEM_COMMANDS: readonly Command[] = [
  {
    name: 'info',
    summary: 'Show what is here: versions, acceleration, counts, folders, limits, warnings.',
    ...NONE,
    options: [TEXT_FORMAT],
    load: () => import('../commands/info.ts'),
  },
  {
    name: 'metrics',
    summary: 'Print the numbers of this host and its pods, as Prometheus reads them.',
    description:
      "For node_exporter's textfile collector: lcow metrics > FILE.prom.new && mv FILE.prom.new FILE.prom. Counters are of all pods since the data folder was made.",
    ...NONE,
    options: [],
    load: () => import('../commands/metrics.ts'),
  },
  {
    name: 'metrics serve',
    summary: 'Serve them over HTTP at /metrics, until it is interrupted.',
    description:
      'The supervisors of pods open no port: this asks them over their sockets, each time that it is asked.',
    ...NONE,
    options: [
      {
        name: 'listen',
        value: 'ADDRESS:PORT|unix:PATH',
        help: 'where to listen (default 127.0.0.1:9464)',
      },
    ],
    load: () => import('../commands/metrics-serve.ts'),
  },
  {
    name: 'config show',
    summary: 'Show every setting: its value, and where it comes from.',
    description:
      'Later ones count: the default, /etc/lcow/config.toml, $XDG_CONFIG_HOME/lcow/config.toml, the file that LCOW_CONFIG names, the environment, flags.',
    operands: '[SETTING...]',
    minimum: 0,
    maximum: Infinity,
    completes: ['setting'],
    options: [
      { name: 'origin', help: 'say where each comes from' },
      { ...TEXT_FORMAT, value: 'table|json', help: 'output format (default table)' },
    ],
    load: () => import('../commands/config-show.ts'),
  },
  {
    name: 'doctor',
    summary: 'Tell what is present, missing or wrong on this host, and what to do about it.',
    ...NONE,
    options: [
      { name: 'fix', help: 'remove what belongs to nothing that lives, and say what was done' },
      { name: 'json', help: 'print the checks as JSON' },
    ],
    load: () => import('../commands/doctor.ts'),
  },
  {
    name: 'completion',
    summary: 'Print the script that completes lcow in a shell.',
    description:
      'bash: lcow completion bash > /etc/bash_completion.d/lcow; zsh: > a folder of $fpath, as _lcow; fish: > ~/.config/fish/completions/lcow.fish; powershell: lcow completion powershell | Out-String | Invoke-Expression.',
    operands: 'bash|zsh|fish|powershell',
    minimum: 1,
    maximum: 1,
    completes: [['bash', 'zsh', 'fish', 'powershell']],
    options: [],
    load: () => import('../commands/completion.ts'),
  },
  {
    name: 'docs man',
    summary: 'Write the manual pages of all commands into a folder.',
    operands: 'DIR',
    minimum: 1,
    maximum: 1,
    completes: ['folder'],
    options: [],
    load: () => import('../commands/docs-man.ts'),
  },
  {
    name: 'version',
    summary: 'Show versions.',
    ...NONE,
    options: [TEXT_FORMAT],
    load: () => import('../commands/version.ts'),
  },
  {
    name: '__complete',
    summary: 'What may stand at the end of a command line, a line each: completion scripts ask.',
    operands: 'WORD...',
    minimum: 0,
    maximum: Infinity,
    raw: true,
    hidden: true,
    options: [],
    load: () => import('../commands/complete.ts'),
  },
];
