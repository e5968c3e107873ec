/**
 * How Node runs the supervisor, of which there is one a pod: memory first. Resident memory is 37 MiB for Node alone,
 * 52 with everything loaded. The code cache that the build writes is valid for these flags only.
 */

export const SUPERVISOR_FLAGS: readonly string[] = [
  // What is short-lived here is small: a young generation of 1 MiB instead of 16.
  '--max-semi-space-size=1',
  '--max-old-space-size=64',
  // The collector runs before the heap grows.
  '--optimize-for-size',
  // Functions are compiled when they are called, and those of the cache not at all.
  '--max-lazy',
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
