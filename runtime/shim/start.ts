/**
 * The action `start`: makes the pod that the container belongs to, or finds it, and tells containerd its address. It
 * returns as soon as the address is served; the supervisor then boots the VM, and what containerd asks waits for it.
 *
 *   no folder   ─▶ made ─▶ holder (on Windows the supervisor) started ─▶ told
 *   folder      ─▶ served ─▶ told             a member of the group, or the container's own pod that lives
 *               ─▶ being made or ending ─▶ waited for ─▶ once more
 *               ─▶ dead ─▶ settled ─▶ once more
 *
 * It stands on the path of every container: nothing is imported that the ordinary start does not need.
 */
import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CONTAINER_RECORD_VERSION, type PodRecord } from '../container/container-record.ts';
import { type Directories, directories } from '../directories.ts';
import { RuntimeError } from '../errors.ts';
import { createPodFolder, markHeld, podFolder, readPodRecord } from '../supervisor/pod-folder.ts';
import { writeAddressFile } from './address-file.ts';
import type { ShimArguments } from './arguments.ts';
import { decodeStartInput, type StartInput } from './bootstrap.ts';
import type { SpawnHolder } from './holder-process.ts';
import { isListening } from './listening.ts';
import {
  addressText,
  type BundleSpec,
  checkIdentity,
  type PodIdentity,
  podIdentity,
  readBundleSpec,
} from './pod-identity.ts';
import { podOptions } from './pod-shape.ts';

/** For a pod of the same name to end, or to be served: docker starts a container again at once. */
const DEADLINE_MS = 30_000;

/** Who asked, where that is another process than this one, which handed its command over. */
export interface StartCaller {
  /** What a bundle's path is relative to. Default: this process's folder. */
  readonly folder?: string;
  /** How it has a holder started. Default: as a child of this process. */
  readonly spawn?: SpawnHolder;
  /** It has gone: what was made is taken back. */
  readonly signal?: AbortSignal;
}

/**
 * @param input what stood on stdin
 * @returns the address, as containerd takes it
 * @throws RuntimeError; nothing is left behind then
 */
export async function start(
  args: ShimArguments,
  input: Uint8Array,
  env: NodeJS.ProcessEnv = process.env,
  caller: StartCaller = {},
): Promise<string> {
  const given = decodeStartInput(input, args.id);
  const asked = { ...args, address: args.address || given.grpcAddress || '' };
  checkIdentity(asked);
  const bundle = resolve(caller.folder ?? '.', args.bundle || '.');
  const spec = readBundleSpec(bundle);
  const identity = podIdentity(asked, spec.annotations, given.socketFolder);
  const where = absolute(directories(env));
  const record = await podRecord(asked, identity, spec, given, bundle, env);
  const undo = await findOrMake(where, record, identity.address, { ...caller, env });
  if (undo === FOUND) await checkJoins(where, record.id, spec);
  const text = addressText(identity.address);
  try {
    caller.signal?.throwIfAborted();
    writeAddressFile(bundle, text);
  } catch (error) {
    await undo();
    throw error;
  }
  return text;
}

async function podRecord(
  asked: ShimArguments,
  { groupId, podId, address }: PodIdentity,
  spec: BundleSpec,
  given: StartInput,
  bundle: string,
  env: NodeJS.ProcessEnv,
): Promise<PodRecord> {
  const { namespace, address: grpcAddress } = asked;
  const ttrpcAddress = env['TTRPC_ADDRESS'] || given.ttrpcAddress || `${grpcAddress}.ttrpc`;
  const options = await podOptions(given.options, spec, env);
  const debug = asked.debug || given.debug === true || options.debug;
  return {
    version: CONTAINER_RECORD_VERSION,
    id: podId,
    createdAt: new Date().toISOString(),
    // It ends with containerd's Shutdown, not with its only container.
    lone: false,
    labels: {},
    shape: options.shape,
    containerd: {
      ...{ namespace, groupId, address, grpcAddress, ttrpcAddress, bundle },
      ...(debug ? { debug } : {}),
      ...(options.ioRetryMs === 0 ? {} : { ioRetryMs: options.ioRetryMs }),
    },
  };
}

/** @throws RuntimeError invalid-argument where it asks for another VM than its pod has */
async function checkJoins(where: Directories, pod: string, spec: BundleSpec): Promise<void> {
  if (!Object.keys(spec.annotations).some((name) => name.startsWith('io.lcow.'))) return;
  const { checkMember } = await import('./options/pod-options.ts');
  const record = readPodRecord(podFolder(where, pod));
  if (record !== undefined) checkMember(record, spec.annotations);
}

/** Takes back what was made; nothing where the pod was there. */
type Undo = () => Promise<void>;

const FOUND: Undo = async () => undefined;

type Caller = StartCaller & { readonly env: NodeJS.ProcessEnv };

async function findOrMake(
  where: Directories,
  record: PodRecord,
  address: string,
  caller: Caller,
): Promise<Undo> {
  const folder = podFolder(where, record.id);
  let deadlineMs: number | undefined;
  for (;;) {
    caller.signal?.throwIfAborted();
    if (!existsSync(folder) && createPodFolder(where, record)) {
      return make(where, record, address, caller);
    }
    if (await isListening(address)) return FOUND;
    deadlineMs ??= performance.now() + DEADLINE_MS;
    const { podSettled } = await import('./settle-pod.ts');
    await podSettled(where, record.id);
    if (performance.now() > deadlineMs) {
      const what = `${folder} neither serves nor ends within ${DEADLINE_MS / 1000} s`;
      throw new RuntimeError('timeout', `start pod "${record.id}"`, what);
    }
  }
}

/** Starts what serves the pod whose folder is ours. */
async function make(
  where: Directories,
  record: PodRecord,
  address: string,
  { env, spawn }: Caller,
): Promise<Undo> {
  const folder = podFolder(where, record.id);
  let undo: Undo | undefined;
  try {
    if (process.platform === 'win32') {
      const { startPipeSupervisor } = await import('./pipe-supervisor.ts');
      return await startPipeSupervisor(where, folder);
    }
    const { startHolder } = await import('./holder-process.ts');
    const claim = await claimOf(where, record, env);
    const pid = await startHolder({
      ...{ where, folder, address, claim, env },
      ...(spawn === undefined ? {} : { spawn }),
    });
    if (pid !== undefined) {
      // From now on it answers for the pod's supervisors.
      markHeld(folder, pid);
      undo = () => stopHolder(pid);
    }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  if (undo !== undefined) return undo;
  // Another's, of another run folder: it is the one that containerd will talk to.
  rmSync(folder, { recursive: true, force: true });
  return FOUND;
}

/** Of a parked supervisor. Without a pool this is one look at a folder. */
async function claimOf(
  where: Directories,
  record: PodRecord,
  env: NodeJS.ProcessEnv,
): Promise<readonly string[]> {
  if (!existsSync(join(where.run, 'pool', 'free'))) return [];
  const { claimOptions } = await import('../pool/holder-claim.ts');
  return claimOptions(where, record, env);
}

/** It tells its supervisor, which ends the pod. */
async function stopHolder(pid: number): Promise<void> {
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // It has ended.
  }
}

function absolute({ data, run }: Directories): Directories {
  return { data: resolve(data), run: resolve(run) };
}
