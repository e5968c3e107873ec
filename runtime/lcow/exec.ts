/** A further process in a running container: what is asked for, the OCI process that it becomes, and its start. */
import { readFileSync } from 'node:fs';
import { RuntimeError } from '../errors.ts';
import type { AttachedProcess, SupervisorClient } from '../supervisor/supervisor-client.ts';
import type { OciProcess } from '../task/oci-runtime-spec.ts';
import { HUB_URI } from '../task/process-io.ts';

export interface ExecRequest {
  /** Command and arguments. */
  readonly args: readonly string[];
  /** "K=V" over the container's, later ones win. */
  readonly env?: readonly string[];
  /** Default: the container's. */
  readonly workingDirectory?: string;
  /** USER[:GROUP] by name or number. Default: the container's. */
  readonly user?: string;
  /** All capabilities. Default false: the container's. */
  readonly privileged?: boolean;
  /** A pseudo-terminal instead of pipes. Default false. */
  readonly terminal?: boolean | { readonly width: number; readonly height: number };
  /** Default false. */
  readonly stdin?: boolean;
  /** Default true. */
  readonly stdout?: boolean;
  /** Default true; a terminal has none. */
  readonly stderr?: boolean;
  /** The trace that it is part of, as W3C's header of that name has it. */
  readonly traceparent?: string | undefined;
}

/** An exec that runs, and whose streams are ours. */
export interface ExecProcess extends AttachedProcess {
  readonly execId: string;
  /** Sends a signal. @throws RuntimeError not-found when it has exited */
  kill(signal: number): Promise<void>;
}

/**
 * Starts it. Output flows from its first byte on.
 * @param bundle the container's folder
 * @throws RuntimeError command-not-found, command-not-invocable, invalid-state, not-found
 */
export async function startExec(
  client: SupervisorClient,
  id: string,
  bundle: string,
  request: ExecRequest,
): Promise<ExecProcess> {
  const execId = newExecId();
  const attached = await client.attach({
    containerId: id,
    execId,
    stdin: request.stdin ?? false,
    stdout: request.stdout ?? true,
    stderr: request.stderr ?? true,
    exec: {
      terminal: isTerminal(request),
      process: await encodeProcess(bundle, request),
      ...tracePart(request),
    },
  });
  return Object.assign(attached, {
    execId,
    kill: (signal: number) => client.task.kill(id, execId, signal, false),
  });
}

/** Starts it with nobody attached; its output goes nowhere. @returns its id */
export async function startDetachedExec(
  client: SupervisorClient,
  id: string,
  bundle: string,
  request: ExecRequest,
): Promise<string> {
  const execId = newExecId();
  await client.task.exec({
    id,
    execId,
    terminal: isTerminal(request),
    stdin: request.stdin === true ? HUB_URI : '',
    stdout: '',
    stderr: '',
    process: await encodeProcess(bundle, request),
    ...tracePart(request),
  });
  try {
    await client.task.start(id, execId);
  } catch (error) {
    await client.task.delete(id, execId).catch(() => {});
    throw error;
  }
  return execId;
}

function tracePart({ traceparent }: ExecRequest): { traceparent?: string } {
  return traceparent === undefined ? {} : { traceparent };
}

function isTerminal({ terminal }: ExecRequest): boolean {
  return terminal !== undefined && terminal !== false;
}

/**
 * The container's own process with what the request changes, as docker exec does. What the guest takes from the
 * container's init where it is not said is not said: a sixth of the bytes, of which each is encoded, written down and
 * parsed on its way.
 */
async function encodeProcess(bundle: string, request: ExecRequest): Promise<Buffer> {
  const [{ execProcess }, { encodeOciDocument }] = await Promise.all([
    import('../task/process-spec.ts'),
    import('../task/oci-runtime-spec.ts'),
  ]);
  const { args, env, workingDirectory, user, privileged, terminal = false } = request;
  const {
    rlimits: _limits,
    noNewPrivileges: _privileges,
    oomScoreAdj: _score,
    capabilities,
    ...said
  } = execProcess({
    containerProcess: readProcess(bundle),
    args,
    ...(env === undefined ? {} : { env }),
    ...(workingDirectory === undefined ? {} : { workingDirectory }),
    ...(user === undefined ? {} : { user }),
    ...(privileged === undefined ? {} : { privileged }),
    ...(terminal === false ? {} : { terminal }),
  });
  return encodeOciDocument(privileged === true ? { ...said, capabilities } : said);
}

function readProcess(bundle: string): OciProcess {
  const path = `${bundle}/config.json`;
  try {
    const { process } = JSON.parse(readFileSync(path, 'utf8')) as { process: OciProcess };
    if (Array.isArray(process.env) && typeof process.cwd === 'string') return process;
  } catch (cause) {
    throw new RuntimeError('data-loss', `read ${path}`, String(cause), { cause });
  }
  throw new RuntimeError('data-loss', `read ${path}`, 'it has no process');
}

/** Unlike every other of its container, and no secret: so without node:crypto, which takes 5 ms to load. */
function newExecId(): string {
  const part = (): string => Math.floor(Math.random() * 2 ** 32).toString(16);
  return part().padStart(8, '0') + part().padStart(8, '0');
}
