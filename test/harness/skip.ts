/**
 * How a test that cannot run here says so. The runner counts the SKIP lines of a file; a skipped test is
 * never counted as passed.
 */

/** Prints why; the caller then registers no test or returns from the one it is in. */
export function skip(reason: string): void {
  process.stdout.write(`SKIP ${reason.replace(/\s*\n\s*/g, ' ')}\n`);
}
