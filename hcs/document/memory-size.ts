/** Memory sizes as HCS takes them. */

/** HCS takes even sizes; a fraction is left for the decoder to refuse. */
export function evenMiB(memoryMiB: number): number {
  return memoryMiB % 2 === 1 ? memoryMiB + 1 : memoryMiB;
}
