/**
 * The entry of `lcow-supervisor --pod <folder> [--adopt] [--tell] [--holder <fd>]`: the process around one pod; and of the
 * pool's processes (runtime/pool), `--pool` and `--parked`, of which a parked one becomes the process around a pod. It takes the
 * pod's lock, has the VM boot (or adopts it), and serves the task service and its own on the pod's socket until the pod
 * has ended. What it does for containers is keeper.ts; what it is told to do comes over the socket.
 *
 * In a pod of containerd's (runtime/shim) it is the shim's daemon: containerd's connections come through the holder that
 * started it, whose control channel is the descriptor; on Windows it listens on containerd's pipe itself.
 *
 * The order is that of the start path: the VM is spawned before anything that is only needed once it is up is loaded.
 */
import { closeSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { basename, dirname, isAbsolute, join } from 'node:path';
import type { ContainerdPod } from '../container/container-record.ts';
import { type Directories, directories } from '../directories.ts';
import { messageOf, RuntimeError, withoutOp } from '../errors.ts';
import {
  markStarted,
  readPodRecord,
  removeSupervisorStderr,
  supervisorLog,
  taskSocket,
} from './pod-folder.ts';
import { takePodLock } from './pod-lock.ts';
import { beFrugal, SUPERVISOR_FLAGS } from './supervisor-flags.ts';
import type { OpenPodOptions } from './open-pod.ts';
import {
  LOCK_TAKEN_EXIT,
  PARKED_ROLE,
  POOL_ROLE,
  READINESS_FD,
  READY,
  TELL_OPTION,
} from './readiness.ts';
import { type SupervisorLog, supervisorLogger } from './supervisor-log.ts';

/** A SIGTERM gives the containers this long, as docker's stop does. */
const SIGTERM_GRACE_MS = 10_000;
const USAGE_EXIT = 64;
const FAILED_EXIT = 1;
/** As EX_SOFTWARE: a defect. The VM lives on, to be adopted. */
const CRASHED_EXIT = 70;
/** How many supervisors the pod had before. */
const ADOPTIONS_FILE = 'adoptions';

export async function main(args: readonly string[]): Promise<number> {
  if (args[0] === POOL_ROLE) {
    const { runPool } = await import('../pool/pool-process.ts');
    return runPool(args[1] ?? '');
  }
  if (args[0] === PARKED_ROLE) return mainOfParked(args[1] ?? '');
  const { folder, adopt, tellsStarter, holder } = parseArguments(args);
  if (folder === undefined) {
    process.stderr.write('usage: lcow-supervisor --pod FOLDER [--adopt] [--tell] [--holder FD]\n');
    return USAGE_EXIT;
  }
  // As `ps` shows it, and as tests and people find it.
  process.title = `lcow-supervisor --pod ${folder}`;
  process.umask(0o077);
  const log = await openLog(folder);
  dieAdoptably(log);
  const starter = new Starter(tellsStarter);
  try {
    const traced = await supervise(folder, { adopt, ownLog: log, starter, holder });
    removeSupervisorStderr(folder);
    await traced();
    return 0;
  } catch (error) {
    if (error === LOCK_TAKEN) return LOCK_TAKEN_EXIT;
    log(
      `it ends: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      'error',
    );
    starter.tell(error);
    return FAILED_EXIT;
  } finally {
    starter.close();
  }
}

/** One that waits for its pod (runtime/pool/parked-supervisor.ts). */
async function mainOfParked(text: string): Promise<number> {
  process.umask(0o077);
  const { runParked } = await import('../pool/parked-supervisor.ts');
  let log: SupervisorLog | undefined;
  return runParked(text, {
    onLog: (own) => {
      if (log === undefined) dieAdoptably((line, level) => log?.(line, level));
      log = own;
    },
    supervise: async (folder, { parked, answer, holder }) => {
      process.title = `lcow-supervisor --pod ${folder}`;
      const ownLog = await openLog(folder);
      log = ownLog;
      try {
        const starter = { ready: answer };
        const traced = await supervise(folder, { adopt: false, ownLog, starter, holder, parked });
        removeSupervisorStderr(folder);
        await traced();
      } catch (error) {
        ownLog(
          `it ends: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
          'error',
        );
        throw error;
      }
    },
  });
}

/** The pod's file, and the host's own log where it keeps one: each line then names the pod. */
async function openLog(folder: string): Promise<SupervisorLog> {
  const path = supervisorLog(folder);
  if (process.platform !== 'win32') return supervisorLogger(path);
  const { openHostLog } = await import('../host-log.ts');
  const file = supervisorLogger(path);
  let troubled = false;
  const hostLog = await openHostLog({
    onTrouble: (text) => {
      if (!troubled) file(text, 'warning');
      troubled = true;
    },
  });
  if (hostLog === undefined) return file;
  const pod = basename(folder);
  return supervisorLogger(path, { also: (level, text) => hostLog(level, `pod ${pod}: ${text}`) });
}

/**
 * Loads everything that a supervisor runs, under the flags that it runs with, for the code cache that the build writes
 * (bin/load-bundle.cjs).
 */
export async function warmUp(launcher: string): Promise<number> {
  if (!SUPERVISOR_FLAGS.every((flag) => process.execArgv.includes(flag))) {
    const { spawnSync } = await import('node:child_process');
    const args = [...SUPERVISOR_FLAGS, launcher, '--warm-up'];
    return spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1;
  }
  await Promise.all([
    import('./open-pod.ts'),
    import('./serve-pod.ts'),
    import('../host-service.ts').then(({ loadHostService }) => loadHostService()),
    import('../task/open-tasks.ts').then(({ loadLink }) => loadLink()),
  ]);
  return 0;
}

const LOCK_TAKEN = new Error('another supervisor has the pod');

interface Supervision {
  readonly adopt: boolean;
  readonly ownLog: SupervisorLog;
  readonly starter: Pick<Starter, 'ready'>;
  readonly holder?: number | Socket | undefined;
  /** What this process was parked with. */
  readonly parked?: OpenPodOptions['parked'];
}

/** @returns what is left to do when the pod is released: nobody waits for it */
async function supervise(
  folder: string,
  { adopt, ownLog, starter, holder, parked }: Supervision,
): Promise<() => Promise<void>> {
  await using lock = await takePodLock(folder);
  if (lock === undefined) throw LOCK_TAKEN;
  const where: Directories = { ...directories(), run: dirname(dirname(folder)) };
  const record = readPodRecord(folder, ownLog);
  if (record === undefined) {
    throw new RuntimeError('data-loss', `supervise ${folder}`, 'it has no pod.json');
  }
  if (process.platform === 'win32') await requirePrivateRoots(where);
  // A holder that lives goes on to say whose the folder is.
  if (holder === undefined) markStarted(folder);
  const { containerd } = record;
  const log = containerd === undefined ? ownLog : await alsoToContainerd(containerd, ownLog);
  const { openPod } = await import('./open-pod.ts');
  const adoptions = countAdoptions(folder, adopt);
  const how = adopt ? 'adopts' : parked === undefined ? 'boots' : 'was parked for';
  log(`${how} pod ${record.id}, process ${process.pid}`);
  const given = {
    ...(holder === undefined ? {} : { holder }),
    ...(parked === undefined ? {} : { parked }),
  };
  const pod = openPod({ where, folder, record, adopt, adoptions, log, ...given });
  const { listenForPod } = await import('./serve-pod.ts');
  await using socket = await listenForPod(taskSocket(folder), pod, log);
  await using containerdSocket =
    containerd !== undefined && process.platform === 'win32'
      ? await listenForPod(containerd.address, pod, log)
      : undefined;
  pod.onEnding(() => {
    void socket.stopListening();
    void containerdSocket?.stopListening();
  });
  process.on('SIGTERM', () => {
    log('SIGTERM: the pod is stopped');
    void pod.supervisor.stop(SIGTERM_GRACE_MS);
  });
  starter.ready();
  const quiet = adopt ? pod.supervisor.adopted : pod.supervisor.vm();
  quiet.then(beFrugal).catch(() => undefined);
  try {
    await pod.supervisor.adopted;
  } catch (error) {
    await giveUpAdoption(where, folder, error, log);
    return pod.traced;
  }
  await pod.supervisor.ended;
  log('the pod has ended');
  await pod.counted();
  // Whoever asked for the end is answered before the connections are closed.
  await new Promise((resolve) => setImmediate(resolve));
  return pod.traced;
}

/** What containerd's log has of its shims. */
async function alsoToContainerd(
  containerd: ContainerdPod,
  log: SupervisorLog,
): Promise<SupervisorLog> {
  const { openBundleLog } = await import('./bundle-log.ts');
  const bundleLog = openBundleLog(containerd);
  return (text, level = 'information') => {
    log(text, level);
    bundleLog.write(level, text);
  };
}

/** What stands in them (keys of pipes, secrets of VMs) is ours alone. @throws RuntimeError permission-denied */
async function requirePrivateRoots({ data, run }: Directories): Promise<void> {
  const { requirePrivate } = await import('../private-folder.ts');
  for (const root of [data, run]) await requirePrivate('supervise a pod', root);
}

/** The VM ended before it was adopted, or its guest answers nobody: either way the pod is over. */
async function giveUpAdoption(
  where: Directories,
  folder: string,
  error: unknown,
  log: SupervisorLog,
): Promise<void> {
  log(`cannot adopt the VM: ${messageOf(error)}`, 'error');
  const silent = error instanceof RuntimeError && error.code === 'timeout';
  const [{ podVmId, isPodVmAlive }, { endSystem }, { settleHeldPod }] = await Promise.all([
    import('./pod-vm.ts'),
    import('../host-service.ts'),
    import('./reconcile.ts'),
  ]);
  const id = podVmId(folder);
  if (silent && id !== undefined) await endSystem(where, id);
  if (await isPodVmAlive(where, folder)) throw error;
  const cause = silent ? 'its VM answered no more and was ended' : undefined;
  for (const line of await settleHeldPod(where, basename(folder), cause)) log(line);
}

/** A crash is as kill -9: said, and the VM lives on for the next supervisor. */
function dieAdoptably(log: SupervisorLog): void {
  const die = (what: string, error: unknown): void => {
    log(
      `${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      'error',
    );
    process.exit(CRASHED_EXIT);
  };
  process.on('uncaughtException', (error) => die('uncaught exception', error));
  process.on('unhandledRejection', (error) => die('unhandled rejection', error));
  for (const signal of ['SIGHUP', 'SIGINT'] as const) process.on(signal, () => undefined);
}

function countAdoptions(folder: string, adopt: boolean): number {
  if (!adopt) return 0;
  const path = join(folder, ADOPTIONS_FILE);
  let before = 0;
  try {
    before = Number(readFileSync(path, 'latin1')) || 0;
  } catch {
    // The first.
  }
  try {
    writeFileSync(path, String(before + 1), { mode: 0o600 });
  } catch {
    // A full disk: numbers of events may repeat, which loses nothing.
  }
  return before + 1;
}

/** Who started us, on the pipe that we inherit; nobody where there is none. */
class Starter {
  #open: boolean;

  constructor(inherited: boolean) {
    this.#open = inherited;
  }

  ready(): void {
    this.#write(READY);
    this.close();
  }

  tell(error: unknown): void {
    const { code = 'internal', op = 'supervise the pod' } = error as Partial<RuntimeError>;
    this.#write(JSON.stringify({ code, op, what: withoutOp(op, messageOf(error)) }));
    this.close();
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    try {
      closeSync(READINESS_FD);
    } catch {
      // There was none.
    }
  }

  #write(text: string): void {
    if (!this.#open) return;
    try {
      writeSync(READINESS_FD, text);
    } catch {
      // It waits no more.
    }
  }
}

function parseArguments(args: readonly string[]): {
  folder: string | undefined;
  adopt: boolean;
  tellsStarter: boolean;
  /** The descriptor of its control channel. */
  holder: number | undefined;
} {
  const valueOf = (option: string): string | undefined => {
    const at = args.indexOf(option);
    return at < 0 ? undefined : args[at + 1];
  };
  const folder = valueOf('--pod');
  const holder = valueOf('--holder');
  return {
    folder: folder !== undefined && isAbsolute(folder) ? folder : undefined,
    adopt: args.includes('--adopt'),
    tellsStarter: args.includes(TELL_OPTION),
    holder: holder !== undefined && /^\d{1,6}$/.test(holder) ? Number(holder) : undefined,
  };
}
