/** A pod's folder with a holder over a supervisor without a VM, for the holder's tests. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { holderProgram } from '../../../runtime/supervisor/holder-program.ts';
import { TaskClient } from '../../../runtime/task/task-client.ts';
import { TtrpcClient } from '../../../runtime/ttrpc/client.ts';

export const FAKE_SUPERVISOR = join(dirname(fileURLToPath(import.meta.url)), 'fake-supervisor.js');
const EVENT_MS = 20_000;

/** The binary; undefined, and why, where it is not built. */
export function builtHolder(): string | undefined {
  try {
    return holderProgram();
  } catch {
    return undefined;
  }
}

export class HeldPod implements AsyncDisposable {
  readonly root: string;
  readonly folder: string;
  readonly socket: string;
  readonly child: ChildProcess;
  readonly exited: Promise<number | string>;
  readonly #clients: TtrpcClient[] = [];
  readonly #pool: FakePool | undefined;
  #words = '';
  #stderr = '';

  /**
   * @param files of the pod's folder, which direct the supervisor
   * @param pool where the holder looks for a parked supervisor
   */
  constructor(files: Record<string, string> = {}, pool?: FakePool) {
    this.#pool = pool;
    this.root = pool?.root ?? mkdtempSync(join(tmpdir(), 'lcow-holder-'));
    this.folder = join(this.root, 'pod');
    this.socket = join(this.root, 's');
    mkdirSync(this.folder);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.folder, name), text);
    this.child = this.spawnHolder();
    this.exited = exitOf(this.child);
    this.child.stdout?.on('data', (data: Buffer) => {
      this.#words += data.toString();
    });
    this.child.stderr?.on('data', (data: Buffer) => {
      this.#stderr += data.toString();
    });
  }

  spawnHolder(): ChildProcess {
    const options = ['--socket', this.socket, '--pod', this.folder, ...(this.#pool?.options ?? [])];
    const supervisor = [process.execPath, FAKE_SUPERVISOR];
    return spawn(holderProgram(), ['shim', ...options, '--', ...supervisor], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'] },
    });
  }

  get words(): string {
    return this.#words;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Connects as containerd does, once connections are taken. */
  async connect(): Promise<{ task: TaskClient; client: TtrpcClient }> {
    if (this.#words === '' && this.child.stdout) await once(this.child.stdout, 'data');
    const client = await TtrpcClient.connect(this.socket);
    this.#clients.push(client);
    return { task: new TaskClient(client), client };
  }

  /** How supervisors were started: pid and arguments, the first first. */
  starts(): { pid: number; args: string }[] {
    return this.#lines('starts').map((line) => {
      const at = line.indexOf(' ');
      return { pid: Number(line.slice(0, at)), args: line.slice(at + 1) };
    });
  }

  calls(): string[] {
    return this.#lines('calls');
  }

  /** The newest supervisor that was started. */
  get supervisor(): number {
    return this.starts().at(-1)?.pid ?? 0;
  }

  killSupervisor(): void {
    process.kill(this.supervisor, 'SIGKILL');
  }

  #lines(name: string): string[] {
    return linesOf(join(this.folder, name));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) await client[Symbol.asyncDispose]().catch(() => undefined);
    const { supervisor } = this;
    this.child.kill('SIGKILL');
    await this.exited;
    try {
      if (supervisor > 0) process.kill(supervisor, 'SIGKILL');
    } catch {
      // It has ended.
    }
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** A pool's folder with supervisors in it that have no VM. */
export class FakePool implements AsyncDisposable {
  readonly root = mkdtempSync(join(tmpdir(), 'lcow-holder-'));
  readonly folder = join(this.root, 'pool');
  readonly options = ['--pool', this.folder, '--key', 'key'];
  readonly #parked: ChildProcess[] = [];

  constructor() {
    for (const name of ['free', 'taken']) mkdirSync(join(this.folder, name), { recursive: true });
  }

  /** Resolves when it can be claimed. @param answer of the claim, as fake-supervisor.ts says */
  async park(answer = ''): Promise<ChildProcess> {
    const path = join(this.folder, 'free', `key_${this.#parked.length}`);
    const child = spawn(process.execPath, [FAKE_SUPERVISOR, '--parked', path, this.root, answer], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    this.#parked.push(child);
    await becomes('it is parked', () => existsSync(path));
    return child;
  }

  get free(): string[] {
    return readdirSync(join(this.folder, 'free'));
  }

  /** How many were told of a pod. */
  get claims(): string[] {
    return linesOf(join(this.root, 'claims'));
  }

  get misses(): number {
    return linesOf(join(this.folder, 'misses'))[0]?.length ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#parked) child.kill('SIGKILL');
    rmSync(this.root, { recursive: true, force: true });
  }
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').trim().split('\n');
  } catch {
    return [];
  }
}

export function exitOf(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal ?? ''));
  });
}

/** Asks until it is so: for what tells nobody. @throws Error after 20 s */
export async function becomes(what: string, is: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + EVENT_MS;
  while (!(await is())) {
    if (Date.now() > end) throw new Error(`it never was so: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Not a zombie either. */
export function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}
