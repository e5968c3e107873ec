/**
 * What the task service costs: exec at the supervisor and as a command, `lcow ps` with fifty containers, the
 * supervisor's memory, and the throughput of stdout beside the same under runc. Runs of one table are interleaved with
 * their peers; every sample goes into the JSON.
 *
 *   node dist/bench/task-service.js [--runs N] [--out FILE]
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../linuxkit/manifest.ts';
import { Lcow } from '../runtime/lcow.ts';
import { summarize } from './statistics.ts';

const { values } = parseArgs({ options: { runs: { type: 'string' }, out: { type: 'string' } } });
const RUNS = Number(values.runs ?? 20);
const PS_CONTAINERS = 50;
const STREAM_MIB = 64;
const ROOT = packageRoot() ?? '.';
const BUSYBOX = join(ROOT, 'build/images/busybox');
const { NODE_EXTRA_CA_CERTS: _slow, ...ENV } = process.env;

const folder = mkdtempSync(join(tmpdir(), 'lcow-bench-'));
const env = { ...ENV, LCOW_DATA: join(folder, 'data'), LCOW_RUN: join(folder, 'run') };
const name = 'bench';

try {
  lcow('run', '-d', '--name', name, BUSYBOX, 'sleep', '1000000');
  const results = {
    supervisorRssMiB: { idle: await supervisorRssMiB() } as Record<string, number>,
    ...(await execs()),
    ps: ps(),
    stdout: await stdoutThroughput(),
  };
  results.supervisorRssMiB['afterExecs'] = await supervisorRssMiB();
  for (const [when, mib] of Object.entries(results.supervisorRssMiB)) {
    process.stdout.write(`supervisor resident, ${when}: ${mib.toFixed(1)} MiB\n`);
  }
  if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(results, null, 2)}\n`);
} finally {
  spawnSync('bin/lcow', ['rm', '-f', name], { cwd: ROOT, env });
  rmSync(folder, { recursive: true, force: true });
}

/** exec of `true`: at the supervisor, as a command; `node -e 0` and `runc exec` beside. */
async function execs() {
  await using host = Lcow.open({ data: env.LCOW_DATA, run: env.LCOW_RUN });
  await using container = host.container(name);
  const supervisorMs: number[] = [];
  const commandMs: number[] = [];
  const nodeMs: number[] = [];
  for (let run = 0; run < RUNS + 3; run += 1) {
    const many: number[] = [];
    for (let n = 0; n < 10; n += 1) {
      const beginMs = performance.now();
      const exec = await container.exec({ args: ['true'] });
      await exec.exited;
      many.push(performance.now() - beginMs);
    }
    const command = timed(() => lcow('exec', name, 'true'));
    const node = timed(() => spawnSync(process.execPath, ['-e', '0'], { env }));
    // The first rounds warm caches up.
    if (run < 3) continue;
    supervisorMs.push(...many);
    commandMs.push(command);
    nodeMs.push(node);
  }
  print('exec true at the supervisor, call to exit', supervisorMs);
  print('lcow exec NAME true, the command', commandMs);
  print('node -e 0', nodeMs);
  return { supervisorMs, commandMs, nodeMs };
}

/** `lcow ps -a` with fifty containers, one of them running. */
function ps(): number[] {
  for (let n = 1; n < PS_CONTAINERS; n += 1) lcow('create', '--name', `ps-${n}`, BUSYBOX, 'true');
  const samples: number[] = [];
  for (let run = 0; run < RUNS + 1; run += 1) {
    const tookMs = timed(() => lcow('ps', '-a'));
    if (run > 0) samples.push(tookMs);
  }
  print(`lcow ps -a, ${PS_CONTAINERS} containers`, samples);
  return samples;
}

/** MiB/s of a container's stdout at the end of a pipe: lcow with and without a log, runc. */
async function stdoutThroughput(): Promise<Record<string, number[]>> {
  // By 64 KiB: busybox's `head` makes every byte by itself, which is what an emulated guest would then be measured by.
  const zeros = `dd if=/dev/zero bs=64k count=${STREAM_MIB * 16} 2>/dev/null`;
  const rates: Record<string, number[]> = {};
  const runc = runcBundle(zeros);
  if (runc === undefined) {
    process.stdout.write('runc is not installed (apt install runc): no peer for the throughput\n');
  }
  for (let run = 0; run < 3; run += 1) {
    const measured: Record<string, string[]> = {
      'lcow exec': [join(ROOT, 'bin/lcow'), 'exec', name, 'sh', '-c', zeros],
      'lcow run, json-file': [join(ROOT, 'bin/lcow'), 'run', '--rm', BUSYBOX, 'sh', '-c', zeros],
      'lcow run, no log': [
        ...[join(ROOT, 'bin/lcow'), 'run', '--rm', '--log-driver', 'none'],
        ...[BUSYBOX, 'sh', '-c', zeros],
      ],
      ...(runc === undefined ? {} : { runc: ['runc', 'run', '-b', runc, `lcow-bench-${run}`] }),
    };
    for (const [what, [command = '', ...args]] of Object.entries(measured)) {
      (rates[what] ??= []).push(await mibPerSecond(command, args));
    }
  }
  for (const [what, samples] of Object.entries(rates)) {
    const { median, min, max } = summarize(samples);
    const cells = [median, min, max].map((rate) => rate.toFixed(0).padStart(7));
    process.stdout.write(
      `stdout ${what.padEnd(37)} n=${samples.length} median/min/max MiB/s ${cells.join('')}\n`,
    );
  }
  return rates;
}

/** From the first byte to the last, so that booting a VM is not counted. */
function mibPerSecond(command: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let bytes = 0;
    let beganMs = 0;
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stdout.on('data', (chunk: Buffer) => {
      if (bytes === 0) beganMs = performance.now();
      bytes += chunk.length;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      const seconds = (performance.now() - beganMs) / 1000;
      if (code === 0 && bytes === STREAM_MIB << 20) resolve(STREAM_MIB / seconds);
      else
        reject(
          new Error(`${command} ${args.join(' ')} gave ${bytes} bytes, exit ${code}: ${said}`),
        );
    });
  });
}

/** A bundle of busybox for runc; undefined where runc is not installed. */
function runcBundle(command: string): string | undefined {
  if (spawnSync('runc', ['--version']).status !== 0 || !existsSync('/bin/busybox'))
    return undefined;
  const bundle = join(folder, 'runc');
  mkdirSync(join(bundle, 'rootfs/bin'), { recursive: true });
  cpSync('/bin/busybox', join(bundle, 'rootfs/bin/sh'));
  spawnSync('runc', ['spec'], { cwd: bundle });
  const file = join(bundle, 'config.json');
  const spec = JSON.parse(readFileSync(file, 'utf8')) as { process: Record<string, unknown> };
  Object.assign(spec.process, {
    terminal: false,
    args: ['/bin/sh', '-c', command.replace(/^head/, 'busybox head')],
  });
  cpSync('/bin/busybox', join(bundle, 'rootfs/bin/busybox'));
  writeFileSync(file, JSON.stringify(spec));
  return bundle;
}

async function supervisorRssMiB(): Promise<number> {
  await using handle = Lcow.open({ data: env.LCOW_DATA, run: env.LCOW_RUN }).container(name);
  const { supervisorPid } = await handle.describePod();
  const status = readFileSync(`/proc/${supervisorPid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
}

function lcow(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('bin/lcow', args, {
    cwd: ROOT,
    env,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`lcow ${args.join(' ')} exited ${status}: ${stderr}`);
  return stdout;
}

function timed(work: () => unknown): number {
  const beginMs = performance.now();
  work();
  return performance.now() - beginMs;
}

function print(what: string, samples: readonly number[]): void {
  const { count, median, p90, max } = summarize(samples);
  const cells = [median, p90, max].map((ms) => ms.toFixed(1).padStart(9));
  process.stdout.write(
    `${what.padEnd(44)} n=${String(count).padEnd(4)} median/p90/max ms ${cells.join('')}\n`,
  );
}
