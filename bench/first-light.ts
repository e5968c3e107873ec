/**
 * The first benchmark: what a start costs, phase by phase; what an exec costs; what loading the launcher costs.
 * Runs are interleaved, one is thrown in before as warm-up (told, not counted), every sample goes into the JSON.
 *
 *   node dist/bench/first-light.js [--runs N] [--out FILE]
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Lcow } from '../runtime/lcow.ts';
import { packageRoot } from '../linuxkit/manifest.ts';
import { summarize } from './statistics.ts';

const { values } = parseArgs({ options: { runs: { type: 'string' }, out: { type: 'string' } } });
const RUNS = Number(values.runs ?? 10);
const ROOT = packageRoot() ?? '.';
const BUSYBOX = join(ROOT, 'build/images/busybox');
const { NODE_EXTRA_CA_CERTS: _slow, ...ENV } = process.env;

interface Phase {
  name: string;
  side: 'host' | 'guest';
  tookMs: number;
}

const folder = mkdtempSync(join(tmpdir(), 'lcow-bench-'));
try {
  const results = { environment: environment(), ...coldStarts(), execMs: await execs() };
  if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(results, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** `lcow run --rm busybox true` and `lcow version`'s launcher, interleaved with a bare node. */
function coldStarts() {
  const wallMs: number[] = [];
  const launcherMs: number[] = [];
  const nodeMs: number[] = [];
  const phases = new Map<string, { side: string; samples: number[] }>();
  const timeline = join(folder, 'timeline.json');
  for (let run = 0; run <= RUNS; run += 1) {
    const wall = timed('bin/lcow', ['run', '--rm', '--timeline-json', timeline, BUSYBOX, 'true']);
    const launcher = timed('bin/lcow', ['run', '--help']);
    const node = timed(process.execPath, ['-e', '0']);
    // The first run imports the image and fills the page cache.
    if (run === 0) continue;
    wallMs.push(wall);
    launcherMs.push(launcher);
    nodeMs.push(node);
    const read = JSON.parse(readFileSync(timeline, 'utf8')) as { phases: Phase[] };
    for (const { name, side, tookMs } of read.phases) {
      const known = phases.get(name) ?? { side, samples: [] };
      known.samples.push(tookMs);
      phases.set(name, known);
    }
  }
  print('lcow run --rm busybox true, wall', wallMs);
  for (const [name, { side, samples }] of phases) print(`  ${side} ${name}`, samples);
  print('launcher: lcow run --help', launcherMs);
  print('node -e 0', nodeMs);
  return { wallMs, launcherMs, nodeMs, phases: Object.fromEntries(phases) };
}

/** exec of `true` in a running container, from the call to the exit at its client. */
async function execs(): Promise<number[]> {
  const lcow = Lcow.open({ data: join(folder, 'data'), run: join(folder, 'run') });
  const samples: number[] = [];
  await using container = await lcow.run({ image: BUSYBOX, command: ['sleep', '100000'] });
  for (let n = 0; n < RUNS * 10 + 10; n += 1) {
    const beginMs = performance.now();
    const exec = await container.exec({ args: ['true'] });
    await exec.exited;
    if (n >= 10) samples.push(performance.now() - beginMs);
  }
  print('exec true, call to exit', samples);
  return samples;
}

function timed(command: string, args: readonly string[]): number {
  const env = { ...ENV, LCOW_DATA: join(folder, 'data'), LCOW_RUN: join(folder, 'run') };
  const beginMs = performance.now();
  const { status, stderr } = spawnSync(command, args, { cwd: ROOT, env, encoding: 'utf8' });
  const tookMs = performance.now() - beginMs;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} exited ${status}: ${stderr}`);
  return tookMs;
}

function print(what: string, samples: readonly number[]): void {
  const { count, median, p90, max } = summarize(samples);
  const cells = [median, p90, max].map((ms) => ms.toFixed(1).padStart(9));
  process.stdout.write(
    `${what.padEnd(44)} n=${String(count).padEnd(4)} median/p90/max ms ${cells.join('')}\n`,
  );
}

function environment(): Record<string, string> {
  const versions = execFileSync(join(ROOT, 'bin/lcow'), ['version', '--format', 'json'], {
    env: ENV,
  });
  return JSON.parse(versions.toString()) as Record<string, string>;
}
