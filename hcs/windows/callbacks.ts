/**
 * The two native callbacks of this process and who is told by them. A context is a number, never a pointer:
 * one that nobody waits for any more is dropped here. They are never unregistered, because a library that
 * calls what is gone ends the process, and nothing thrown leaves them, for the same reason.
 *
 * koffi's callbacks do not keep a process alive; while somebody listens to events, a timer here does, as the
 * sockets of another engine would.
 *
 * Use from the main thread: in a worker a callback that comes while it ends ends the process too.
 */
import { registerEventCallback, registerOperationCallback } from './compute-core.ts';

type EventListener = (type: number, data: string | null) => void;

const completions = new Map<number, () => void>();
const events = new Map<number, EventListener>();
let nextContext = 1;
let alive: NodeJS.Timeout | undefined;
/** Long: it has nothing to do. */
const ALIVE_INTERVAL_MS = 0x7fffffff;
let registered: { operation: bigint; event: bigint } | undefined;

/** The native functions, to hand to HCS with a context. */
export function callbacks(): { operation: bigint; event: bigint } {
  registered ??= {
    operation: registerOperationCallback((context) => completed(context)),
    event: registerEventCallback((type, data, context) => happened(type, data, context)),
  };
  return registered;
}

/** A context whose completion calls `listener`, once. */
export function awaitCompletion(listener: () => void): number {
  const context = newContext();
  completions.set(context, listener);
  return context;
}

export function forgetCompletion(context: number): void {
  completions.delete(context);
}

/** A context whose events call `listener`, until it is forgotten. */
export function listenToEvents(listener: EventListener): number {
  const context = newContext();
  events.set(context, listener);
  alive ??= setInterval(() => undefined, ALIVE_INTERVAL_MS);
  return context;
}

export function forgetEvents(context: number): void {
  events.delete(context);
  if (events.size > 0) return;
  clearInterval(alive);
  alive = undefined;
}

function newContext(): number {
  const context = nextContext;
  nextContext += 1;
  return context;
}

function completed(context: number): void {
  const listener = completions.get(context);
  completions.delete(context);
  guarded(() => listener?.());
}

function happened(type: number, data: string | null, context: number): void {
  const listener = events.get(context);
  guarded(() => listener?.(type, data));
}

function guarded(call: () => void): void {
  try {
    call();
  } catch (error) {
    // A defect of ours: told, but not to C.
    queueMicrotask(() => {
      throw error;
    });
  }
}
