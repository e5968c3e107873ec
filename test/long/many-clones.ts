/**
 * Clones of one template, a hundred of them, some at once: no two share a boot id, a uuid or a random byte sequence, and
 * nothing is left of them. Run by `npm run test:long`; `node dist/test/long/many-clones.js [CLONES] [AT_ONCE]`.
 */
import { LcowHost } from '../harness/lcow-host.ts';

const CLONES = Number(process.argv[2] ?? 100);
const AT_ONCE = Number(process.argv[3] ?? 4);
const SCRIPT =
  'cat /proc/sys/kernel/random/boot_id; cat /proc/sys/kernel/random/uuid; ' +
  'head -c 24 /dev/urandom | base64; hostname';
const LINES = 4;

const host = new LcowHost();
const problems: string[] = [];
const seen = new Map<string, number>();
let cold = 0;

async function clone(n: number): Promise<void> {
  const { code, stdout, stderr } = await host.lcow(
    ...['run', '--rm', '--network', 'none', '--timeline', host.busybox, 'sh', '-c', SCRIPT],
  );
  const lines = stdout.trim().split('\n');
  if (code !== 0 || lines.length !== LINES) problems.push(`clone ${n}: exit ${code}, ${stderr}`);
  // A kernel's own phase: it booted.
  if (/^kernel /m.test(stderr)) cold += 1;
  for (const line of lines) {
    const other = seen.get(line);
    if (other !== undefined) problems.push(`clones ${other} and ${n} share ${line}`);
    seen.set(line, n);
  }
}

try {
  const began = performance.now();
  await host.ok('template', 'create');
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < CLONES) await clone((next += 1));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const seconds = (performance.now() - began) / 1000;
  console.log(
    `${CLONES} clones, ${AT_ONCE} at once, in ${seconds.toFixed(0)} s: ${seen.size} lines`,
  );
  if (cold > 0) problems.push(`${cold} of them booted`);
  problems.push(...(await host.settledLeftovers()));
} finally {
  await host[Symbol.asyncDispose]();
}
for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? 'no two alike, nothing left' : 'FAILED');
process.exitCode = problems.length === 0 ? 0 : 1;
