/**
 * The guest's kernel, built for real from the distribution's source: whole, once more with nothing to do, and a second
 * time elsewhere, bit-identical to the first. Run by `npm run test:long`, not with the tests: it takes five minutes
 * a build on two idle cores. `node dist/test/long/kernel-build.js [FRAGMENT...]` builds of some fragments only.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildKernel, type BuildKernelResult } from '../../linuxkit/kernel/build-kernel.ts';
import { missingTools } from '../../linuxkit/kernel/build-tools.ts';
import { findKernelSource } from '../../linuxkit/kernel/kernel-source.ts';
import { missingOptions } from '../../linuxkit/kernel/needed-options.ts';
import { skip } from '../harness/skip.ts';

const fragments = process.argv.slice(2);
const problems: string[] = [];
const why = whyNot();
if (why === undefined) await main();
else skip(why);

function whyNot(): string | undefined {
  try {
    const missing = missingTools(findKernelSource(undefined).path).map(({ name }) => name);
    return missing.length === 0 ? undefined : `${missing.join(', ')} are not installed`;
  } catch (error) {
    return (error as Error).message;
  }
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'lcow-test-kernel-'));
  try {
    const first = await build(join(folder, 'first'));
    const again = await build(join(folder, 'first'));
    if (again.built) problems.push('a second build of the same was not the first');
    const second = await build(join(folder, 'second-in-a-folder-of-another-length'));
    for (const [name, { sha256, sizeBytes }] of Object.entries(first.record.files)) {
      const other = second.record.files[name];
      console.log(`${name}: ${sizeBytes} bytes, sha256 ${sha256} and ${other?.sha256}`);
      if (other?.sha256 !== sha256) problems.push(`${name} differs between two builds`);
    }
    const config = readFileSync(join(first.directory, 'config'), 'utf8');
    const missing = fragments.length === 0 ? missingOptions(config) : [];
    problems.push(...missing.map((option) => `it lacks ${option}`));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  for (const problem of problems) console.error(problem);
  console.log(problems.length === 0 ? 'two builds, bit-identical' : 'FAILED');
  process.exitCode = problems.length === 0 ? 0 : 1;
}

async function build(folder: string): Promise<BuildKernelResult> {
  const began = performance.now();
  const kernel = await buildKernel({
    storeDirectory: join(folder, 'kernel'),
    workDirectory: join(folder, 'work'),
    ...(fragments.length === 0 ? {} : { fragments }),
    onProgress: (files) => {
      if (files % 250 === 0) console.log(`${files} files compiled`);
    },
    log: (line) => {
      console.log(line);
      if (line.includes('without precompiled headers')) problems.push(line);
    },
  });
  console.log(`${((performance.now() - began) / 1000).toFixed(0)} s, ${kernel.record.release}`);
  return kernel;
}
