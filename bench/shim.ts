/**
 * `ctr run --rm <busybox> true` by our shim and by runc's on one real containerd, interleaved: what it costs and where
 * that goes, the wall time of the shims' `start` and `delete`, the memory of a pod's host processes. Ours comes twice, by
 * Node and with its commands handed over to a pool's daemon, which parks nothing here (another run folder).
 *
 * Phases end where containerd's log says so (its clock is this host's): Create, Start, the exit and Delete when their
 * event arrives, the shim's end when its connection closes. `start` and `delete` are timed around the binaries, by
 * a wrapper that both runtimes have. Two runs are thrown in before as warm-up (told, not counted).
 *
 *   node dist/bench/shim.js [--runs N] [--out FILE]
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  ContainerdHost,
  containerdMissing,
  LCOW_RUNTIME,
  RUNC_RUNTIME,
} from '../test/harness/containerd.ts';
import { repositoryRoot } from '../test/harness/repository-root.ts';
import { summarize } from './statistics.ts';

const { values } = parseArgs({ options: { runs: { type: 'string' }, out: { type: 'string' } } });
const RUNS = Number(values.runs ?? 15);
const WARM_UPS = 2;
const SHIMS = { lcow: LCOW_RUNTIME, handed: LCOW_RUNTIME, runc: RUNC_RUNTIME };
type Peer = keyof typeof SHIMS;
const PEERS = Object.keys(SHIMS) as Peer[];

/** Phases in order, with where each ends. */
const PHASES = [
  'ctr, until the shim is started',
  'start, the binary',
  'Create',
  'Start',
  'until the exit is told',
  'Delete',
  'Shutdown, until the connection closes',
  'delete, the binary',
  'ctr, to its end',
] as const;

type Samples = Record<string, number[]>;

const missing = containerdMissing();
if (missing === undefined) await main();
else {
  process.stdout.write(`${missing}\n`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  await using host = await ContainerdHost.start();
  const poolRun = join(host.folder, 'pool-run');
  const binaries = wrapShims(host, poolRun);
  pool(host, poolRun, 'start', '--size', '1', '--memory-ceiling', '1m');
  const samples: Record<Peer, Samples> = { lcow: {}, handed: {}, runc: {} };
  for (let run = 0; run < RUNS + WARM_UPS; run += 1) {
    for (const peer of PEERS) {
      const phases = await timedRun(host, binaries, peer, `${peer}-${run}`);
      if (run < WARM_UPS) continue;
      for (const [name, ms] of Object.entries(phases)) (samples[peer][name] ??= []).push(ms);
    }
  }
  for (const peer of PEERS) print(peer, samples[peer]);
  pool(host, poolRun, 'status');
  pool(host, poolRun, 'stop');
  const memory = { lcow: await memoryOf(host, 'lcow'), runc: await memoryOf(host, 'runc') };
  for (const [peer, processes] of Object.entries(memory)) {
    for (const [name, { rssMiB, pssMiB }] of Object.entries(processes)) {
      const cells = `${rssMiB.toFixed(1)} MiB resident, ${pssMiB.toFixed(1)} its share`;
      process.stdout.write(`${peer} memory of a pod, ${name}: ${cells}\n`);
    }
  }
  if (values.out !== undefined) {
    writeFileSync(values.out, `${JSON.stringify({ samples, memory }, null, 2)}\n`);
  }
}

/** `lcow pool`, in the run folder of those whose commands are handed over. */
function pool(host: ContainerdHost, run: string, ...args: string[]): void {
  const program = join(repositoryRoot(), 'bin/lcow');
  const env = { ...host.env, LCOW_RUN: run };
  const { status } = spawnSync(program, ['pool', ...args], { env, stdio: 'inherit' });
  if (status !== 0) throw new Error(`lcow pool ${args.join(' ')} exited ${status}`);
}

/**
 * Puts a wrapper that writes down when it began and ended before each shim's binary.
 * @param poolRun the run folder of containers that are called so
 * @returns where it writes
 */
function wrapShims(host: ContainerdHost, poolRun: string): string {
  const bin = join(host.folder, 'bin');
  const log = join(host.folder, 'binaries');
  writeFileSync(log, '');
  renameSync(join(bin, 'containerd-shim-lcow-v1'), join(bin, 'lcow-shim'));
  const targets = {
    'containerd-shim-lcow-v1': join(bin, 'lcow-shim'),
    'containerd-shim-runc-v2': '/usr/bin/containerd-shim-runc-v2',
  };
  for (const [name, target] of Object.entries(targets)) {
    const lines = [
      '#!/bin/bash',
      `[[ "$*" == *"-id handed-"* ]] && export LCOW_RUN=${poolRun}`,
      'began=$EPOCHREALTIME',
      `${target} "$@"`,
      'status=$?',
      // Only what containerd calls has an action; the runc shim calls itself for its daemon.
      `[[ \${!#} == start || \${!#} == delete ]] && echo "$* $began $EPOCHREALTIME" >> ${log}`,
      'exit $status',
      '',
    ];
    writeFileSync(join(bin, name), lines.join('\n'));
    chmodSync(join(bin, name), 0o755);
  }
  return log;
}

async function timedRun(
  host: ContainerdHost,
  binaries: string,
  peer: Peer,
  id: string,
): Promise<Record<string, number>> {
  const logged = host.log.length;
  const args = runArguments(host, peer, ['--rm'], id, 'true');
  const beganMs = performance.timeOrigin + performance.now();
  const { code, stderr } = await host.ctr(...args);
  const endedMs = performance.timeOrigin + performance.now();
  if (code !== 0) throw new Error(`ctr ${args.join(' ')} exited ${code}: ${stderr}`);
  const log = host.log.slice(logged);
  const [startBegan, startEnded] = binaryTimes(binaries, id, 'start');
  const [deleteBegan, deleteEnded] = binaryTimes(binaries, id, 'delete');
  const told = (topic: string): number =>
    logTime(log, new RegExp(`msg="event forwarded".* topic=/tasks/${topic} `));
  const closed = logTime(log, new RegExp(`msg="shim disconnected" id=${id}`));
  const ends = [
    ...[startBegan, startEnded, told('create'), told('start'), told('exit'), told('delete')],
    ...[closed, deleteEnded, endedMs],
  ];
  const phases: Record<string, number> = { wall: endedMs - beganMs };
  for (const [at, name] of PHASES.entries()) {
    phases[name] = (ends[at] ?? Number.NaN) - (at === 0 ? beganMs : (ends[at - 1] ?? Number.NaN));
  }
  phases['delete, the binary'] = deleteEnded - deleteBegan;
  return phases;
}

function runArguments(
  host: ContainerdHost,
  peer: Peer,
  options: readonly string[],
  id: string,
  ...command: string[]
): string[] {
  const args = host.runArguments(options, id, ...command);
  args[args.indexOf('--runtime') + 1] = SHIMS[peer];
  return args;
}

/** When the binary was called for `id` and when it ended, in milliseconds since 1970. */
function binaryTimes(file: string, id: string, action: string): [number, number] {
  const line = readFileSync(file, 'utf8')
    .split('\n')
    .findLast((each) => each.includes(`-id ${id} `) && each.includes(` ${action} `));
  const [began, ended] = (line ?? '').split(' ').slice(-2).map(Number);
  return [(began ?? Number.NaN) * 1000, (ended ?? Number.NaN) * 1000];
}

/** The time of the first line that matches, in milliseconds since 1970, with fractions. */
function logTime(log: string, wanted: RegExp): number {
  const line = log.split('\n').find((each) => wanted.test(each)) ?? '';
  const [, seconds = '', fraction = '0'] = /^time="([^".]+)\.(\d+)Z"/.exec(line) ?? [];
  return Date.parse(`${seconds}Z`) + Number(`0.${fraction}`) * 1000;
}

type Memory = Record<string, { readonly rssMiB: number; readonly pssMiB: number }>;

/** Of what runs on the host for one idle container, the VMM apart. */
async function memoryOf(host: ContainerdHost, peer: 'lcow' | 'runc'): Promise<Memory> {
  const id = `${peer}-memory`;
  await host.ok(...runArguments(host, peer, ['-d'], id, 'sleep', '100000'));
  const programs = {
    lcow: { supervisor: 'lcow-supervisor', holder: 'lcow-holder shim', VMM: 'qemu-system' },
    runc: { shim: 'containerd-shim-runc-v2' },
  };
  const found: Memory = {};
  for (const [name, text] of Object.entries(programs[peer])) {
    const [pid = 0] = host.pids(text);
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    const mib = (field: string): number =>
      Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(rollup)?.[1]) / 1024;
    found[name] = { rssMiB: mib('Rss'), pssMiB: mib('Pss') };
  }
  await host.remove(id);
  return found;
}

function print(peer: Peer, samples: Samples): void {
  const row = (name: string, of: readonly number[]): void => {
    const { count, median, p90, max } = summarize(of);
    const cells = [median, p90, max].map((ms) => ms.toFixed(1).padStart(9));
    process.stdout.write(
      `${name.padEnd(46)} n=${String(count).padEnd(4)} median/p90/max ms ${cells.join('')}\n`,
    );
  };
  row(`${peer}: ctr run --rm busybox true`, samples['wall'] ?? []);
  for (const name of PHASES) row(`  ${name}`, samples[name] ?? []);
}
