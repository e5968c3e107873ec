/** `echo`: a byte to a `cat` in a running container, and back. */
import type { Readable, Writable } from 'node:stream';
import { once } from 'node:events';
import type { Scope } from '../../../runtime/scope.ts';
import type { Bench, DirectRuntime } from '../bench.ts';
import { resident } from '../command.ts';
import type { Measured, Scenario, Subject, Take } from '../scenario.ts';

/** It is short: a round has several, which the statistics draw together. */
const A_TURN = 10;

export const ECHO: Scenario = {
  name: 'echo',
  summary:
    "A byte to the stdin of `cat` in a running container until it is back on its stdout; by the supervisor's streams (lcow) or the command's pipes (others).",
  unit: 'ms',
  better: 'less',
  subjects: [
    {
      name: 'lcow',
      absent: () => undefined,
      async open(bench, scope) {
        const container = await bench.residentContainer();
        const exec = await container.exec({ args: ['cat'], stdin: true });
        scope.defer(async () => {
          exec.stdin?.end();
          await exec.exited.catch(() => undefined);
        });
        if (exec.stdin === undefined) throw new Error('exec gave no stdin');
        return backAndForth(exec.stdin, exec.stdout);
      },
    },
    direct('runc'),
    direct('crun'),
    {
      name: 'spawn',
      absent: () => undefined,
      open: async (bench, scope) => ofProcess(bench, scope, 'cat', []),
    },
  ],
};

function direct(runtime: DirectRuntime): Subject {
  return {
    name: runtime,
    absent: (bench) => bench.missing(runtime),
    async open(bench, scope) {
      const id = await bench.residentDirect(runtime);
      const [program, ...args] = await bench.directCommand(runtime, ['exec', id, 'cat']);
      return ofProcess(bench, scope, program, args);
    },
  };
}

function ofProcess(bench: Bench, scope: Scope, program: string, args: readonly string[]): Take {
  const child = resident(program, args, { env: bench.env });
  const exited = once(child, 'exit').catch(() => undefined);
  scope.defer(async () => {
    child.stdin.end();
    await exited;
  });
  return backAndForth(child.stdin, child.stdout);
}

function backAndForth(stdin: Writable, stdout: Readable): Take {
  // Flowing, so that a chunk comes when it does; what comes while nobody waits is not ours.
  let arrived: (() => void) | undefined;
  let ended = false;
  stdout.on('data', () => arrived?.());
  stdout.once('close', () => {
    ended = true;
    arrived?.();
  });
  return async ({ signal }) => {
    const all: Measured[] = [];
    while (all.length < A_TURN) {
      const back = new Promise<void>((resolve) => {
        arrived = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      const beganMs = performance.now();
      if (!ended) stdin.write('x');
      await back;
      if (ended || signal.aborted) throw new Error('cat ended, or did not answer');
      all.push({ value: performance.now() - beganMs });
    }
    return all;
  };
}
