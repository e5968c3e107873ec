/**
 * Makes lcow a runtime of another program's daemon, and takes that back. The same four steps for each: plan, show, write,
 * tell what restarts. Nothing is restarted, and with `dryRun` nothing is written.
 */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { packageRoot } from '../../linuxkit/manifest.ts';
import { RuntimeError } from '../errors.ts';
import {
  applyChange,
  applyUndo,
  backupOf,
  type ConfiguredFile,
  edited,
  linkIsThere,
  plannedUndo,
  readConfigured,
  type WantedLink,
} from './configured-file.ts';
import { readContainerdFile, withContainerdRuntime, withoutBlock } from './containerd-toml.ts';
import { containerdOptFolder, dockerVersion } from './daemon-facts.ts';
import { type DockerRuntime, withoutRuntime, withRuntime } from './daemon-json.ts';
import { unifiedDifference } from './unified-difference.ts';

/** From this version daemon.json may name a shim: https://docs.docker.com/engine/release-notes/24.0/ */
const RUNTIME_TYPE_SINCE = 24;
const RUNTIME_TYPE = 'io.containerd.lcow.v1';
const SHIM = 'containerd-shim-lcow-v1';
const NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;

export interface SetUpRequest {
  readonly daemon: 'docker' | 'containerd';
  readonly dryRun: boolean;
  readonly undo: boolean;
  /** The daemon's file. Default: where its package has it. */
  readonly config?: string;
  /** What the runtime is called. Default "lcow". */
  readonly name?: string;
  /** Folder for the link to the shim; "none": no link. Default: bin/ of containerd's opt folder. */
  readonly linkFolder?: string;
  /** Docker's version. Default: what dockerd tells. */
  readonly dockerVersion?: string;
  /** Folder of our launchers. Default: this installation's bin/. */
  readonly launchers?: string;
  /** Default: process.platform. */
  readonly platform?: NodeJS.Platform;
}

export interface SetUpOutcome {
  /** As `diff -u` has it; empty: the file stays as it is. */
  readonly difference: string;
  /** A sentence each, in order: what was done or would be, and what to know. */
  readonly report: readonly string[];
}

/**
 * @throws RuntimeError invalid-argument naming file and line for what cannot be parsed or changed; not-found for a
 * launcher or a version that is not there; permission-denied; unsupported for Docker on Windows
 */
export async function setUp(request: SetUpRequest): Promise<SetUpOutcome> {
  const { daemon, platform = process.platform } = request;
  if (daemon === 'docker' && platform === 'win32') {
    const what = 'dockerd on Windows chooses no runtime before version 29; use containerd';
    throw new RuntimeError('unsupported', 'set up docker', what);
  }
  const name = request.name ?? 'lcow';
  if (!NAME.test(name) || name === 'runc') {
    const what = `${JSON.stringify(name)} is not a name of lower-case letters, digits, "-" and "_"`;
    throw new RuntimeError(
      'invalid-argument',
      'read --name',
      name === 'runc' ? '"runc" is taken' : what,
    );
  }
  const path = resolve(request.config ?? usualPath(daemon, platform));
  const file = await readConfigured(path);
  return request.undo ? undo(request, name, file) : plan(request, name, file);
}

async function plan(
  request: SetUpRequest,
  name: string,
  file: ConfiguredFile,
): Promise<SetUpOutcome> {
  const { daemon, dryRun, platform = process.platform } = request;
  const { path, text } = file;
  const notes: string[] = [];
  let after: string;
  let optFolder: string | undefined;
  let wantsLink = true;
  if (daemon === 'docker') {
    const runtime = await dockerRuntime(request, notes);
    after = edited(path, () => withRuntime(text, name, runtime));
    wantsLink = 'runtimeType' in runtime;
  } else {
    const facts = text?.trim() ? readEdited(path, text) : undefined;
    notes.push(...(facts?.notes ?? []));
    optFolder = facts?.optFolder;
    const standard =
      platform === 'win32'
        ? { name: 'runhcs-wcow-process', type: 'io.containerd.runhcs.v1' }
        : { name: 'runc', type: 'io.containerd.runc.v2' };
    after = edited(path, () => withContainerdRuntime(text, { name, standard }));
  }
  const link = wantsLink ? await wantedLink(request, optFolder) : undefined;
  const linked = link === undefined || (await linkIsThere(link));
  const difference = unifiedDifference(path, text, after);
  if (difference === '' && linked) {
    return { difference, report: [...notes, `nothing to do: ${path} has the runtime "${name}"`] };
  }
  if (!dryRun) await applyChange({ file, after, ...(linked ? {} : { link }) });
  const report = [...notes];
  if (!linked) report.push(`${dryRun ? 'would link' : 'linked'} ${link.path} to ${link.target}`);
  if (dryRun) return { difference, report: [...report, 'nothing was written: --dry-run'] };
  if (difference !== '') {
    report.push(`wrote ${path}`);
    if (text !== undefined) report.push(`what it was is in ${backupOf(path)}`);
    report.push(activation(daemon, platform, request.config !== undefined));
  }
  return { difference, report };
}

async function undo(
  request: SetUpRequest,
  name: string,
  file: ConfiguredFile,
): Promise<SetUpOutcome> {
  const { daemon, dryRun, platform = process.platform } = request;
  const { path, text } = file;
  const without = (from: string): string =>
    daemon === 'docker' ? withoutRuntime(from, name) : withoutBlock(from);
  const change = await plannedUndo(file, without);
  if (change === undefined) {
    return { difference: '', report: [`nothing to undo: ${path} was not set up by lcow`] };
  }
  const difference = unifiedDifference(path, text, change.after);
  if (dryRun) return { difference, report: ['nothing was written: --dry-run'] };
  await applyUndo(change);
  const report = [
    change.exact
      ? `${path} is what it was`
      : `${path} was edited since: only the runtime was taken out`,
    ...(change.link === undefined ? [] : [`removed the link ${change.link.path}`]),
    activation(daemon, platform, request.config !== undefined, true),
  ];
  return { difference, report };
}

/** By path for what knows no runtimeType: dockerd then runs lcow-oci under runc's shim. */
async function dockerRuntime(request: SetUpRequest, notes: string[]): Promise<DockerRuntime> {
  const version = await dockerVersion(request.dockerVersion);
  if (version.major >= RUNTIME_TYPE_SINCE) return { runtimeType: RUNTIME_TYPE };
  notes.push(
    version.major === 23
      ? `dockerd ${version.text} takes no runtimeType in its file: by path; --runtime ${RUNTIME_TYPE} works too once the shim is in its PATH`
      : `dockerd ${version.text} knows runtimes by path only: lcow-oci under runc's shim`,
  );
  return { path: launcher(request, 'lcow-oci') };
}

async function wantedLink(
  request: SetUpRequest,
  optFolder: string | undefined,
): Promise<WantedLink | undefined> {
  const { linkFolder, platform = process.platform } = request;
  if (linkFolder === 'none') return undefined;
  // A link needs a privilege there, and the executable stands in a folder of its own anyway.
  if (platform === 'win32' && linkFolder === undefined) return undefined;
  const folder =
    linkFolder === undefined
      ? join(await containerdOptFolder(optFolder), 'bin')
      : resolve(linkFolder);
  return { path: join(folder, SHIM), target: launcher(request, SHIM) };
}

/** @throws RuntimeError not-found where it is not there */
function launcher({ launchers }: SetUpRequest, name: string): string {
  const path = resolve(launchers ?? join(packageRoot() ?? dirname(process.execPath), 'bin'), name);
  if (existsSync(path)) return path;
  throw new RuntimeError('not-found', `set up ${name}`, `${path} is not there`);
}

function readEdited(path: string, text: string): ReturnType<typeof readContainerdFile> {
  let facts: ReturnType<typeof readContainerdFile> | undefined;
  edited(path, () => {
    facts = readContainerdFile(text);
    return text;
  });
  return facts as ReturnType<typeof readContainerdFile>;
}

function usualPath(daemon: 'docker' | 'containerd', platform: NodeJS.Platform): string {
  if (platform === 'win32') {
    return join(process.env['ProgramFiles'] ?? 'C:\\Program Files', 'containerd', 'config.toml');
  }
  return daemon === 'docker' ? '/etc/docker/daemon.json' : '/etc/containerd/config.toml';
}

/**
 * dockerd takes new runtimes on SIGHUP, and forgets one only when it starts; containerd reads its file when it starts.
 */
function activation(
  daemon: 'docker' | 'containerd',
  platform: NodeJS.Platform,
  own: boolean,
  undone = false,
): string {
  const reload = daemon === 'docker' && !undone;
  const verb = reload ? 'reload' : 'restart';
  if (platform === 'win32') return `to take effect: Restart-Service ${daemon}`;
  if (!own) return `to take effect: systemctl ${verb} ${daemon}`;
  return reload
    ? 'to take effect: SIGHUP to the dockerd that reads this file'
    : `to take effect: restart the ${daemon === 'docker' ? 'dockerd' : daemon} that reads this file`;
}
