/**
 * A command of containerd's that is run in a process that is there already, the pool's daemon, as `main.ts` would run it in
 * one of its own. What is of the caller (environment, folder, what is started) is the caller's here too.
 */
import { readlinkSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { loadConfiguration } from '../configuration/load-configuration.ts';
import { type Directories, directories } from '../directories.ts';
import { messageOf, RuntimeError } from '../errors.ts';
import { parseShimArguments, type ShimArguments } from './arguments.ts';
import { deleteContainer } from './delete.ts';
import { encodeDeleteResponse } from './delete-response.ts';
import type { SpawnHolder } from './holder-process.ts';
import { PROGRAM } from './program.ts';
import { start } from './start.ts';

const FAILED_EXIT = 1;
const OP = 'run a command of containerd';

/** What of HandedCommand (pool/command-service.ts) is looked at. */
export interface CommandOfCaller {
  readonly arguments: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly namespaces: Readonly<Record<string, string>>;
}

export interface CallerOfCommand {
  readonly signal: AbortSignal;
  readonly spawn: SpawnHolder;
}

export interface ShimAnswer {
  readonly status: number;
  readonly stdout: Uint8Array;
  readonly stderr: string;
}

export interface ShimCommand {
  readonly takesInput: boolean;
  readonly mayRepeat: boolean;
  run(input: Uint8Array, caller: CallerOfCommand): Promise<ShimAnswer>;
}

/**
 * @param where of this process: commands of other folders are not its
 * @throws RuntimeError why a process of its own is to run it, or to say why nobody can
 */
export async function shimCommand(
  where: Directories,
  { arguments: words, folder, environment, namespaces }: CommandOfCaller,
): Promise<ShimCommand> {
  const args = parseShimArguments(words);
  const { action } = args;
  if (args.version || args.info || (action !== 'start' && action !== 'delete')) {
    throw not(`it is neither start nor delete`);
  }
  for (const [name, link] of Object.entries(namespaces)) {
    const own = readlinkSync(`/proc/self/ns/${name}`);
    if (link !== own) throw not(`its namespace is ${link}, and ours ${own}`);
  }
  const env = await environmentOf(environment);
  const { data, run } = directories(env);
  for (const [name, path] of Object.entries({ data, run })) {
    const own = where[name as keyof Directories];
    if (path !== own) throw not(`its ${name} folder is ${JSON.stringify(path)}, and ours "${own}"`);
  }
  const mayRepeat = action === 'delete';
  return {
    ...{ takesInput: action === 'start', mayRepeat },
    run: (input, caller) => answered((say) => act(args, { env, folder, input, caller, say })),
  };
}

interface Acting {
  readonly env: NodeJS.ProcessEnv;
  readonly folder: string;
  readonly input: Uint8Array;
  readonly caller: CallerOfCommand;
  readonly say: (text: string) => void;
}

async function act(
  args: ShimArguments,
  { env, folder, input, caller: { signal, spawn }, say }: Acting,
): Promise<Uint8Array> {
  if (args.action === 'start') {
    return Buffer.from(await start(args, input, env, { folder, signal, spawn }));
  }
  return encodeDeleteResponse(await deleteContainer(args, env, { folder, say }));
}

/** As main.ts answers: what is said goes to stderr, and an error is said. */
async function answered(
  acting: (say: (text: string) => void) => Promise<Uint8Array>,
): Promise<ShimAnswer> {
  let stderr = '';
  const say = (text: string): void => {
    stderr += `${text}\n`;
  };
  try {
    return { status: 0, stdout: await acting(say), stderr };
  } catch (error) {
    say(`${PROGRAM}: ${messageOf(error)}`);
    return { status: FAILED_EXIT, stdout: new Uint8Array(0), stderr };
  }
}

/** With what configuration files say. @throws RuntimeError */
async function environmentOf(
  environment: Readonly<Record<string, string>>,
): Promise<NodeJS.ProcessEnv> {
  for (const name of ['HOME', 'XDG_CONFIG_HOME', 'LCOW_CONFIG', 'LCOW_DATA', 'LCOW_RUN']) {
    const path = environment[name];
    // It would be looked for from another folder than the caller's.
    if (path && !isAbsolute(path)) throw not(`${name} is ${JSON.stringify(path)}, not absolute`);
  }
  const configuration = await loadConfiguration({ env: environment });
  return { ...environment, ...configuration.environment() };
}

function not(what: string): RuntimeError {
  return new RuntimeError('unsupported', OP, what);
}
