/**
 * What a benchmark is made of: scenarios, each with subjects that do the same thing beside each other. A subject says by
 * itself whether it can run here; the runner (runner.ts) decides when it does. The list of them: scenarios.ts.
 */
import type { Scope } from '../../runtime/scope.ts';
import type { Bench } from './bench.ts';
import type { Phase, Unit } from './result.ts';

export interface Scenario {
  readonly name: string;
  /** From what to what is measured, or what: one sentence. */
  readonly summary: string;
  readonly unit: Unit;
  readonly better: 'less' | 'more';
  readonly subjects: readonly Subject[];
}

export interface Subject {
  /** Ours have "lcow" in it: "lcow", "ctr+lcow". */
  readonly name: string;
  /** Why it cannot run here, with how to get what it lacks; undefined: it can. */
  absent(bench: Bench): string | undefined | Promise<string | undefined>;
  /**
   * Makes what all its samples need, once, before the first round.
   * @param scope where to put what must be ended when the rounds are over
   * @returns what takes one round's samples
   */
  open(bench: Bench, scope: Scope): Promise<Take>;
}

/** One round of a subject. Whatever it starts ends when the signal aborts. */
export type Take = (turn: Turn) => Promise<Measured | readonly Measured[]>;

export interface Turn {
  /** Of all turns of this subject, warm-up too: names what must not be named twice. */
  readonly turn: number;
  readonly signal: AbortSignal;
}

export interface Measured {
  /** In the scenario's unit. */
  readonly value: number;
  readonly phases?: readonly Phase[];
  /** Where one turn measures several things, which. Default: the subject's name. */
  readonly subject?: string;
}
