/**
 * Gives memory back when nothing happens any more: V8 collects when it needs room, and a supervisor that served a burst
 * of execs and then idles for hours would keep what they left (docs/performance.md).
 */
import { runInNewContext } from 'node:vm';
import { dropProgramPages } from './program-pages.ts';
import { beFrugal } from './supervisor-flags.ts';

/** Quiet for so long. */
const IDLE_MS = 3000;

let timer: NodeJS.Timeout | undefined;

/** Something happened: collects once, when nothing has happened since for IDLE_MS. */
export function collectWhenIdle(): void {
  if (timer === undefined) timer = setTimeout(collect, IDLE_MS).unref();
  else timer.refresh();
}

/** Now. It takes 0.1 s where guests are emulated. */
export function collectGarbage(): void {
  beFrugal();
  // A context that is made with --expose-gc has it, and goes with it.
  const gc = runInNewContext('gc') as () => void;
  gc();
  // The pages that the first has emptied are given back to the host by the second.
  gc();
  void dropProgramPages();
}

function collect(): void {
  timer = undefined;
  collectGarbage();
}
