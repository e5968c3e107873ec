/** OCI processes: a container's init from its image and the caller's choices, and execs from that init. */
import {
  ALL_CAPABILITIES,
  capabilities,
  type CapabilityOptions,
  chooseCapabilities,
} from './capability-options.ts';
import type { OciProcess, OciUser } from './oci-runtime-spec.ts';
import { refuse } from './refusal.ts';
import { rlimits, type Ulimit } from './ulimit-options.ts';

/** What of an image's configuration makes a process (OCI image spec, config). */
export interface ImageProcess {
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  readonly env?: readonly string[];
  readonly workingDirectory?: string;
  /** "user", "uid", "user:group" and so on. */
  readonly user?: string;
}

/** A terminal, with its size where that is known. */
export type TerminalOption = { readonly width: number; readonly height: number } | true;

export interface ProcessOptions extends CapabilityOptions {
  readonly image: ImageProcess;
  /** Arguments after the image: they replace the image's Cmd. */
  readonly command?: readonly string[];
  /** Replaces the image's Entrypoint and, as in Docker, drops its Cmd. */
  readonly entrypoint?: string;
  /** "K=V" entries over the image's, later ones win. */
  readonly env?: readonly string[];
  readonly workingDirectory?: string;
  readonly user?: string;
  /** Further groups by number. */
  readonly groupAdd?: readonly string[];
  readonly terminal?: TerminalOption;
  /** Over Docker's default of nofile 1048576. */
  readonly ulimits?: readonly Ulimit[];
  /** -1000 (never killed for memory) to 1000. */
  readonly oomScoreAdj?: number;
  readonly noNewPrivileges?: boolean;
  /** A small init is process 1, passes signals on and reaps. */
  readonly init?: boolean;
}

/** Where the agent's own init is seen in a container that asked for it. */
export const INIT_PATH = '/sbin/lcow-init';

const DEFAULT_PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const MOST_ARGUMENTS = 32_768;

/** The process of the container's init. @throws RuntimeError invalid-argument */
export function containerProcess(options: ProcessOptions): OciProcess {
  const { image, terminal, oomScoreAdj, groupAdd = [] } = options;
  const args = processArguments(options);
  return {
    ...terminalFields(terminal),
    user: {
      ...parseUser(options.user ?? image.user ?? ''),
      ...(groupAdd.length === 0 ? {} : { additionalGids: groupAdd.map(groupNumber) }),
    },
    args: options.init === true ? [INIT_PATH, '--', ...args] : args,
    env: mergeEnv([
      DEFAULT_PATH,
      ...(terminal === undefined ? [] : ['TERM=xterm']),
      ...(image.env ?? []),
      ...(options.env ?? []),
    ]),
    cwd: checkWorkingDirectory(options.workingDirectory ?? (image.workingDirectory || '/')),
    capabilities: capabilities(chooseCapabilities(options)),
    rlimits: rlimits(options.ulimits),
    ...(options.noNewPrivileges === true ? { noNewPrivileges: true } : {}),
    ...(oomScoreAdj === undefined ? {} : { oomScoreAdj: checkOomScore(oomScoreAdj) }),
  };
}

export interface ExecProcessOptions {
  /** The init's, which the exec inherits from. */
  readonly containerProcess: OciProcess;
  readonly args: readonly string[];
  /** "K=V" entries over the container's. */
  readonly env?: readonly string[];
  readonly workingDirectory?: string;
  readonly user?: string;
  readonly terminal?: TerminalOption;
  /** All capabilities. */
  readonly privileged?: boolean;
}

/**
 * A further process in a container, as `docker exec` makes it: environment, folder, user, groups, capabilities
 * and limits are the container's own where nothing else is asked for; terminal and OOM score never.
 * @throws RuntimeError invalid-argument
 */
export function execProcess(options: ExecProcessOptions): OciProcess {
  const { containerProcess: own, args, env = [], workingDirectory, user, terminal } = options;
  const { terminal: _terminal, consoleSize: _size, ...inherited } = own;
  if (args.length === 0 || args[0] === '') refuse('exec', args, 'has no command');
  const groups = own.user.additionalGids;
  return {
    ...inherited,
    ...terminalFields(terminal),
    user:
      user === undefined
        ? own.user
        : { ...parseUser(user), ...(groups === undefined ? {} : { additionalGids: groups }) },
    args: checkArguments(args),
    env: mergeEnv([...(terminal === undefined ? [] : ['TERM=xterm']), ...own.env, ...env]),
    cwd: workingDirectory === undefined ? own.cwd : checkWorkingDirectory(workingDirectory),
    ...(options.privileged === true ? { capabilities: capabilities(ALL_CAPABILITIES) } : {}),
  };
}

/** "", "uid", "uid:gid" are numbers here; anything with a name goes to the agent, which sees the image. */
export function parseUser(user: string): OciUser {
  if (user === '') return { uid: 0, gid: 0, username: '0' };
  if (
    user.length > 256 ||
    /[\0\n/]/.test(user) ||
    user.split(':').length > 2 ||
    user.startsWith(':')
  ) {
    refuse('set the user', user, 'is not USER[:GROUP]');
  }
  return { uid: 0, gid: 0, username: user };
}

function terminalFields(terminal: TerminalOption | undefined) {
  return {
    ...(terminal === undefined ? {} : { terminal: true }),
    ...(typeof terminal === 'object' ? { consoleSize: terminal } : {}),
  };
}

function processArguments({ image, command, entrypoint }: ProcessOptions): string[] {
  const first =
    entrypoint === undefined ? (image.entrypoint ?? []) : entrypoint === '' ? [] : [entrypoint];
  const given = command !== undefined && command.length > 0;
  const rest = given ? command : entrypoint === undefined ? (image.cmd ?? []) : [];
  const args = [...first, ...rest];
  if (args.length === 0)
    refuse('run the image', args, 'is no command: it has none and none was given');
  return checkArguments(args);
}

function checkArguments(args: readonly string[]): string[] {
  if (args.length > MOST_ARGUMENTS)
    refuse('run', args.length, `arguments, at most ${MOST_ARGUMENTS}`);
  const wrong = args.find((arg) => arg.includes('\0'));
  return wrong === undefined ? [...args] : refuse('run', wrong, 'holds a NUL byte');
}

function mergeEnv(entries: readonly string[]): string[] {
  const merged = new Map<string, string>();
  for (const entry of entries) {
    const equals = entry.indexOf('=');
    if (equals <= 0 || entry.includes('\0'))
      refuse('set the environment', entry, 'is not NAME=VALUE');
    merged.set(entry.slice(0, equals), entry);
  }
  return [...merged.values()];
}

function checkWorkingDirectory(directory: string): string {
  if (!directory.startsWith('/') || directory.includes('\0') || directory.length > 4096) {
    const what = 'is not an absolute path of at most 4096 bytes';
    refuse('set the working directory', directory, what);
  }
  return directory;
}

function checkOomScore(score: number): number {
  const good = Number.isInteger(score) && score >= -1000 && score <= 1000;
  return good ? score : refuse('set the OOM score', score, 'is not -1000 to 1000');
}

function groupNumber(group: string): number {
  const number = /^\d{1,10}$/.test(group) ? Number(group) : Number.NaN;
  return number <= 0xffff_fffe
    ? number
    : refuse('add a group', group, 'is not a number: names of groups are not looked up here');
}
