/** A ProcessIo that keeps what it was given, by process, over supervisors: as a log on disk would. */
import type {
  GuestInput,
  OutputStream,
  ProcessIo,
  ProcessIoFactory,
  ProcessIoRequest,
  TaskExit,
} from '../../../runtime/task/process-io.ts';

/** What is known of one process. */
export class Recording {
  readonly text = { stdout: '', stderr: '' };
  /** Where bytes were missing or came twice although they were handed on. */
  readonly faults: string[] = [];
  readonly exits: TaskExit[] = [];
  input: GuestInput | undefined;
  /** `input` once it is there. */
  readonly connected: Promise<GuestInput>;
  closedStdin = 0;
  /** Output waits for this. */
  gate: Promise<void> = Promise.resolve();
  readonly #waiting = new Set<() => void>();
  #onConnected!: (input: GuestInput) => void;

  constructor() {
    this.connected = new Promise((resolve) => {
      this.#onConnected = resolve;
    });
  }

  connect(input: GuestInput): void {
    this.input = input;
    this.#onConnected(input);
  }

  output(stream: OutputStream, bytes: Buffer, offset: number): void {
    const at = this.text[stream].length;
    if (offset > at) this.faults.push(`${stream}: ${offset} came where ${at} was next`);
    const skip = at - offset;
    if (skip < bytes.length)
      this.text[stream] += bytes.subarray(Math.max(0, skip)).toString('latin1');
    for (const look of [...this.#waiting]) look();
  }

  /** Resolves when stdout has shown the text. */
  shows(text: string, timeoutMs = 60_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        reject(
          new Error(
            `no ${JSON.stringify(text)} in ${JSON.stringify(this.text.stdout.slice(-500))}`,
          ),
        );
      }, timeoutMs);
      const look = (): void => {
        if (!this.text.stdout.includes(text)) return;
        this.#waiting.delete(look);
        clearTimeout(timer);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }
}

export class Recorder {
  readonly #processes = new Map<string, Recording>();

  of(containerId: string, execId = ''): Recording {
    const key = `${containerId}/${execId}`;
    const known = this.#processes.get(key) ?? new Recording();
    this.#processes.set(key, known);
    return known;
  }

  /** For Tasks; `alive` false makes it deaf, as a process that was killed. */
  factory(life: { alive: boolean } = { alive: true }): ProcessIoFactory {
    return async (request) => this.#open(request, life);
  }

  #open(request: ProcessIoRequest, life: { alive: boolean }): ProcessIo {
    const { containerId, execId, stdin, stdout, stderr, adopted } = request;
    if (!adopted) this.#processes.delete(`${containerId}/${execId}`);
    const recording = this.of(containerId, execId);
    const { text } = recording;
    const resumeAt = { stdout: text.stdout.length, stderr: text.stderr.length };
    return {
      wants: { stdin: stdin !== '', stdout: stdout !== '', stderr: stderr !== '' },
      ...(adopted ? { resumeAt } : {}),
      connect: (input) => {
        if (life.alive) recording.connect(input);
      },
      output: async (stream, bytes, offset) => {
        await recording.gate;
        // The dead take nothing, and acknowledge nothing.
        if (!life.alive) return new Promise(() => {});
        recording.output(stream, bytes, offset);
      },
      outputEnded: async () => {},
      closeStdin: () => {
        recording.closedStdin += 1;
        recording.input?.end();
      },
      exited: (exit) => {
        if (life.alive) recording.exits.push(exit);
      },
      close: async () => {},
    };
  }
}
