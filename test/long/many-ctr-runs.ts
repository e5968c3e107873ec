/**
 * Many `ctr run --rm`, one after another and at once, each in a VM of its own, and as many again in one pod: nothing is
 * left behind and what is used does not grow. Run by `npm run test:long [SEQUENTIAL [AT_ONCE]]`, not with the tests: it
 * takes a quarter of an hour and more.
 *
 * Prints what the host has at the start, in the middle and at the end, and exits 1 where it grew.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { ContainerdHost, containerdMissing } from '../harness/containerd.ts';
import { skip } from '../harness/skip.ts';

const SEQUENTIAL = Number(process.argv[2] ?? 200);
const AT_ONCE = Number(process.argv[3] ?? 20);
const GROUP = ['--annotation', 'io.containerd.runc.v2.group=witness'];
/** What may be there more at the end than in the middle: noise of allocators and of the host. */
const GROWTH = {
  supervisorMiB: 16,
  holderMiB: 1,
  usedMiB: 512,
  descriptors: 8,
  processes: 0,
  mounts: 0,
  files: 8,
};
type Sample = Record<keyof typeof GROWTH, number>;

const problems: string[] = [];

function kilobytes(file: string, field: string): number {
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(file, 'utf8'))?.[1] ?? 0);
}

/** Of the witness's processes, a supervisor, a holder and a VMM; what pods of runs that just ended had is gone soon. */
async function take(host: ContainerdHost, name: string): Promise<Sample> {
  const deadline = Date.now() + 20_000;
  while (host.pids('qemu-system').length > 1 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const [supervisor = 0] = host.pids('lcow-supervisor');
  const [holder = 0] = host.pids('lcow-holder shim');
  const mib = (file: string, field: string): number => Math.round(kilobytes(file, field) / 1024);
  const sample: Sample = {
    supervisorMiB: mib(`/proc/${supervisor}/status`, 'VmRSS'),
    holderMiB: mib(`/proc/${holder}/status`, 'VmRSS'),
    usedMiB: mib('/proc/meminfo', 'MemTotal') - mib('/proc/meminfo', 'MemAvailable'),
    descriptors: [supervisor, holder].reduce(
      (sum, pid) => sum + readdirSync(`/proc/${pid}/fd`).length,
      0,
    ),
    processes: host.pids('').length,
    mounts: readFileSync('/proc/self/mountinfo', 'utf8').split('\n').length,
    files: readdirSync(host.run, { recursive: true }).length,
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

async function runOnce(host: ContainerdHost, options: string[], id: string): Promise<void> {
  const status = id.length % 7;
  const script = `echo out ${id}; exit ${status}`;
  const args = host.runArguments(['--rm', ...options], id, 'sh', '-c', script);
  const { code, stdout, stderr } = await host.ctr(...args);
  if (code === status && stdout === `out ${id}\n`) return;
  problems.push(`run ${id}: exit ${code}, ${JSON.stringify(stdout)}, ${JSON.stringify(stderr)}`);
}

async function main(): Promise<void> {
  // Twenty VMs that boot at once on two processors have a minute of work each.
  await using host = await ContainerdHost.start({ deadlineMs: 600_000 });
  const began = performance.now();
  await host.ok(...host.runArguments(['-d', ...GROUP], 'witness', 'sleep', '1000000'));
  for (const [kind, options] of [
    ['in the pod', GROUP],
    ['alone', []],
  ] as const) {
    const name = kind === 'alone' ? 'alone' : 'member';
    // The first fills caches: of compiled code, of the guest.
    await runOnce(host, [...options], `${name}-first`);
    const start = await take(host, `${kind}: start`);
    const half = SEQUENTIAL >> 1;
    for (let n = 0; n < half; n += 1) await runOnce(host, [...options], `${name}-${n}`);
    const middle = await take(host, `${kind}: after ${half}`);
    for (let n = half; n < SEQUENTIAL; n += 1) await runOnce(host, [...options], `${name}-${n}`);
    const end = await take(host, `${kind}: after ${SEQUENTIAL}`);
    const many = Array.from({ length: AT_ONCE }, (_, n) =>
      runOnce(host, [...options], `${name}-at-once-${n}`),
    );
    await Promise.all(many);
    const last = await take(host, `${kind}: after ${AT_ONCE} at once`);
    compare(`${kind}, first half`, start, middle);
    compare(`${kind}, second half`, middle, end);
    compare(`${kind}, at once`, end, last);
  }
  await host.remove('witness');
  problems.push(...(await host.settledLeftovers()).map((line) => `left behind: ${line}`));
  console.log(`${Math.round((performance.now() - began) / 1000)} s`);
  for (const problem of problems) console.error(problem);
  console.log(problems.length === 0 ? 'nothing is left behind, nothing grew' : 'FAILED');
  process.exitCode = problems.length === 0 ? 0 : 1;
}

const missing = containerdMissing();
if (missing === undefined) await main();
else skip(missing);
