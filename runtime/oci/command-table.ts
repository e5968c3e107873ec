/**
 * Every command and option of runc 1.1's command line, and what becomes of each here. test/runtime/oci/command-table.test.ts
 * holds it to runc's own list.
 */
import type { OciCommand } from './command.ts';
import type { OciOption } from './options.ts';

/** Before the command. */
export const GLOBAL_OPTIONS: readonly OciOption[] = [
  { long: 'debug', kind: 'flag', about: 'say more in the log' },
  { long: 'log', kind: 'value', about: 'the log file (default: stderr)' },
  { long: 'log-format', kind: 'value', about: '"text" (default) or "json"' },
  {
    long: 'root',
    kind: 'value',
    about: 'folder of the records (default: <run>/oci, /run/lcow/oci)',
  },
  {
    long: 'criu',
    kind: 'value',
    meaningless: true,
    about: 'accepted: nothing is checkpointed with CRIU',
  },
  {
    long: 'systemd-cgroup',
    kind: 'flag',
    about:
      "cgroupsPath is slice:prefix:name; the host's side stays in the caller's cgroup, limits are the guest's",
  },
  {
    long: 'rootless',
    kind: 'value',
    about: '"auto" and "false" are accepted',
    refused: 'a VM needs its own user to be root of the host',
    harmless: ['auto', 'false', ''],
  },
  { long: 'help', short: 'h', kind: 'flag', about: 'show this' },
  { long: 'version', short: 'v', kind: 'flag', about: 'print the version' },
];

const HELP: OciOption = { long: 'help', short: 'h', kind: 'flag', about: 'show this' };

const BUNDLE: OciOption = {
  long: 'bundle',
  short: 'b',
  kind: 'value',
  about: 'folder of the bundle (default: the current one)',
};
const PID_FILE: OciOption = { long: 'pid-file', kind: 'value', about: 'file for the pid' };
const CONSOLE_SOCKET: OciOption = {
  long: 'console-socket',
  kind: 'value',
  about: "Unix socket that gets the terminal's master",
};
const DETACH: OciOption = { long: 'detach', short: 'd', kind: 'flag', about: 'do not wait' };
const PRESERVE_FDS: OciOption = {
  long: 'preserve-fds',
  kind: 'value',
  about: 'only 0',
  refused: 'descriptors of the host cannot be given to a process in a VM',
  harmless: ['0'],
};
const NO_PIVOT: OciOption = {
  long: 'no-pivot',
  kind: 'flag',
  meaningless: true,
  about:
    "accepted: the root is the guest's, which is pivoted in the VM whatever the host's root is",
};
const NO_NEW_KEYRING: OciOption = {
  long: 'no-new-keyring',
  kind: 'flag',
  meaningless: true,
  about: "accepted: keyrings are the VM's kernel's, none of the caller's is in reach",
};
const NO_SUBREAPER: OciOption = {
  long: 'no-subreaper',
  kind: 'flag',
  meaningless: true,
  about: 'accepted: processes are reaped in the VM',
};

const MAKING = [BUNDLE, CONSOLE_SOCKET, PID_FILE, NO_PIVOT, NO_NEW_KEYRING, PRESERVE_FDS];

const FORMAT: OciOption = {
  long: 'format',
  short: 'f',
  kind: 'value',
  about: '"table" (default) or "json"',
};

const ONE = { minimum: 1, maximum: 1, operands: '<container-id>' } as const;
const CHECKPOINTS =
  'a process of a VM is not checkpointed by itself; Task.Checkpoint saves a whole VM';
const VALUE = (long: string, about: string, short?: string): OciOption => ({
  ...{ long, kind: 'value', about },
  ...(short === undefined ? {} : { short }),
});

const COMMANDS: readonly OciCommand[] = [
  {
    name: 'create',
    ...ONE,
    about: 'make a container whose command waits',
    options: MAKING,
    load: () => import('./commands/create.ts'),
  },
  {
    name: 'start',
    ...ONE,
    about: 'run the command of a created container',
    options: [],
    load: () => import('./commands/start.ts'),
  },
  {
    name: 'state',
    ...ONE,
    about: 'print the state of a container',
    options: [],
    load: () => import('./commands/state.ts'),
  },
  {
    name: 'kill',
    minimum: 1,
    maximum: 2,
    operands: '<container-id> [signal]',
    about: 'send a signal (default: TERM) to its init',
    options: [{ long: 'all', short: 'a', kind: 'flag', about: 'to all of its processes' }],
    load: () => import('./commands/kill.ts'),
  },
  {
    name: 'delete',
    ...ONE,
    about: 'remove a stopped container',
    options: [{ long: 'force', short: 'f', kind: 'flag', about: 'whatever it is' }],
    load: () => import('./commands/delete.ts'),
  },
  {
    name: 'exec',
    minimum: 1,
    maximum: Number.POSITIVE_INFINITY,
    verbatim: true,
    operands: '<container-id> [command [arguments]]',
    about: 'run a further process in a container',
    options: [
      CONSOLE_SOCKET,
      VALUE('cwd', 'its folder'),
      { long: 'env', short: 'e', kind: 'list', about: 'NAME=VALUE' },
      { long: 'tty', short: 't', kind: 'flag', about: 'with a terminal' },
      VALUE('user', '<uid>[:<gid>]', 'u'),
      { long: 'additional-gids', short: 'g', kind: 'list', about: 'further groups' },
      VALUE('process', 'file with an OCI process, instead of a command', 'p'),
      DETACH,
      PID_FILE,
      {
        ...VALUE('process-label', 'refused'),
        refused: 'the VM has no SELinux',
        harmless: [''],
      },
      { ...VALUE('apparmor', 'refused'), refused: 'the VM has no AppArmor', harmless: [''] },
      { long: 'no-new-privs', kind: 'flag', about: 'it gains no privileges' },
      { long: 'cap', short: 'c', kind: 'list', about: 'add a capability' },
      PRESERVE_FDS,
      {
        ...VALUE('cgroup', 'refused'),
        refused: "a process is in its container's own cgroup",
        harmless: [''],
      },
      {
        long: 'ignore-paused',
        kind: 'flag',
        about: 'refused',
        refused: 'a process of a paused container would not run',
      },
      NO_SUBREAPER,
    ],
    load: () => import('./commands/exec.ts'),
  },
  {
    name: 'run',
    ...ONE,
    about: 'create, start, wait and delete',
    options: [
      ...MAKING,
      DETACH,
      { long: 'keep', kind: 'flag', about: 'do not delete it when it has ended' },
      NO_SUBREAPER,
    ],
    load: () => import('./commands/run.ts'),
  },
  {
    name: 'list',
    minimum: 0,
    maximum: 0,
    operands: '',
    about: 'the containers under --root',
    options: [FORMAT, { long: 'quiet', short: 'q', kind: 'flag', about: 'ids alone' }],
    load: () => import('./commands/list.ts'),
  },
  {
    name: 'ps',
    minimum: 1,
    maximum: Number.POSITIVE_INFINITY,
    verbatim: true,
    operands: '<container-id>',
    about: 'its processes; json: the pids of the host that stand for them',
    options: [FORMAT],
    load: () => import('./commands/ps.ts'),
  },
  {
    name: 'pause',
    ...ONE,
    about: 'freeze its processes',
    options: [],
    load: () => import('./commands/pause.ts'),
  },
  {
    name: 'resume',
    ...ONE,
    about: 'let them go on',
    options: [],
    load: () => import('./commands/resume.ts'),
  },
  {
    name: 'update',
    ...ONE,
    about: 'change its limits',
    options: [
      VALUE(
        'resources',
        'file with OCI resources as JSON, "-": stdin; other options are ignored then',
        'r',
      ),
      VALUE('blkio-weight', '10 to 1000'),
      VALUE('cpu-period', 'microseconds'),
      VALUE('cpu-quota', 'microseconds in each period'),
      VALUE('cpu-share', 'weight'),
      VALUE('cpu-rt-period', 'realtime period, microseconds'),
      VALUE('cpu-rt-runtime', 'realtime limit, microseconds'),
      VALUE('cpuset-cpus', 'processors of its VM'),
      VALUE('cpuset-mems', 'memory nodes of its VM'),
      {
        ...VALUE('kernel-memory', 'accepted: kernels count it with the rest'),
        meaningless: true,
      },
      {
        ...VALUE('kernel-memory-tcp', 'refused'),
        refused: 'cgroup v2 has no such limit',
        harmless: ['', '0'],
      },
      VALUE('memory', 'bytes'),
      VALUE('memory-reservation', 'bytes'),
      VALUE('memory-swap', 'bytes of memory and swap; -1: unlimited'),
      VALUE('pids-limit', 'processes'),
      {
        ...VALUE('l3-cache-schema', 'refused'),
        refused: 'a VM has no resource control of caches',
        harmless: [''],
      },
      {
        ...VALUE('mem-bw-schema', 'refused'),
        refused: 'a VM has no resource control of memory bandwidth',
        harmless: [''],
      },
    ],
    load: () => import('./commands/update.ts'),
  },
  {
    name: 'events',
    ...ONE,
    about: 'what it uses, and when it is out of memory, as JSON lines',
    options: [
      VALUE('interval', 'between statistics: 5s, 500ms, 1m (default: 5s)'),
      { long: 'stats', kind: 'flag', about: 'once, then end' },
    ],
    load: () => import('./commands/events.ts'),
  },
  {
    name: 'features',
    minimum: 0,
    maximum: 0,
    operands: '',
    about: 'what of the specification is recognised, as JSON',
    options: [],
    load: () => import('./commands/features.ts'),
  },
  {
    name: 'spec',
    minimum: 0,
    maximum: 0,
    operands: '',
    about: 'write a config.json to begin with',
    options: [
      BUNDLE,
      {
        long: 'rootless',
        kind: 'flag',
        about: 'refused',
        refused: 'a VM needs its own user to be root of the host',
      },
    ],
    load: () => import('./commands/spec.ts'),
  },
  ...['checkpoint', 'restore'].map(
    (name): OciCommand => ({
      name,
      minimum: 0,
      maximum: Number.POSITIVE_INFINITY,
      verbatim: true,
      operands: '',
      about: 'refused',
      options: [],
      refused: CHECKPOINTS,
    }),
  ),
];

export const OCI_COMMANDS: readonly OciCommand[] = COMMANDS.map((command) => ({
  ...command,
  options: [...command.options, HELP],
}));
