/** A process in the guest, for tests of its stdio: it keeps its output until that is acknowledged, as the agent does. */
import type { GuestInput, OutputStream, ProcessIo } from '../../../runtime/task/process-io.ts';

export class FakeProcess implements GuestInput {
  readonly output: Readonly<Record<OutputStream, Buffer>>;
  readonly acknowledged = { stdout: 0, stderr: 0 };
  readonly received: Buffer[] = [];
  stdinOffset = 0;
  stdinEnded = false;
  size: readonly [number, number] | undefined;
  #generation = 0;

  constructor(stdout: Buffer, stderr: Buffer = Buffer.alloc(0)) {
    this.output = { stdout, stderr };
  }

  /** Gives its output to `io` from where that is; resolves when all was taken, or the supervisor died. */
  async run(io: ProcessIo, chunkBytes: () => number): Promise<void> {
    this.#generation += 1;
    const generation = this.#generation;
    io.connect({
      stdinOffset: this.stdinOffset,
      write: async (bytes) => {
        if (generation === this.#generation) await this.write(bytes);
      },
      end: () => this.end(),
      resize: (width, height) => this.resize(width, height),
    });
    const pump = async (stream: OutputStream): Promise<void> => {
      let at = Math.max(this.acknowledged[stream], io.resumeAt?.[stream] ?? 0);
      while (at < this.output[stream].length && generation === this.#generation) {
        const bytes = this.output[stream].subarray(at, at + chunkBytes());
        await io.output(stream, bytes, at);
        if (generation !== this.#generation) return;
        at += bytes.length;
        this.acknowledged[stream] = at;
      }
    };
    await Promise.all([pump('stdout'), pump('stderr')]);
  }

  /** What the supervisor does from now on reaches the guest no more. */
  supervisorDied(): void {
    this.#generation += 1;
  }

  async write(bytes: Buffer): Promise<void> {
    this.received.push(Buffer.from(bytes));
    this.stdinOffset += bytes.length;
    await new Promise((resolve) => setImmediate(resolve));
  }

  end(): void {
    this.stdinEnded = true;
  }

  resize(width: number, height: number): void {
    this.size = [width, height];
  }
}
