/**
 * Many runs, one after another and at once: nothing is left behind and what is used does not grow. Run by
 * `npm run test:long [SEQUENTIAL [AT_ONCE]]`, not with the tests: it takes a quarter of an hour and more.
 *
 * Prints what the host has at the start, in the middle and at the end, and exits 1 where it grew.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { LcowHost, processesOf } from '../harness/lcow-host.ts';

const SEQUENTIAL = Number(process.argv[2] ?? 200);
const AT_ONCE = Number(process.argv[3] ?? 20);
/** A supervisor that serves through it all, looked at for memory and file descriptors. */
const WITNESS = 'witness';
/** What may be there more at the end than in the middle: noise of allocators and of the host. */
const GROWTH = { witnessMiB: 16, usedMiB: 512, descriptors: 8, processes: 0, mounts: 0, files: 4 };

type Sample = Record<keyof typeof GROWTH, number>;

const host = new LcowHost();
const problems: string[] = [];

/** What the witness has: a supervisor and a QEMU. Pods of runs that just ended are gone a moment after them. */
const OF_WITNESS = 2;

async function take(name: string): Promise<Sample> {
  const deadline = Date.now() + 20_000;
  while (processesOf(host.folder).length > OF_WITNESS && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const supervisor = processesOf(host.folder).find((line) => / lcow-supervisor /.test(line));
  const pid = supervisor?.split(' ')[0] ?? '';
  const memory = (file: string, field: string): number =>
    Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(file, 'utf8'))?.[1] ?? 0) / 1024;
  const sample: Sample = {
    witnessMiB: Math.round(memory(`/proc/${pid}/status`, 'VmRSS')),
    usedMiB: Math.round(
      memory('/proc/meminfo', 'MemTotal') - memory('/proc/meminfo', 'MemAvailable'),
    ),
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    processes: processesOf(host.folder).length,
    mounts: readFileSync('/proc/self/mountinfo', 'utf8').split('\n').length,
    files: readdirSync(host.folder, { recursive: true }).length,
  };
  const text = Object.entries(sample).map(([key, value]) => `${key} ${value}`);
  console.log(`${name.padEnd(28)} ${text.join('  ')}`);
  return sample;
}

function compare(what: string, before: Sample, after: Sample): void {
  for (const [key, allowed] of Object.entries(GROWTH) as [keyof Sample, number][]) {
    const grown = after[key] - before[key];
    if (grown > allowed) problems.push(`${what}: ${key} grew by ${grown}, allowed are ${allowed}`);
  }
}

async function runOnce(n: number): Promise<void> {
  const script = `echo out ${n}; exit ${n % 7}`;
  const { code, stdout, stderr } = await host.lcow('run', '--rm', host.busybox, 'sh', '-c', script);
  if (code === n % 7 && stdout === `out ${n}\n`) return;
  problems.push(`run ${n}: exit ${code}, ${JSON.stringify(stdout)}, ${JSON.stringify(stderr)}`);
}

try {
  const began = performance.now();
  await host.ok('run', '-d', '--name', WITNESS, host.busybox, 'sleep', '1000000');
  // The first fills caches: of layers, of digests, of compiled code.
  await runOnce(1);
  const start = await take('start');
  const half = SEQUENTIAL >> 1;
  for (let n = 0; n < half; n += 1) await runOnce(n);
  const middle = await take(`after ${half} runs`);
  for (let n = half; n < SEQUENTIAL; n += 1) await runOnce(n);
  const end = await take(`after ${SEQUENTIAL} runs`);
  await Promise.all(Array.from({ length: AT_ONCE }, (_, n) => runOnce(n)));
  const last = await take(`after ${AT_ONCE} at once`);
  compare('first half', start, middle);
  compare('second half', middle, end);
  compare('at once', end, last);
  await host.ok('rm', '-f', WITNESS);
  problems.push(...(await host.settledLeftovers()).map((line) => `left behind: ${line}`));
  console.log(`${Math.round((performance.now() - began) / 1000)} s`);
} finally {
  await host[Symbol.asyncDispose]();
}
for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? 'nothing is left behind, nothing grew' : 'FAILED');
process.exitCode = problems.length === 0 ? 0 : 1;
