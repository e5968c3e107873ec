/** Bytes of which any four in a row tell where they are. */
const WORD_BYTES = 4;

export function patternAt(offset: number, length: number): Buffer {
  const first = Math.floor(offset / WORD_BYTES);
  const words = Math.ceil((offset + length) / WORD_BYTES) - first;
  const bytes = Buffer.alloc(words * WORD_BYTES);
  for (let word = 0; word < words; word += 1) {
    bytes.writeUInt32LE(first + word, word * WORD_BYTES);
  }
  const skip = offset - first * WORD_BYTES;
  return bytes.subarray(skip, skip + length);
}

/**
 * How many bytes of the pattern came twice, where each repetition goes on from some earlier byte.
 * @throws Error where a byte is missing or is another's
 */
export function repeatedBytes(received: Buffer, total: number): number {
  let [at, from, repeated] = [0, 0, 0];
  while (at < received.length) {
    const rest = received.subarray(at);
    const same = commonLength(rest, patternAt(from, Math.min(rest.length, total - from)));
    at += same;
    from += same;
    if (at === received.length) break;
    const back = backTo(received, at, from);
    if (back === undefined) throw new Error(`byte ${from} is missing or wrong`);
    repeated += from - back;
    from = back;
  }
  if (from !== total) throw new Error(`it ends at ${from}, not at ${total}`);
  return repeated;
}

function commonLength(a: Buffer, b: Buffer): number {
  const length = Math.min(a.length, b.length);
  if (a.subarray(0, length).equals(b.subarray(0, length))) return length;
  let low = 0;
  let high = length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (a.subarray(0, middle).equals(b.subarray(0, middle))) low = middle;
    else high = middle;
  }
  return low;
}

/** The byte of the pattern, before `from`, with which what stands at `at` begins. */
function backTo(received: Buffer, at: number, from: number): number | undefined {
  const next = received.subarray(at, at + 64);
  for (let back = from - 1; back >= Math.max(0, from - 200_000); back -= 1) {
    if (patternAt(back, next.length).equals(next)) return back;
  }
  return undefined;
}
