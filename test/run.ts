/**
 * Runs the tests: one process a file, each under a deadline, its process group killed when it is over, and
 * fails a file that ran no test. Ends with the line that CI reads: "N passed, N failed[, N skipped]".
 *
 *   node dist/test/run.js [--unit | --vm] [--jobs N] [word...]   words select files by part of their path
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { repositoryRoot } from './harness/repository-root.ts';
import { SHARED_TEMPLATE } from './harness/shared-template.ts';

interface Outcome {
  readonly file: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly string[];
}

const ROOT = fileURLToPath(new URL('.', import.meta.url));
const WINDOWS = join(ROOT, 'windows');
/** A unit file, a file that boots VMs. */
const DEADLINE_MS = { unit: 120_000, vm: 600_000 };

const args = process.argv.slice(2);
const words = args.filter((word, at) => !word.startsWith('--') && args[at - 1] !== '--jobs');
const files = findTests(ROOT).filter(
  (file) =>
    (!args.includes('--unit') || !isVm(file)) &&
    (!args.includes('--vm') || isVm(file)) &&
    words.every((word) => file.includes(word)),
);

const outcomes: Outcome[] = [];
const unitJobs = args.includes('--jobs') ? Number(args[args.indexOf('--jobs') + 1]) : 2;
await runAll(
  files.filter((file) => !isVm(file)),
  unitJobs,
);
const vmFiles = files.filter(isVm);
const templateHost = vmFiles.length > 0 ? await makeSharedTemplate() : undefined;
process.on('exit', () => {
  if (templateHost !== undefined) rmSync(templateHost, { recursive: true, force: true });
});
// A VM is one busy processor: as many files at once as there are, but no more than two, keeps deadlines meaningful.
await runAll(vmFiles, Math.min(2, availableParallelism()));
finish();

function isVm(file: string): boolean {
  return file.endsWith('.vm.test.js');
}

function findTests(folder: string): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    // test/windows has its own: npm run test:windows.
    if (entry.isDirectory()) found.push(...(path === WINDOWS ? [] : findTests(path)));
    else if (entry.name.endsWith('.test.js')) found.push(path);
  }
  return found.sort();
}

async function runAll(queue: string[], jobs: number): Promise<void> {
  const worker = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      outcomes.push(await runFile(file));
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}

/** See harness/shared-template.ts. Returns the folder that it is in; undefined where it cannot be made: then VMs boot. */
async function makeSharedTemplate(): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'lcow-test-template-'));
  const { NODE_EXTRA_CA_CERTS: _unused, ...inherited } = process.env;
  const data = join(folder, 'data');
  const child = spawn(join(repositoryRoot(), 'bin/lcow'), ['template', 'create'], {
    env: { ...inherited, LCOW_DATA: data, LCOW_RUN: join(folder, 'run') },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const code = await new Promise((resolve) => {
    child.on('error', resolve);
    child.on('close', resolve);
  });
  if (code === 0) {
    process.env[SHARED_TEMPLATE] = join(data, 'template');
    return folder;
  }
  process.stdout.write('no template can be made: VMs of all tests boot\n');
  rmSync(folder, { recursive: true, force: true });
  return undefined;
}

function runFile(file: string): Promise<Outcome> {
  const name = relative(ROOT, file).replace(/\.js$/, '.ts');
  const deadlineMs = isVm(file) ? DEADLINE_MS.vm : DEADLINE_MS.unit;
  const beginMs = performance.now();
  const { NODE_EXTRA_CA_CERTS: _unused, ...env } = process.env;
  const child = spawn(process.execPath, ['--enable-source-maps', file], {
    detached: true,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    killGroup(child.pid);
  }, deadlineMs);
  return new Promise((resolve) => {
    child.on('exit', () => setTimeout(() => killGroup(child.pid), 0));
    child.on('close', (code) => {
      clearTimeout(timer);
      const text = Buffer.concat(output).toString();
      const outcome = read(name, text, code, late && `no end within ${deadlineMs} ms`);
      const seconds = ((performance.now() - beginMs) / 1000).toFixed(1);
      const word = outcome.failed === 0 ? 'ok  ' : 'FAIL';
      process.stdout.write(`${word} ${name} (${outcome.passed} tests, ${seconds} s)\n`);
      for (const reason of outcome.skipped) process.stdout.write(`     skipped: ${reason}\n`);
      if (outcome.failed > 0) process.stdout.write(`${text}\n`);
      resolve(outcome);
    });
  });
}

function read(file: string, text: string, code: number | null, late: string | false): Outcome {
  const count = (label: string): number =>
    [...text.matchAll(new RegExp(`^\\s*${label}:?\\s+(\\d+)`, 'gm'))].reduce(
      (sum, [, n]) => sum + Number(n),
      0,
    );
  const skipped = [...text.matchAll(/^SKIP (.*)$/gm)].map(([, reason]) => reason ?? '');
  const total = count('Total');
  const passed = count('Passed');
  const ranNothing = total === 0 && skipped.length === 0;
  const failed = Math.max(total - passed, code === 0 && late === false && !ranNothing ? 0 : 1);
  if (ranNothing) process.stdout.write(`     ${file} ran no test${late ? `: ${late}` : ''}\n`);
  else if (late) process.stdout.write(`     ${file}: ${late}\n`);
  return { file, passed, failed, skipped };
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is gone already.
  }
}

function finish(): void {
  const sum = (pick: (outcome: Outcome) => number): number =>
    outcomes.reduce((total, outcome) => total + pick(outcome), 0);
  // Set-up runs the agent's own tests (cargo test) first and hands their count on: "<passed> <failed>".
  const rust = (process.env['LCOW_RUST_TESTS'] ?? '0 0').split(' ').map(Number);
  const failed = sum((outcome) => outcome.failed) + (rust[1] ?? 0);
  const passed = sum((outcome) => outcome.passed) + (rust[0] ?? 0);
  const skipped = sum((outcome) => outcome.skipped.length);
  for (const { file } of outcomes.filter((outcome) => outcome.failed > 0)) {
    process.stdout.write(`failed: ${file}\n`);
  }
  const tail = skipped > 0 ? `, ${skipped} skipped` : '';
  process.stdout.write(`${passed} passed, ${failed} failed${tail}\n`);
  process.exitCode = failed > 0 || outcomes.length === 0 ? 1 : 0;
}
