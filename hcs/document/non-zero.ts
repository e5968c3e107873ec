/** What Go's omitempty leaves of an object: documents are written as hcsshim writes them. */

/** The members that are neither undefined, zero nor false. */
export function nonZero<T extends Record<string, number | boolean | undefined>>(
  members: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept = Object.entries(members).filter(
    ([, value]) => value !== undefined && value !== 0 && value !== false,
  );
  return Object.fromEntries(kept) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
