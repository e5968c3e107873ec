/**
 * A supervisor without a VM, run by the holder in tests: it serves the Task API on the pod's task.sock, notes how it was
 * started, and holds processes when told so by an Exec; what Checkpoint's path names are those that it adopts. Files in the
 * pod's folder direct it:
 *
 *   crash   it ends with the status that stands in it, at once
 *   slow    it serves only after so many milliseconds
 */
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { HolderClient } from '../../../runtime/supervisor/holder-client.ts';
import { RuntimeError } from '../../../runtime/errors.ts';
import type { HostProcessRequest } from '../../../runtime/task/host-process.ts';
import type { TaskExit } from '../../../runtime/task/process-io.ts';
import type { TaskService } from '../../../runtime/task/task-service.ts';
import { taskHandlers } from '../../../runtime/task/task-ttrpc.ts';
import { TtrpcServer } from '../../../runtime/ttrpc/server.ts';

const args = process.argv.slice(2);
const folder = args[args.indexOf('--pod') + 1] ?? '';
const holderFd = args.includes('--holder') ? Number(args[args.indexOf('--holder') + 1]) : undefined;
const socket = join(folder, 'task.sock');

appendFileSync(join(folder, 'starts'), `${process.pid} ${args.join(' ')}\n`);
if (existsSync(join(folder, 'crash'))) {
  process.exit(Number(readFileSync(join(folder, 'crash'), 'utf8')));
}
const holder = holderFd === undefined ? undefined : new HolderClient(holderFd);
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
  createServer((connection) => void server.serve(connection)).listen(socket);
}, Number(slow));
