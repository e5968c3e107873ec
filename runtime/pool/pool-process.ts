/**
 * `lcow-supervisor --pool`: the daemon of a host's pool, one a run folder. It starts parked supervisors, watches what
 * becomes of them, and answers `lcow pool`. It stands in no start's way: its death ends what is parked and nothing else.
 */
import {
  closeSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  watch,
  writeSync,
} from 'node:fs';
import type { Socket } from 'node:net';
import { messageOf, RuntimeError, withoutOp } from '../errors.ts';
import type { Directories } from '../directories.ts';
import { takePodLock } from '../supervisor/pod-lock.ts';
import { LOCK_TAKEN_EXIT, READINESS_FD, READY } from '../supervisor/readiness.ts';
import { holderProgram } from '../supervisor/holder-program.ts';
import { type SupervisorLog, supervisorLogger } from '../supervisor/supervisor-log.ts';
import { preparePeerCheck } from '../ttrpc/peer-credentials.ts';
import { listenOnSocket, type ServerSocket } from '../ttrpc/server-socket.ts';
import { startParked, type WatchedProcess } from './park-process.ts';
import { readLines, writeLine } from './parked-channel.ts';
import { CommandService } from './command-service.ts';
import { ownBuild } from './own-build.ts';
import { Pool } from './pool.ts';
import {
  commandProgram,
  commandSocket,
  freeFolder,
  missesFile,
  parkedVmFolder,
  poolFolder,
  poolLog,
  poolSocket,
  takenFolder,
} from './pool-folder.ts';
import { poolKey, type PoolShape } from './pool-shape.ts';
import type { PoolStatus } from './pool-status.ts';
import { clearPool, sweepPool } from './sweep-pool.ts';

/** A watch may miss what an overflow swallowed: looked again this often. */
const LOOK_AGAIN_MS = 5000;
/** Of what is available when the pool starts. */
const CEILING_SHARE = 0.25;

/** Second argument, as JSON. */
export interface PoolArguments {
  readonly where: Directories;
  readonly size: number;
  readonly shape: PoolShape;
  /** Images that are expected: what they are called, and the disks of their layers, the lowest first. */
  readonly images: readonly { readonly name: string; readonly layers: readonly string[] }[];
  readonly memoryCeilingBytes?: number;
}

export async function runPool(text: string): Promise<number> {
  const given = JSON.parse(text) as PoolArguments;
  process.title = `lcow-pool ${given.where.run}`;
  process.umask(0o077);
  for (const signal of ['SIGHUP', 'SIGINT'] as const) process.on(signal, () => undefined);
  try {
    return await serve(given);
  } catch (error) {
    const { code = 'internal', op = 'start the pool' } = error as Partial<RuntimeError>;
    tellStarter(JSON.stringify({ code, op, what: withoutOp(op, messageOf(error)) }));
    return 1;
  }
}

async function serve({
  where,
  size,
  shape,
  images,
  memoryCeilingBytes,
}: PoolArguments): Promise<number> {
  const folders = [poolFolder(where), freeFolder(where), takenFolder(where), parkedVmFolder(where)];
  for (const folder of folders) mkdirSync(folder, { recursive: true, mode: 0o700 });
  await using lock = await takePodLock(poolFolder(where));
  if (lock === undefined) return LOCK_TAKEN_EXIT;
  const log = supervisorLogger(poolLog(where));
  // Of daemons that were killed; what they had parked has ended by itself.
  for (const line of sweepPool(where)) log(`${line}: removed`);
  const key = poolKey(shape);
  const ceiling = memoryCeilingBytes ?? Math.round(availableBytes() * CEILING_SHARE);
  const processes = new Set<WatchedProcess>();
  const start = (): WatchedProcess => {
    const parked = startParked({ where, shape, key, images: images.map(({ layers }) => layers) });
    processes.add(parked);
    void parked.over.then(() => processes.delete(parked));
    return parked;
  };
  const startedAt = new Date().toISOString();
  let stopped!: () => void;
  const ended = new Promise<void>((resolve) => {
    stopped = resolve;
  });
  const pool = new Pool({ size, memoryCeilingBytes: ceiling, start, log });
  const { shimCommand } = await import('../shim/handed-command.ts');
  const build = ownBuild();
  const commands = new CommandService({
    runner: (command) => {
      build.check(command.launcher, command.folder);
      return shimCommand(where, command);
    },
    onCommand: () => pool.startSeen(),
    log,
  });
  const status = (): PoolStatus => ({
    ...{ pid: process.pid, startedAt, shape, images: images.map(({ name }) => name) },
    ...{ ...pool.counts, commands: commands.counts },
  });
  const stop = async (): Promise<void> => {
    await pool.stop();
    stopped();
  };
  await using socket = await listenOnSocket(poolSocket(where), {
    accept: (connection) => answer(connection, pool, status, stop),
    refused: (error) => log(error.message, 'warning'),
  });
  await using commandsSocket = await listenForCommands(where, commands, log);
  process.on('SIGTERM', () => void stop());
  const look = looking(where, pool, processes);
  const watches = [freeFolder(where), poolFolder(where)].map((folder) =>
    watch(folder, look).on('error', () => undefined),
  );
  const timer = setInterval(look, LOOK_AGAIN_MS);
  log(`keeps ${size} parked, process ${process.pid}`);
  tellStarter(READY);
  await ended;
  clearInterval(timer);
  for (const each of watches) each.close();
  // Nobody finds it any more; then what it was is taken away.
  await socket.close();
  await commandsSocket?.close();
  await commands.settled();
  sweepPool(where);
  clearPool(where);
  return 0;
}

/** Undefined where commands cannot come: then each is Node's, as without a pool. */
async function listenForCommands(
  where: Directories,
  commands: CommandService,
  log: SupervisorLog,
): Promise<ServerSocket | undefined> {
  try {
    const program = commandProgram(where);
    rmSync(program, { force: true });
    symlinkSync(holderProgram(), program);
    await preparePeerCheck();
    return await listenOnSocket(commandSocket(where), {
      accept: (connection) => commands.serve(connection),
      refused: (error) => log(error.message, 'warning'),
    });
  } catch (error) {
    log(`commands of containerd are not taken: ${messageOf(error)}`, 'warning');
    return undefined;
  }
}

/** What is done when something changed in the folder: whose socket was taken, how many starts went without. */
function looking(
  where: Directories,
  pool: Pool,
  processes: ReadonlySet<WatchedProcess>,
): () => void {
  let known = sizeOf(missesFile(where));
  return () => {
    for (const parked of processes) parked.lookWhetherTaken();
    const now = sizeOf(missesFile(where));
    if (now > known) pool.missed(now - known);
    known = now;
  };
}

function answer(
  connection: Socket,
  pool: Pool,
  status: () => PoolStatus,
  stop: () => Promise<void>,
): void {
  connection.on('error', () => undefined);
  readLines(connection, (question) => {
    const say = (): void => writeLine(connection, status());
    if (question['stop'] === true) void stop().then(say);
    else if (question['filled'] === true) void pool.filled().then(say);
    else say();
  });
}

function tellStarter(words: string): void {
  try {
    writeSync(READINESS_FD, words);
    closeSync(READINESS_FD);
  } catch {
    // Nobody waits.
  }
}

function sizeOf(path: string): number {
  return existsSync(path) ? (statSync(path, { throwIfNoEntry: false })?.size ?? 0) : 0;
}

function availableBytes(): number {
  const text = readFileSync('/proc/meminfo', 'latin1');
  return Number(/^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1024;
}
