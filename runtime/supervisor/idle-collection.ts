/**
 * Gives memory back when nothing happens any more: V8 collects when it needs room, and a supervisor that served a burst
 * of execs and then idles for hours would keep what they left (docs/performance.md).
 */

/** Quiet for so long. */
const IDLE_MS = 3000;

let timer: NodeJS.Timeout | undefined;

/** Something happened: collects once, when nothing has happened since for IDLE_MS. Needs --expose-gc. */
export function collectWhenIdle(): void {
  if (globalThis.gc === undefined) return;
  if (timer === undefined) timer = setTimeout(collect, IDLE_MS).unref();
  else timer.refresh();
}

function collect(): void {
  timer = undefined;
  globalThis.gc?.();
  // The pages that the first has emptied are given back to the host by the second.
  globalThis.gc?.();
}
