/**
 * The entry of `lcow-oci`: runc's command line. Errors go where runc's go: into `--log`, whose last line callers read, and
 * as text on stderr; the exit status is 1, of a failed exec 255, and that of the process for what stays with one.
 */
import { loadConfiguration } from '../configuration/load-configuration.ts';
import { messageOf, RuntimeError } from '../errors.ts';
import { contextOf, logOf } from './context.ts';
import { failureText, OciFailure } from './failure.ts';
import { GLOBAL_OPTIONS, OCI_COMMANDS } from './command-table.ts';
import { OciLog } from './oci-log.ts';
import { parseArguments, parseGlobalArguments, usage } from './options.ts';

export async function main(args: readonly string[]): Promise<number> {
  let log = new OciLog({ path: undefined, format: 'text', debug: false });
  try {
    const { globals, rest } = parseGlobalArguments(GLOBAL_OPTIONS, args);
    log = logOf(globals);
    if (globals.flag('version')) return await print('versionText');
    const [name, ...words] = rest;
    if (name === undefined || name === 'help' || globals.flag('help'))
      return await print('helpText');
    const command = OCI_COMMANDS.find((each) => each.name === name);
    if (command === undefined)
      throw usage('lcow-oci', `there is no command "${name.slice(0, 64)}"`);
    if (command.refused !== undefined || command.load === undefined) {
      throw new RuntimeError('unsupported', name, command.refused ?? 'it is not here');
    }
    // Help is for whoever gave too few operands too; after the first, operands may be another program's.
    const own = command.verbatim === true ? words.slice(0, 1) : words;
    if (own.some((word) => /^--?(h|help)$/.test(word))) {
      return await print('helpText', name);
    }
    const input = parseArguments(name, command.options, command, words);
    // Where things are, as `lcow` on this host has it; the supervisor inherits it.
    Object.assign(process.env, (await loadConfiguration()).environment());
    const context = contextOf(globals);
    const { run } = await command.load();
    return await run(context, input);
  } catch (error) {
    log.fail(failureText(error));
    if (error instanceof Error) log.debug(error.stack ?? messageOf(error));
    return error instanceof OciFailure ? error.status : 1;
  }
}

async function print(what: 'versionText' | 'helpText', name?: string): Promise<number> {
  const help = await import('./help.ts');
  process.stdout.write(help[what](name));
  return 0;
}

/** Loads what the commands load, for the code cache that the build writes (bin/load-bundle.cjs). */
export async function warmUp(): Promise<number> {
  await Promise.all([
    ...OCI_COMMANDS.map((command) => command.load?.()),
    import('../supervisor/connect.ts'),
    import('../supervisor/spawn-supervisor.ts'),
    import('../supervisor/pod-lock.ts'),
  ]);
  return 0;
}
