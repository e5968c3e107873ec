/**
 * Gives back what is resident of this process's own program, Node's 50 MB of machine code: what ran once, to start, is
 * not needed while a supervisor waits. The pages are the file's, unchanged, in the host's page cache; what runs again is
 * mapped again by a fault that reads nothing. Nothing of it is needed for the process to be right: where it cannot be
 * done, nothing is.
 */
import { readFileSync } from 'node:fs';

/** The mapping stays, its pages are dropped: those of a file that nobody wrote to come back as they were. */
const MADV_DONTNEED = 4;
const CODE_MAPPING = /^([0-9a-f]+)-([0-9a-f]+) r-xp [0-9a-f]+ \S+ \d+ +(\S.*)$/gm;

type Madvise = (address: bigint, length: bigint, advice: number) => number;

let madvise: Madvise | undefined;

/** Of the code of the program alone: what a loader has written into (relocations) is in other mappings. Never rejects. */
export async function dropProgramPages(): Promise<void> {
  if (process.platform !== 'linux') return;
  try {
    madvise ??= await loadMadvise();
    for (const { start, end } of codeOf(readFileSync('/proc/self/maps', 'latin1'))) {
      madvise(start, end - start, MADV_DONTNEED);
    }
  } catch {
    // Memory that could have been given back is kept.
  }
}

/** Private, executable, not writable mappings of the program's file. Pure. */
export function codeOf(
  maps: string,
  program: string = process.execPath,
): { start: bigint; end: bigint }[] {
  return [...maps.matchAll(CODE_MAPPING)]
    .filter(([, , , path]) => path === program)
    .map(([, start, end]) => ({ start: BigInt(`0x${start}`), end: BigInt(`0x${end}`) }));
}

async function loadMadvise(): Promise<Madvise> {
  const { default: koffi } = await import('koffi');
  // The process itself: node is linked to the C library. No pointer of ours is handed over: the kernel takes the range.
  const library = koffi.load(null);
  return library.func(
    'int madvise(uint64_t address, uint64_t length, int advice)',
  ) as unknown as Madvise;
}
