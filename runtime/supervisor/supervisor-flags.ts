/**
 * How Node runs the supervisor, of which there is one a pod (docs/performance.md has the figures). Of what is resident,
 * 37 MiB are Node's own file.
 *
 * None of V8's flags is on the command line: with any of them V8 refuses the code cache that Node's own modules come
 * with, which costs a start 40 ms and more. They are set by beFrugal(), when what a start needs is loaded.
 */
import { setFlagsFromString } from 'node:v8';

export const SUPERVISOR_FLAGS: readonly string[] = [
  // One helper thread for the collector and the compiler, instead of four.
  '--v8-pool-size=1',
  '--no-warnings',
];

/**
 * Memory first. Only what V8 looks at as it goes is here, and nothing that changes how it parses or runs what is loaded:
 * with --max-lazy or another way of regular expressions it would end the process.
 */
const FRUGAL_FLAGS: readonly string[] = [
  // The collector runs before the heap grows.
  '--optimize-for-size',
  // What is short-lived here is small: a young generation stays as large as it is.
  '--semi-space-growth-factor=1',
  // No further machine code, and none of the compilers' own pages.
  '--no-opt',
  '--no-sparkplug',
  // idle-collection.ts
  '--expose-gc',
];

let frugal = false;

/** To be called when nobody waits for this process: what is loaded afterwards is compiled anew. Idempotent. */
export function beFrugal(): void {
  if (frugal) return;
  frugal = true;
  for (const flag of FRUGAL_FLAGS) setFlagsFromString(flag);
}

/** What glibc and libuv take of the environment. */
export const SUPERVISOR_ENVIRONMENT: Readonly<Record<string, string>> = {
  // File calls are few and short; four threads' stacks and heaps are not needed for them.
  UV_THREADPOOL_SIZE: '2',
  MALLOC_ARENA_MAX: '1',
  MALLOC_TRIM_THRESHOLD_: '65536',
};
