/**
 * How Node runs the supervisor, of which there is one a pod: memory first (docs/performance.md has the figures). Of what is
 * resident, 37 MiB are Node's own file. The code cache that the build writes is valid for these flags only.
 */

export const SUPERVISOR_FLAGS: readonly string[] = [
  // What is short-lived here is small: a young generation of 1 MiB instead of 16.
  '--max-semi-space-size=1',
  '--max-old-space-size=64',
  // The collector runs before the heap grows.
  '--optimize-for-size',
  // Functions are compiled when they are called, and those of the cache not at all.
  '--max-lazy',
  // Interpreted: no machine code, no counters of what is hot, and none of the compilers' own pages. It costs nothing that
  // can be measured of an exec or of streams in large pieces; of a stream in pieces of 4 KiB it is three times the work.
  '--jitless',
  // Which it implies, and says.
  '--no-expose-wasm',
  // One helper thread for the collector and the compiler, instead of four.
  '--v8-pool-size=1',
  // idle-collection.ts
  '--expose-gc',
  '--no-warnings',
];

/** What glibc and libuv take of the environment. */
export const SUPERVISOR_ENVIRONMENT: Readonly<Record<string, string>> = {
  // File calls are few and short; four threads' stacks and heaps are not needed for them.
  UV_THREADPOOL_SIZE: '2',
  MALLOC_ARENA_MAX: '1',
  MALLOC_TRIM_THRESHOLD_: '65536',
};
