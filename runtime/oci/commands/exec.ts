/** `lcow-oci exec`: a further process in a running container, with a host process of its own. */
import { randomBytes } from 'node:crypto';
import { podFolder, taskSocket } from '../../supervisor/pod-folder.ts';
import type { SupervisorClient } from '../../supervisor/supervisor-client.ts';
import { encodeOciDocument, type OciProcess } from '../../task/oci-runtime-spec.ts';
import type { OciCommandRun } from '../command.ts';
import { writePidFile } from '../create-container.ts';
import { execProcessOf } from '../exec-process.ts';
import { during, notExisting, OciFailure } from '../failure.ts';
import { checkTerminal, goesThroughUs, joinedStdio, stayWith } from '../foreground.ts';
import { type HostProcess, livePid, startHostProcess } from '../host-process.ts';
import type { OciArguments } from '../options.ts';
import { findPod } from '../pod.ts';
import { checkSettled, type OciRecord, type OciRecords } from '../record.ts';
import { statusOf } from '../status.ts';
import { viewBundle } from '../bundle.ts';

/** runc's, of an exec that failed before its process ran. */
const FAILED = 255;
const SIGKILL = 9;

export const run: OciCommandRun = async ({ records }, input) => {
  const [id = ''] = input.operands;
  try {
    const record = records.find(id);
    if (record === undefined) throw notExisting();
    checkSettled(`exec in container "${id}"`, record);
    const process_ = execProcessOf(record, input);
    checkConsole(input, process_);
    await using client = await findPod(record);
    const status = await statusOf(record, client);
    if (client === undefined || status === 'stopped') {
      throw new OciFailure('cannot exec in a stopped container');
    }
    if (status === 'paused') throw new OciFailure('cannot exec in a paused container');
    return await execute(records, record, client, process_, input);
  } catch (error) {
    throw during('exec', error, FAILED);
  }
};

async function execute(
  records: OciRecords,
  record: OciRecord,
  client: SupervisorClient,
  process_: OciProcess,
  input: OciArguments,
): Promise<number> {
  const { id } = record;
  const execId = `oci-${randomBytes(8).toString('hex')}`;
  const terminal = process_.terminal === true;
  const detach = input.flag('detach');
  const joined = !detach && goesThroughUs(terminal);
  await forgetEnded(records, client, id);
  const host = await startExecProcess(record, process_, execId, input);
  records.addExec(id, host.name, execId);
  let added = false;
  try {
    const stdio = joined ? joinedStdio() : host.stdio(terminal);
    const process = encodeOciDocument(process_);
    await client.task.exec({ ...{ id, execId, terminal, process }, ...stdio });
    added = true;
    const staying = { client, host, id, execId, terminal, joined };
    const ended = detach ? undefined : await stayWith(staying);
    await client.task.start(id, execId);
    host.confirm();
    const pidFile = input.value('pid-file');
    if (pidFile) writePidFile(pidFile, host.pid);
    if (ended === undefined) return 0;
    const status = await ended();
    await client.task.delete(id, execId).catch(() => undefined);
    await records.removeExec(id, host.name);
    return status;
  } catch (error) {
    await host.abandon();
    if (added) await endExec(client, id, execId);
    await records.removeExec(id, host.name);
    throw error;
  }
}

function startExecProcess(
  record: OciRecord,
  process_: OciProcess,
  execId: string,
  input: OciArguments,
): Promise<HostProcess> {
  const folder = podFolder(record.where, record.pod);
  const consoleSocket = input.value('console-socket');
  const init = livePid(record.process);
  const { network } = viewBundle(record.bundle);
  return startHostProcess({
    podFolder: folder,
    socket: taskSocket(folder),
    id: record.id,
    execId,
    title: process_.args.join(' ').slice(0, 4096),
    // That of its container's init.
    network: network === 'host' || init === 0 ? 'host' : { path: `/proc/${init}/ns/net` },
    where: record.where,
    ...(consoleSocket ? { consoleSocket } : {}),
  });
}

/**
 * Nobody waits here for an exec that was detached from: those whose host process has ended are deleted before the next.
 * One that was killed, as health checks do, is still to be ended in the guest.
 */
async function forgetEnded(
  records: OciRecords,
  client: SupervisorClient,
  id: string,
): Promise<void> {
  for (const { name, execId } of records.execs(id)) {
    if (livePid(name) !== 0) continue;
    await endExec(client, id, execId);
    await records.removeExec(id, name);
  }
}

/** Whatever it is now. Never throws. */
async function endExec(client: SupervisorClient, id: string, execId: string): Promise<void> {
  try {
    const { status } = await client.task.state(id, execId);
    if (status === 'running') {
      await client.task.kill(id, execId, SIGKILL, false);
      await client.task.wait(id, execId);
    }
    await client.task.delete(id, execId);
  } catch {
    // It is deleted, or its container has ended.
  }
}

function checkConsole(input: OciArguments, { terminal = false }: OciProcess): void {
  const [detach, socket] = [input.flag('detach'), input.given('console-socket')];
  if (!detach && socket) {
    throw new OciFailure('cannot use console socket if runc will not detach or allocate tty');
  }
  if (detach && terminal && !socket) {
    throw new OciFailure('cannot allocate tty if runc will detach without setting console socket');
  }
  if (!detach) checkTerminal(terminal);
}
