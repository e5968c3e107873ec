/** What every command of lcow-oci has: the options before the command, as things to use. */
import { join, resolve } from 'node:path';
import { type Directories, directories } from '../directories.ts';
import { OciLog } from './oci-log.ts';
import { type OciArguments, usage } from './options.ts';
import { OciRecords } from './record.ts';

export interface OciContext {
  readonly log: OciLog;
  readonly records: OciRecords;
  /** lcow's own folders, for pods that are made now. */
  readonly where: Directories;
  /** cgroups are systemd's to make. */
  readonly systemdCgroup: boolean;
}

/** @throws RuntimeError invalid-argument */
export function contextOf(globals: OciArguments, env: NodeJS.ProcessEnv = process.env): OciContext {
  const where = directories(env);
  return {
    log: logOf(globals),
    records: new OciRecords(resolve(globals.value('root') || join(where.run, 'oci'))),
    where: { run: resolve(where.run), data: resolve(where.data) },
    systemdCgroup: globals.flag('systemd-cgroup'),
  };
}

/** @throws RuntimeError invalid-argument for an unknown format */
export function logOf(globals: OciArguments): OciLog {
  const format = globals.value('log-format') || 'text';
  if (format !== 'text' && format !== 'json') {
    throw usage('lcow-oci', `unknown log-format "${format.slice(0, 64)}"; there are text and json`);
  }
  const path = globals.value('log') || undefined;
  return new OciLog({
    path: path === '/dev/stderr' ? undefined : path,
    format,
    debug: globals.flag('debug'),
  });
}
