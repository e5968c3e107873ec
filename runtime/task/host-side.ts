/**
 * What of a container is on the host beside its files: the processes that stand for its own, and the hooks of its
 * configuration that run there. It reads of config.json what it needs; whether the rest is as it must be, the backend
 * says. A container has none of it where nobody gives host processes.
 */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, RuntimeError } from '../errors.ts';
import { CONFIG_BYTES_MAX } from './bundle.ts';
import { hasHostHooks, type Hooks, type HostHookName, readHooks, runHooks } from './host-hooks.ts';
import type {
  HeldProcess,
  HostProcesses,
  HostProcessKey,
  HostProcessRequest,
} from './host-process.ts';
import type { TaskRecord } from './task-record.ts';
import { VM_PREFIX } from './vm-prefix.ts';

/** Of bytes, as the holder has it, too. */
const TITLE_LENGTH_MAX = 1024;
/** Where a configuration says none. */
const OCI_VERSION = '1.0.2';

export interface HostSideOptions {
  /** Without them, guest's pids are told, and a container with hooks of the host is refused. */
  readonly processes?: HostProcesses;
  readonly log: (text: string) => void;
}

/** What of config.json is the host's. */
interface HostSpec {
  readonly hooks: Hooks;
  readonly network: HostProcessRequest['network'];
  readonly title: string;
  readonly ociVersion: string;
  readonly annotations: Readonly<Record<string, string>>;
}

type Fields = Readonly<Record<string, unknown>>;
type Container = Pick<TaskRecord, 'id' | 'bundle'>;

export class HostSide {
  readonly #processes: HostProcesses | undefined;
  readonly #log: (text: string) => void;

  constructor({ processes, log }: HostSideOptions) {
    this.#processes = processes;
    this.#log = log;
  }

  /**
   * Has a process stand for the container's init, and runs what is to be run before the container is created.
   * @returns the process's pid; undefined where nothing stands for it
   * @throws RuntimeError as a hook or the holder fails; nothing is left then
   */
  async create(
    op: string,
    { id, bundle }: Container,
    options: HostProcessRequest['options'],
    signal?: AbortSignal,
  ): Promise<number | undefined> {
    const spec = await readHostSpec(op, bundle);
    const { hooks, title, network } = spec;
    const request = { containerId: id, execId: '', title, network };
    const held = await this.#processes?.hold(
      options === undefined ? request : { ...request, options },
    );
    if (held === undefined) {
      refuseHooks(op, hooks);
      return undefined;
    }
    const { pid } = held;
    try {
      const state = stateOf(spec, { id, bundle }, 'creating', pid);
      for (const name of ['prestart', 'createRuntime'] as const) {
        await runHooks(op, name, hooks[name], state, signal);
      }
      return pid;
    } catch (error) {
      await this.undo({ id, bundle });
      throw error;
    }
  }

  /** The container was not created after all: what create() had done is taken back. */
  async undo(container: Container): Promise<void> {
    await this.deleted(container);
  }

  /** Runs what is to be run once the container's process runs. */
  async started(container: Container, pid: number): Promise<void> {
    await this.#runAfter(container, 'poststart', 'running', pid);
  }

  /** The container is deleted: runs what is to be run then, and ends what stood for its init. */
  async deleted(container: Container): Promise<void> {
    if (this.#processes === undefined) return;
    await this.#runAfter(container, 'poststop', 'stopped', undefined);
    await this.release(container.id, '');
  }

  /** Has a process stand for an exec. @param initPid that of its container's init, in the same network namespace */
  async exec(
    containerId: string,
    execId: string,
    initPid: number,
    process: Uint8Array,
  ): Promise<number | undefined> {
    const network = { path: `/proc/${initPid}/ns/net` };
    const title = titleOf(parsed(process), execId);
    return (await this.#processes?.hold({ containerId, execId, title, network }))?.pid;
  }

  /** Ends what stood for a process. Never rejects. */
  async release(containerId: string, execId: string): Promise<void> {
    await this.#processes?.release(containerId, execId).catch((error: unknown) => {
      const what = execId === '' ? '' : `, exec "${execId}"`;
      this.#log(`the host process of container "${containerId}"${what}: ${messageOf(error)}`);
    });
  }

  /** Goes on with the processes of tasks that an earlier supervisor left. @returns those that somebody killed meanwhile */
  async adopt(held: readonly HeldProcess[]): Promise<readonly HostProcessKey[]> {
    if (this.#processes === undefined) return [];
    try {
      return await this.#processes.adopt(held);
    } catch (error) {
      this.#log(`the host processes: ${messageOf(error)}`);
      return [];
    }
  }

  /** Calls back for each process that somebody kills. */
  onKilled(call: (process: HostProcessKey) => void): void {
    this.#processes?.onKilled(call);
  }

  /** Hooks whose failure changes nothing. The configuration is read again: an adopter has not seen it. */
  async #runAfter(
    container: Container,
    name: HostHookName,
    status: 'running' | 'stopped',
    pid: number | undefined,
  ): Promise<void> {
    const op = `run the ${name} hooks of container "${container.id}"`;
    try {
      const spec = await readHostSpec(op, container.bundle);
      await runHooks(op, name, spec.hooks[name], stateOf(spec, container, status, pid));
    } catch (error) {
      this.#log(messageOf(error));
    }
  }
}

function refuseHooks(op: string, hooks: Hooks): void {
  if (!hasHostHooks(hooks)) return;
  const names = (['prestart', 'createRuntime', 'poststart', 'poststop'] as const)
    .filter((name) => hooks[name].length > 0)
    .map((name) => `hooks.${name}`);
  const what = `${names.join(', ')}: no process of the host stands for the container`;
  throw new RuntimeError('unsupported', op, what);
}

function stateOf(
  { ociVersion, annotations }: HostSpec,
  { id, bundle }: Container,
  status: 'creating' | 'running' | 'stopped',
  pid: number | undefined,
) {
  return { ociVersion, id, status, ...(pid === undefined ? {} : { pid }), bundle, annotations };
}

/** What cannot be read here is nothing: the backend tells why it is wrong. @throws RuntimeError for wrong hooks */
async function readHostSpec(op: string, bundle: string): Promise<HostSpec> {
  const spec = parsed(await read(join(bundle, 'config.json')));
  const { hooks, annotations, ociVersion } = spec;
  return {
    hooks: readHooks(op, hooks),
    network: networkOf(fields(spec['linux'])['namespaces']),
    title: titleOf(fields(spec['process']), bundle),
    ociVersion: typeof ociVersion === 'string' ? ociVersion : OCI_VERSION,
    annotations: fields(annotations) as Readonly<Record<string, string>>,
  };
}

/** As the namespaces of a configuration say it; none is the host's. */
function networkOf(namespaces: unknown): HostProcessRequest['network'] {
  if (!Array.isArray(namespaces)) return 'host';
  const found = (namespaces as unknown[]).map(fields).find(({ type }) => type === 'network');
  if (found === undefined) return 'host';
  const { path } = found;
  if (typeof path !== 'string' || path === '') return 'new';
  return path.startsWith(VM_PREFIX) ? 'new' : { path };
}

function titleOf({ args }: Fields, otherwise: string): string {
  const words = Array.isArray(args) ? args.filter((arg) => typeof arg === 'string') : [];
  // As `ps` shows it: one line of ASCII.
  const title = words
    .join(' ')
    .slice(0, TITLE_LENGTH_MAX)
    .replace(/[^ -~]/g, '?');
  return title === '' ? otherwise : title;
}

function parsed(bytes: Uint8Array): Fields {
  try {
    return fields(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch {
    return {};
  }
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : {};
}

async function read(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r');
    try {
      const info = await file.stat();
      if (!info.isFile() || info.size > CONFIG_BYTES_MAX) return new Uint8Array();
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch {
    return new Uint8Array();
  }
}
