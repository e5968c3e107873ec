/**
 * The difference of two texts as `diff -u` and `patch` have it: one hunk from the first line that differs to the last,
 * with three lines around. What set-up changes is one place of a file, for which this is what diff would print. Pure.
 */

const CONTEXT_LINES = 3;

/**
 * @param before undefined: there is no such file; then, and where nothing is after, the name is /dev/null
 * @returns empty where both are the same
 */
export function unifiedDifference(
  path: string,
  before: string | undefined,
  after: string | undefined,
): string {
  if (before === after) return '';
  const old = linesOf(before ?? '');
  const now = linesOf(after ?? '');
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head += 1;
  let tail = 0;
  while (
    tail < old.length - head &&
    tail < now.length - head &&
    old[old.length - 1 - tail] === now[now.length - 1 - tail]
  ) {
    tail += 1;
  }
  const from = Math.max(0, head - CONTEXT_LINES);
  const around = Math.min(tail, CONTEXT_LINES);
  const oldEnd = old.length - tail;
  const nowEnd = now.length - tail;
  const body = [
    ...old.slice(from, head).map((line) => ` ${line}`),
    ...old.slice(head, oldEnd).map((line) => `-${line}`),
    ...now.slice(head, nowEnd).map((line) => `+${line}`),
    ...old.slice(oldEnd, oldEnd + around).map((line) => ` ${line}`),
  ];
  const ranges = `-${range(from, oldEnd + around)} +${range(from, nowEnd + around)}`;
  const names = [
    before === undefined ? '/dev/null' : path,
    after === undefined ? '/dev/null' : path,
  ];
  return `--- ${names[0]}\n+++ ${names[1]}\n@@ ${ranges} @@\n${body.map(ended).join('')}`;
}

/** With their line ends; a last line without one says so as it differs from one with. */
function linesOf(text: string): string[] {
  return text === '' ? [] : text.split(/(?<=\n)/);
}

function ended(line: string): string {
  return line.endsWith('\n') ? line : `${line}\n\\ No newline at end of file\n`;
}

/** "first,count" from 1; of no lines, the line before and 0. */
function range(from: number, end: number): string {
  const count = end - from;
  return `${count === 0 ? from : from + 1},${count}`;
}
