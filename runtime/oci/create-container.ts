/**
 * `create`: a container whose command waits, in a pod of its own or its group's.
 *
 *   record ─▶ cgroup ─▶ pod's supervisor ─▶ host process ─▶ Task.Create ─▶ pid file
 *                             ╰── VM boots ──────────────────▶│
 *
 * The record is on disk before anything else is made, and has each thing's name as soon as it is there. A failure
 * undoes all of it in this process; what a SIGKILL left is for `delete --force`.
 */
import { basename, dirname, join, resolve } from 'node:path';
import { renameSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { orAborted } from '../deadline.ts';
import { processIdentity } from '../ownership.ts';
import { podFolder, taskSocket } from '../supervisor/pod-folder.ts';
import type { SupervisorClient } from '../supervisor/supervisor-client.ts';
import { type BundleView, viewBundle } from './bundle.ts';
import type { OciContext } from './context.ts';
import { OciFailure } from './failure.ts';
import { goesThroughUs, joinedStdio } from './foreground.ts';
import { cgroupBelow, enterCgroup } from './host-cgroup.ts';
import { type HostProcess, type ProcessStdio, startHostProcess } from './host-process.ts';
import { openPod, podOf } from './pod.ts';
import { podShapeOf } from './pod-shape.ts';
import { checkId, type OciRecord } from './record.ts';
import { removeContainer } from './remove-container.ts';

/** Told by number, so that the supervisor does not make a host process of its own. */
export const CREATE_OPTIONS_TYPE = 'lcow.oci.v1.CreateOptions';

export interface CreateRequest {
  readonly id: string;
  readonly bundle: string;
  readonly consoleSocket: string | undefined;
  readonly pidFile: string | undefined;
  /** We stay, with our own terminal. */
  readonly foreground: boolean;
}

export interface CreatedContainer {
  readonly record: OciRecord;
  readonly client: SupervisorClient;
  readonly host: HostProcess;
  readonly terminal: boolean;
  /** Its streams go through us. */
  readonly joined: boolean;
}

/** @throws OciFailure, RuntimeError; nothing is left of it */
export async function createContainer(
  context: OciContext,
  request: CreateRequest,
  signal: AbortSignal,
): Promise<CreatedContainer> {
  const { log, records } = context;
  const id = checkId(request.id);
  const view = viewBundle(request.bundle);
  checkConsole(request, view.terminal);
  const shape = await podShapeOf(view);
  const cgroup = context.systemdCgroup ? undefined : cgroupBelow(view.cgroupsPath);
  const joined = request.foreground && goesThroughUs(view.terminal);
  let record = await records.reserve(firstRecord(context, id, view));
  let host: HostProcess | undefined;
  let client: SupervisorClient | undefined;
  let leaveCgroup = (): void => undefined;
  try {
    if (cgroup !== undefined) {
      const entered = enterCgroup(cgroup, (text) => log.debug(text));
      leaveCgroup = entered.leave;
      record = await records.write({ ...record, cgroups: entered.made });
    }
    log.debug(`container ${id} is made in pod ${record.pod}`);
    client = await openPod(record, shape, signal);
    const folder = podFolder(record.where, record.pod);
    host = await startHostProcess({
      podFolder: folder,
      socket: taskSocket(folder),
      id,
      title: view.args.join(' ').slice(0, 4096),
      network: view.network,
      where: record.where,
      ...(request.consoleSocket === undefined ? {} : { consoleSocket: request.consoleSocket }),
    });
    // What is to be in it has been started.
    leaveCgroup();
    record = await records.write({ ...record, process: host.name });
    const stdio = joined ? joinedStdio() : host.stdio(view.terminal);
    const creating = createTask(client, view, id, { host, stdio }, signal);
    await orAborted(`create container "${id}"`, creating, signal);
    if (request.pidFile !== undefined) writePidFile(request.pidFile, host.pid);
    record = await records.write({ ...record, stage: 'created' });
    host.confirm();
    return { record, client, host, terminal: view.terminal, joined };
  } catch (error) {
    await host?.abandon();
    leaveCgroup();
    await client?.[Symbol.asyncDispose]();
    await removeContainer(context, record).catch((failure: unknown) =>
      log.write('warning', `cleaning up after it: ${String(failure)}`),
    );
    throw error;
  }
}

function firstRecord(context: OciContext, id: string, view: BundleView) {
  const { ociVersion, bundle, rootfs, annotations } = view;
  return {
    ...{ id, ociVersion, bundle, rootfs, annotations },
    created: new Date().toISOString(),
    owner: ownerName(),
    where: context.where,
    pod: podOf(context.records.root, id, annotations),
    stage: 'creating' as const,
    creator: processIdentity(),
    cgroups: [],
  };
}

async function createTask(
  client: SupervisorClient,
  { bundle, terminal }: BundleView,
  id: string,
  { host, stdio }: { host: HostProcess; stdio: ProcessStdio },
  signal: AbortSignal,
): Promise<void> {
  await client.task.create({
    ...{ id, bundle, terminal, signal },
    // root.path of config.json is the root.
    rootfs: [],
    ...stdio,
    options: { typeUrl: CREATE_OPTIONS_TYPE, value: encodeHostPid(host.pid) },
  });
}

/** `lcow.oci.v1.CreateOptions { uint32 host_pid = 1; }` */
function encodeHostPid(pid: number): Uint8Array {
  const bytes = [0x08];
  for (let rest = pid; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...bytes, rest]);
    bytes.push((rest % 128) | 0x80);
  }
}

function checkConsole({ consoleSocket, foreground }: CreateRequest, terminal: boolean): void {
  if (consoleSocket !== undefined && (foreground || !terminal)) {
    throw new OciFailure('cannot use console socket if runc will not detach or allocate tty');
  }
  if (terminal && !foreground && consoleSocket === undefined) {
    throw new OciFailure('cannot allocate tty if runc will detach without setting console socket');
  }
}

/** Whole or not at all: who waits for the file reads it as soon as it is there. */
export function writePidFile(path: string, pid: number): void {
  const file = resolve(path);
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}`);
  try {
    writeFileSync(temporary, String(pid), { mode: 0o666 });
    renameSync(temporary, file);
  } catch (error) {
    throw new OciFailure(`cannot write --pid-file ${path}: ${(error as Error).message}`);
  }
}

function ownerName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 0);
  }
}
