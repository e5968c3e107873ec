/**
 * The supervisor's end of the holder's control channel (runtime/holder/README.md): processes of the host that outlive
 * this one. JSON lines over the descriptor that `--holder` names, or the connection by which a parked supervisor was claimed;
 * questions may be open at once.
 */
import { Socket } from 'node:net';
import { RuntimeError } from '../errors.ts';
import type { HeldEnds } from '../stdio/stdio-ends.ts';
import type {
  HeldProcess,
  HostProcesses,
  HostProcessKey,
  HostProcessRequest,
} from '../task/host-process.ts';

/** A held process starts within milliseconds; a namespace waits for the kernel's clean-up of others. */
const ANSWER_MS = 30_000;
/** More than eight thousand held processes take in one answer. */
const LINE_LENGTH_MAX = 8 << 20;

interface Answer {
  readonly pid?: unknown;
  readonly error?: string;
  readonly held?: unknown;
}

export class HolderClient implements HostProcesses, HeldEnds {
  /** The holder has ended: containerd's connections with it. Never rejects. */
  readonly ended: Promise<void>;
  readonly #socket: Socket;
  readonly #open = new Map<number, (answer: Answer) => void>();
  #next = 1;
  #input = '';
  #over = false;
  #killed: (process: HostProcessKey) => void = () => undefined;

  /** @param channel its end here, an inherited descriptor or a connection, which this takes over */
  constructor(channel: number | Socket) {
    const socket =
      typeof channel === 'number'
        ? new Socket({ fd: channel, readable: true, writable: true })
        : channel;
    this.#socket = socket;
    this.ended = new Promise((resolve) => {
      const end = (): void => {
        this.#over = true;
        socket.destroy();
        for (const settle of this.#open.values()) settle({ error: 'the holder has ended' });
        this.#open.clear();
        resolve();
      };
      socket.on('error', end);
      socket.on('end', end);
      socket.on('close', end);
    });
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.#received(text));
    // It alone keeps no supervisor alive.
    socket.unref();
  }

  async hold({
    containerId,
    execId,
    title,
    network,
  }: HostProcessRequest): Promise<{ pid: number }> {
    const op = `hold a process for ${subject(containerId, execId)}`;
    const key = keyOf(containerId, execId);
    const { pid } = await this.#ask(op, { hold: { key, title, network } });
    if (typeof pid === 'number' && Number.isInteger(pid) && pid > 1) return { pid };
    throw new RuntimeError('internal', op, `the holder answered ${JSON.stringify(pid)}`);
  }

  async release(containerId: string, execId: string): Promise<void> {
    // What it held went with it.
    if (this.#over) return;
    const op = `release the process of ${subject(containerId, execId)}`;
    await this.#ask(op, { release: keyOf(containerId, execId) });
  }

  /** Releases what no task has. */
  async adopt(tasks: readonly HeldProcess[]): Promise<HostProcessKey[]> {
    const wanted = new Set(tasks.map(({ containerId, execId }) => keyOf(containerId, execId)));
    const list = await this.list();
    const held = [...list.keys()];
    const op = 'release what an earlier supervisor had held';
    await Promise.all(
      held.filter((key) => !wanted.has(key)).map((key) => this.#ask(op, { release: key })),
    );
    return tasks.filter(({ containerId, execId }) => !list.has(keyOf(containerId, execId)));
  }

  onKilled(call: (process: HostProcessKey) => void): void {
    this.#killed = call;
  }

  async keep(
    key: string,
    ends: { readonly read: readonly string[]; readonly write: readonly string[] },
  ): Promise<void> {
    await this.#ask(`keep ends of FIFOs for "${key}"`, { keep: { key, ...ends } });
  }

  async drop(key: string): Promise<void> {
    if (this.#over) return;
    await this.#ask(`let go of ends of FIFOs of "${key}"`, { drop: key });
  }

  /** What is held: pids by `<container>/<exec>`. */
  async list(): Promise<ReadonlyMap<string, number>> {
    const op = 'list what the holder holds';
    const { held } = await this.#ask(op, { list: true });
    const entries = Object.entries((held ?? {}) as Record<string, unknown>);
    return new Map(entries.map(([key, pid]) => [key, Number(pid)]));
  }

  #ask(op: string, question: object): Promise<Answer> {
    if (this.#over) {
      return Promise.reject(new RuntimeError('unavailable', op, 'the holder has ended'));
    }
    const n = this.#next;
    this.#next += 1;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#open.delete(n);
        reject(new RuntimeError('timeout', op, `the holder was silent for ${ANSWER_MS} ms`));
      }, ANSWER_MS);
      this.#open.set(n, (answer) => {
        clearTimeout(timer);
        if (answer.error === undefined) resolve(answer);
        else reject(new RuntimeError('unavailable', op, answer.error));
      });
      this.#socket.write(`${JSON.stringify({ n, ...question })}\n`);
    });
  }

  #received(text: string): void {
    this.#input += text;
    for (let end = this.#input.indexOf('\n'); end >= 0; end = this.#input.indexOf('\n')) {
      const line = this.#input.slice(0, end);
      this.#input = this.#input.slice(end + 1);
      this.#answered(line);
    }
    if (this.#input.length > LINE_LENGTH_MAX) this.#socket.destroy();
  }

  #answered(line: string): void {
    let answer: Answer & { readonly n?: unknown; readonly lost?: unknown };
    try {
      answer = JSON.parse(line) as typeof answer;
    } catch {
      this.#socket.destroy();
      return;
    }
    if (typeof answer.lost === 'string') {
      const [containerId = '', execId = ''] = answer.lost.split('/');
      this.#killed({ containerId, execId });
      return;
    }
    const n = Number(answer.n);
    const settle = this.#open.get(n);
    this.#open.delete(n);
    settle?.(answer);
  }
}

function keyOf(containerId: string, execId: string): string {
  return `${containerId}/${execId}`;
}

function subject(containerId: string, execId: string): string {
  return execId === '' ? `container "${containerId}"` : `exec "${execId}" of "${containerId}"`;
}
