/** `lcow-oci exec`: a further process in a running container, with a host process of its own. */
import { randomBytes } from 'node:crypto';
import { podFolder, taskSocket } from '../../supervisor/pod-folder.ts';
import type { SupervisorClient } from '../../supervisor/supervisor-client.ts';
import { encodeOciDocument, type OciProcess } from '../../task/oci-runtime-spec.ts';
import type { OciCommandRun } from '../command.ts';
import { writePidFile } from '../create-container.ts';
import { execProcessOf } from '../exec-process.ts';
import { during, notExisting, OciFailure } from '../failure.ts';
import { checkTerminal, stayWith } from '../foreground.ts';
import { type HostProcess, livePid, startHostProcess } from '../host-process.ts';
import type { OciArguments } from '../options.ts';
import { findPod } from '../pod.ts';
import { checkSettled, type OciRecord, type OciRecords } from '../record.ts';
import { statusOf } from '../status.ts';
import { viewBundle } from '../bundle.ts';

/** runc's, of an exec that failed before its process ran. */
const FAILED = 255;

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
  const host = await startExecProcess(record, process_, execId, input);
  let added = false;
  forgetEnded(records, id);
  records.addExec(id, host.name);
  try {
    await client.task.exec({
      ...{ id, execId, terminal },
      ...host.stdio(terminal),
      process: encodeOciDocument(process_),
    });
    added = true;
    const detach = input.flag('detach');
    const staying = detach ? undefined : stayWith({ client, host, id, execId, terminal });
    await client.task.start(id, execId);
    host.confirm();
    const pidFile = input.value('pid-file');
    if (pidFile) writePidFile(pidFile, host.pid);
    if (staying === undefined) return 0;
    staying.started();
    const status = await staying.exited;
    await client.task.delete(id, execId).catch(() => undefined);
    await records.removeExec(id, host.name);
    return status;
  } catch (error) {
    await host.abandon();
    await records.removeExec(id, host.name);
    if (added) await client.task.delete(id, execId).catch(() => undefined);
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

/** Those of execs that nobody waited for, and that have ended. */
function forgetEnded(records: OciRecords, id: string): void {
  for (const name of records.execs(id)) {
    if (livePid(name) === 0) void records.removeExec(id, name);
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
