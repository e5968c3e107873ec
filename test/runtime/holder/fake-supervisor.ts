/**
 * A supervisor without a VM, run by the holder in tests: it serves the Task API on the pod's task.sock, notes how it was
 * started, and holds processes when told so by an Exec; what Checkpoint's path names are those that it adopts. Files in the
 * pod's folder direct it:
 *
 *   crash   it ends with the status that stands in it, at once
 *   slow    it serves only after so many milliseconds
 *
 * `--parked SOCKET PODS ANSWER`: it waits at the socket to be claimed for a pod whose folder is in PODS, and then serves, or
 * does what ANSWER says: declines, silent.
 */
import { appendFileSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { HolderClient } from '../../../runtime/supervisor/holder-client.ts';
import { RuntimeError } from '../../../runtime/errors.ts';
import type { HostProcessRequest } from '../../../runtime/task/host-process.ts';
import type { TaskExit } from '../../../runtime/task/process-io.ts';
import type { TaskService } from '../../../runtime/task/task-service.ts';
import { taskHandlers } from '../../../runtime/task/task-ttrpc.ts';
import { TtrpcServer } from '../../../runtime/ttrpc/server.ts';

const args = process.argv.slice(2);
const isParked = args[0] === '--parked';
const claim = isParked ? await claimed(args[1] ?? '', args[2] ?? '', args[3] ?? '') : undefined;
const folder = claim?.folder ?? args[args.indexOf('--pod') + 1] ?? '';
const holderFd = args.includes('--holder') ? Number(args[args.indexOf('--holder') + 1]) : undefined;
const socket = join(folder, 'task.sock');

appendFileSync(
  join(folder, 'starts'),
  `${process.pid} ${isParked ? claim?.words : args.join(' ')}\n`,
);
if (existsSync(join(folder, 'crash'))) {
  process.exit(Number(readFileSync(join(folder, 'crash'), 'utf8')));
}
const channel = claim?.channel ?? holderFd;
const holder = channel === undefined ? undefined : new HolderClient(channel);
const never = new Promise<never>(() => undefined);
const exits = new Map<string, (exit: TaskExit) => void>();
const note = (line: string): void => appendFileSync(join(folder, 'calls'), `${line}\n`);
holder?.onKilled(({ containerId, execId }) => note(`killed ${containerId}/${execId}`));

const service: TaskService = {
  state: async (id, execId) => {
    const pid = (await holder?.list())?.get(`${id}/${execId}`) ?? process.pid;
    const stdio = { stdin: '', stdout: '', stderr: '', terminal: false };
    return { id, execId, bundle: 'x'.repeat(id.length), pid, status: 'running', ...stdio };
  },
  create: () => {
    note('create');
    return never;
  },
  start: async () => ({ pid: process.pid }),
  delete: async (id, execId) => {
    await holder?.release(id, execId);
    return { pid: 0, exit: { code: 0, exitedAtMs: 1000, oomKilled: false } };
  },
  pids: async () =>
    [...((await holder?.list()) ?? [])].map(([key, pid]) => ({
      pid,
      execId: key.split('/')[1] ?? '',
    })),
  pause: async () => undefined,
  resume: async () => undefined,
  checkpoint: async (containerId, execIds) => {
    const held = execIds.split(' ').map((execId) => ({ containerId, execId, pid: 0 }));
    for (const { execId } of (await holder?.adopt(held)) ?? []) note(`gone ${execId}`);
  },
  kill: async (id, execId, signal) => {
    note(`kill ${signal}`);
    const code = 128 + signal;
    exits.get(`${id}/${execId}`)?.({ code, exitedAtMs: Date.now(), oomKilled: false });
  },
  exec: async ({ id, execId, process: request }) => {
    const network = JSON.parse(Buffer.from(request).toString()) as HostProcessRequest['network'];
    await holder?.hold({ containerId: id, execId, title: `held ${execId}`, network });
  },
  resizePty: async (_id, _execId, width, height) => note(`resize ${width}x${height}`),
  closeIo: async () => undefined,
  update: async () => undefined,
  wait: (id, execId) => {
    note('wait');
    if (execId === 'unknown') throw new RuntimeError('not-found', 'wait', 'there is none');
    return new Promise((resolve) => exits.set(`${id}/${execId}`, resolve));
  },
  stats: async () => new Uint8Array(1),
  connect: async () => ({ shimPid: process.pid, taskPid: 0, version: '2' }),
  shutdown: async () => {
    setImmediate(() => {
      rmSync(folder, { recursive: true, force: true });
      void server.close().then(() => process.exit(0));
    });
  },
};

const server = new TtrpcServer(taskHandlers(service));
process.on('SIGTERM', () => void service.shutdown(''));
const slow = existsSync(join(folder, 'slow')) ? readFileSync(join(folder, 'slow'), 'utf8') : '0';
setTimeout(() => {
  rmSync(socket, { force: true });
  createServer((connection) => void server.serve(connection)).listen(socket, () => {
    claim?.channel.write('{"claimed":true}\n');
  });
}, Number(slow));

async function claimed(
  path: string,
  pods: string,
  answer: string,
): Promise<{ folder: string; words: string; channel: Socket }> {
  const connection = await new Promise<Socket>((resolve) => {
    const waiting = createServer((each) => {
      waiting.close();
      resolve(each);
    });
    waiting.listen(`${path}.new`, () => renameSync(`${path}.new`, path));
  });
  const words = await new Promise<string>((resolve) => {
    connection.once('data', (text) => resolve(String(text).trim()));
  });
  appendFileSync(join(pods, 'claims'), `${process.pid} ${words}\n`);
  if (answer === 'declines') connection.end('{"why":"it is of another make"}\n');
  if (answer !== '') await new Promise(() => undefined);
  const { pod } = JSON.parse(words) as { pod: string };
  return { folder: join(pods, pod), words, channel: connection };
}
