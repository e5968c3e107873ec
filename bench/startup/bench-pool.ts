/** The pool of parked VMs, beside what else is measured: its run folder is its own, its data folder the run's. */
import { join } from 'node:path';
import type { Directories } from '../../runtime/directories.ts';
import { Lcow } from '../../runtime/lcow.ts';
import { poolFilled, stopPool } from '../../runtime/pool/pool-client.ts';
import type { Bench } from './bench.ts';

/** @param folder of the benchmark */
export function poolRun(folder: string): string {
  return join(folder, 'run-pool');
}

export class BenchPool implements AsyncDisposable {
  readonly where: Directories;
  /** Takes what is parked. */
  readonly host: Lcow;
  readonly #bench: Bench;
  readonly #image: string;
  #size = 0;

  /** Parks nothing yet. @param image of the containers that are expected */
  constructor(bench: Bench, image: string) {
    this.#bench = bench;
    this.#image = image;
    this.where = { data: bench.where.data, run: poolRun(bench.folder) };
    this.host = Lcow.open(this.where);
  }

  /** Resolves when so many are parked, and no more. @throws Error of `lcow pool start`, or why there are fewer */
  async holds(count: number): Promise<void> {
    if (count !== this.#size) {
      await this.drain();
      const options = ['--size', String(count), '--image', this.#image];
      const env = { LCOW_RUN: this.where.run };
      await this.#bench.runLcow(['pool', 'start', ...options], { env });
      this.#size = count;
    }
    const { parked, held, lastError } = await poolFilled(this.where);
    if (parked !== count) throw new Error(`${parked} of ${count} are parked: ${held || lastError}`);
  }

  /** Nothing is parked beside what comes next. */
  async drain(): Promise<void> {
    if (this.#size > 0) await stopPool(this.where);
    this.#size = 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.host[Symbol.asyncDispose]();
    await this.drain().catch(() => undefined);
  }
}
