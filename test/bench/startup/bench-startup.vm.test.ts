/** `lcow bench startup` for real, as short as it can be: its file, and that nothing is left, killed or not. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseResult } from '../../../bench/startup/result.ts';
import { processesNaming, mountsNaming } from '../../harness/leftovers.ts';
import { watch } from '../../harness/lcow-host.ts';
import { repositoryRoot } from '../../harness/repository-root.ts';
import { skip } from '../../harness/skip.ts';

/** Of this test alone, so that what is left in it was left by it. Short: sockets' paths are. */
const folder = mkdtempSync(join(tmpdir(), 'lb-'));
const out = join(folder, 'result.json');

function bench(...args: string[]): ChildProcess {
  const { NODE_EXTRA_CA_CERTS: _slow, ...inherited } = process.env;
  return spawn(join(repositoryRoot(), 'bin/lcow'), ['bench', 'startup', ...args], {
    env: { ...inherited, TMPDIR: folder, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Folders of runs, processes and mounts that name them; awaited because the guard works after the run's end. */
async function left(): Promise<string[]> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const found = [
      ...readdirSync(folder).filter((name) => name.startsWith('lcow-bench-')),
      ...processesNaming(`${folder}/lcow-bench-`),
      ...mountsNaming(`${folder}/lcow-bench-`),
    ];
    if (found.length === 0 || performance.now() > deadline) return found;
    await delay(50);
  }
}

if (process.platform !== 'linux') {
  skip('VMs of this test are QEMU’s');
} else {
  test.after(() => rmSync(folder, { recursive: true, force: true }));

  test('a run writes a file that tells the boot in phases and traced, the exec, and where it was', async () => {
    const child = bench(
      ...['--runs', '1', '--warm-up', '0', '--scenario', 'cold', '--scenario', 'exec'],
      ...['--label', 'a test', '--out', out, '--trace-boot'],
    );
    const { code, stdout, stderr } = await watch(child).finished;
    assert.is(code, 0, stderr);
    assert.match(stdout, /^cold +lcow +ms +1 /m);
    const result = parseResult(readFileSync(out, 'utf8'), out);
    assert.equal([result.rounds, result.warmUp, result.label], [1, 0, 'a test']);
    const [cold] = result.series.filter(({ scenario }) => scenario === 'cold');
    const [sample] = cold?.samples ?? [];
    const phases = sample?.phases ?? [];
    const names = phases.map(({ name }) => name);
    for (const name of ['kernel', 'init', 'agent answers']) assert.ok(names.includes(name), name);
    const filled = phases.reduce((sum, { ms }) => sum + ms, 0);
    assert.ok(Math.abs(filled - (sample?.value ?? 0)) < 1, `${filled} of ${sample?.value}`);
    const exec = result.series.find((each) => each.scenario === 'exec' && each.subject === 'lcow');
    assert.is(exec?.samples.length, 5);
    const { initcalls = [], marks = [] } = result.bootTrace ?? {};
    assert.ok(initcalls.length > 100, `${initcalls.length} initcalls`);
    assert.ok(marks.some(({ name }) => name === 'agent'));
    assert.match(result.environment.kernelSha256, /^[0-9a-f]{64}$/);
    assert.match(result.environment.qemuSha256, /^[0-9a-f]{64}$/);
    // A peer is measured, or it is told why not.
    const runc = result.series.some((each) => each.subject === 'runc');
    assert.ok(
      runc || result.notes.some((note) => note.startsWith('exec, runc was not measured: ')),
    );
    assert.equal(await left(), []);
  });

  test('a run that is killed leaves nothing: its guard clears away', async () => {
    const child = bench('--runs', '9', '--scenario', 'exec', '--out', join(folder, 'never.json'));
    const ended = once(child, 'exit');
    await vmRuns();
    child.kill('SIGKILL');
    await ended;
    assert.equal(await left(), []);
    assert.not(existsSync(join(folder, 'never.json')));
  });
}

test.run();

/** Resolves when a VM of the run has its record. */
async function vmRuns(): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (performance.now() < deadline) {
    const files = readdirSync(folder, { recursive: true }).map(String);
    if (files.some((name) => /run\/vm\/[^/.]+\/record\.json$/.test(name))) return;
    await delay(50);
  }
  throw new Error('no VM was started');
}
