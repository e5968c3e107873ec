/**
 * Our own subjects come twice: VMs that boot, and VMs that are clones of a template, which is made before the first round;
 * where it is a start that is measured, a third time, in VMs that were parked before each turn.
 * Which is said to each start; nothing is left to what happens to be there.
 */
import type { Bench } from './bench.ts';

export interface Variant {
  /** "lcow", "lcow (template)". */
  readonly name: string;
  /** What the pod's shape says, and LCOW_TEMPLATE. */
  readonly template: 'auto' | 'none';
  /** In a run folder of its own, so that no other subject takes what is parked. */
  readonly pool?: true;
}

export const COLD_VARIANT: Variant = { name: 'lcow', template: 'none' };
export const TEMPLATE_VARIANT: Variant = { name: 'lcow (template)', template: 'auto' };
export const POOL_VARIANT: Variant = { name: 'lcow (pool)', template: 'auto', pool: true };
export const VARIANTS: readonly Variant[] = [COLD_VARIANT, TEMPLATE_VARIANT];

/** Why there is nothing to measure of a variant; undefined: there is. */
export function variantMissing({ template }: Variant): string | undefined {
  if (template === 'none' || process.platform === 'linux') return undefined;
  return `there are no templates on ${process.platform}`;
}

/** Has what the variant needs, and gives the environment of its commands. */
export async function prepareVariant(
  bench: Bench,
  { template, pool }: Variant,
): Promise<NodeJS.ProcessEnv> {
  if (pool === true) return { LCOW_TEMPLATE: template, LCOW_RUN: (await bench.pool()).where.run };
  if (template === 'auto') await bench.template();
  return { LCOW_TEMPLATE: template };
}

/** Before each turn, and not in its time: what the variant uses up is there. @param count of the containers to come */
export async function renewVariant(bench: Bench, { pool }: Variant, count = 1): Promise<void> {
  if (pool === true) await (await bench.pool()).holds(count);
}
