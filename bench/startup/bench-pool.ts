/** A pool of one parked VM, beside what else is measured: its run folder is its own, its data folder the run's. */
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

  /** @throws Error of `lcow pool start` */
  static async start(bench: Bench, image: string): Promise<BenchPool> {
    const where = { data: bench.where.data, run: poolRun(bench.folder) };
    const options = ['--size', '1', '--image', image, '--wait'];
    await bench.runLcow(['pool', 'start', ...options], { env: { LCOW_RUN: where.run } });
    return new BenchPool(where);
  }

  private constructor(where: Directories) {
    this.where = where;
    this.host = Lcow.open(where);
  }

  /** Resolves when one is parked. @throws Error why there is none */
  async filled(): Promise<void> {
    const { parked, held, lastError } = await poolFilled(this.where);
    if (parked === 0) throw new Error(`nothing is parked: ${held || lastError}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.host[Symbol.asyncDispose]();
    await stopPool(this.where).catch(() => undefined);
  }
}
