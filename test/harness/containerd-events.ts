/** What a containerd tells by `ctr events`, line by line, from the moment on that it is asked. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface ContainerdEvent {
  readonly namespace: string;
  /** `/tasks/exit`. */
  readonly topic: string;
  /** The event's fields as ctr prints them: `container_id`, `exit_status`, ... What is 0 is left out. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export class ContainerdEvents implements AsyncDisposable {
  readonly seen: ContainerdEvent[] = [];
  readonly #child;
  readonly #waiting = new Set<() => void>();
  #ended = false;

  constructor(env: NodeJS.ProcessEnv) {
    this.#child = spawn('ctr', ['events'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#line(line));
    this.#child.once('close', () => {
      this.#ended = true;
      this.#look();
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves with the first event, seen already or to come, that `wanted` is true of. @throws Error after `timeoutMs` */
  async until(
    what: string,
    wanted: (event: ContainerdEvent) => boolean,
    timeoutMs = 30_000,
  ): Promise<ContainerdEvent> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const found = this.seen.find(wanted);
      if (found !== undefined) return found;
      const leftMs = deadline - performance.now();
      if (leftMs <= 0 || this.#ended) {
        const seen = this.seen.map(({ topic, fields }) => `${topic} ${JSON.stringify(fields)}`);
        throw new Error(`no ${what} within ${timeoutMs} ms; seen:\n${seen.join('\n')}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(done, leftMs);
        const waiting = this.#waiting;
        function done(): void {
          clearTimeout(timer);
          waiting.delete(done);
          resolve();
        }
        waiting.add(done);
      });
    }
  }

  /** The task events of one container, in order: `/tasks/start`, or `/tasks/exit NAME STATUS` of what exited. */
  tasksOf(id: string, namespace?: string): string[] {
    return this.seen
      .filter((event) => event.topic.startsWith('/tasks/'))
      .filter((event) => event.fields['container_id'] === id)
      .filter((event) => namespace === undefined || event.namespace === namespace)
      .map(({ topic, fields }) =>
        topic === '/tasks/exit'
          ? `${topic} ${String(fields['id'])} ${Number(fields['exit_status'] ?? 0)}`
          : topic,
      );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended) return;
    const closed = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.kill('SIGKILL');
    await closed;
  }

  #line(line: string): void {
    // 2026-11-23 09:02:47.795 +0000 UTC NAMESPACE /tasks/exit {"container_id":"a"}
    const match = /UTC (\S+) (\/\S+) (\{.*\})$/.exec(line);
    if (match === null) return;
    const [, namespace = '', topic = '', json = '{}'] = match;
    this.seen.push({ namespace, topic, fields: JSON.parse(json) as Record<string, unknown> });
    this.#look();
  }

  #look(): void {
    for (const done of [...this.#waiting]) done();
  }
}
