/**
 * Our own subjects come twice: VMs that boot, and VMs that are clones of a template, which is made before the first round.
 * Which is said to each start; nothing is left to what happens to be there.
 */
import type { Bench } from './bench.ts';

export interface Variant {
  /** "lcow", "lcow (template)". */
  readonly name: string;
  /** What the pod's shape says, and LCOW_TEMPLATE. */
  readonly template: 'auto' | 'none';
}

export const COLD_VARIANT: Variant = { name: 'lcow', template: 'none' };
export const TEMPLATE_VARIANT: Variant = { name: 'lcow (template)', template: 'auto' };
export const VARIANTS: readonly Variant[] = [COLD_VARIANT, TEMPLATE_VARIANT];

/** Why there is nothing to measure of a variant; undefined: there is. */
export function variantMissing({ template }: Variant): string | undefined {
  if (template === 'none' || process.platform === 'linux') return undefined;
  return `there are no templates on ${process.platform}`;
}

/** Has what the variant needs, and gives the environment of its commands. */
export async function prepareVariant(
  bench: Bench,
  { template }: Variant,
): Promise<NodeJS.ProcessEnv> {
  if (template === 'auto') await bench.template();
  return { LCOW_TEMPLATE: template };
}
