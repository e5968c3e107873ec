/** A daemon of this run alone: started in the background, ready when a question is answered, ended with its scope. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf, RuntimeError } from '../../runtime/errors.ts';

export interface DaemonOptions {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly log: string;
  /** Resolves when it answers; rejects while it does not. */
  readonly ask: () => Promise<unknown>;
}

const READY_MS = 30_000;
const ASK_AGAIN_MS = 20;
const TERM_MS = 15_000;

export class Daemon implements AsyncDisposable {
  readonly #child: ChildProcess;

  /** @throws RuntimeError unavailable with the end of its log */
  static async start(options: DaemonOptions): Promise<Daemon> {
    const daemon = new Daemon(options);
    try {
      await daemon.#ready(options);
      return daemon;
    } catch (error) {
      await daemon[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor({ program, args, env, cwd, log }: DaemonOptions) {
    const fd = openSync(log, 'a');
    try {
      // A group of its own, as a service has: it is ended after its containers, not with them by Ctrl-C.
      this.#child = spawn(program, args, { cwd, env, stdio: ['ignore', fd, fd], detached: true });
    } finally {
      closeSync(fd);
    }
    this.#child.on('error', () => {});
  }

  async #ready({ name, log, ask }: DaemonOptions): Promise<void> {
    const deadline = performance.now() + READY_MS;
    for (;;) {
      const problem = await ask().then(
        () => undefined,
        (error: unknown) => messageOf(error),
      );
      if (problem === undefined) return;
      if (this.#ended() || performance.now() > deadline) {
        const words = readFileSync(log, 'utf8').trim().split('\n').slice(-3).join(' / ');
        const what = `it does not answer (${problem.split('\n')[0]}); its log ends with: ${words}`;
        throw new RuntimeError('unavailable', `start ${name}`, what);
      }
      await delay(ASK_AGAIN_MS);
    }
  }

  #ended(): boolean {
    const { exitCode, signalCode, pid } = this.#child;
    return pid === undefined || exitCode !== null || signalCode !== null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended()) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), TERM_MS);
    await exited;
    clearTimeout(timer);
  }
}
