/** Compiles the stand-ins for computecore.dll and ws2_32.dll, where that was not done for these sources yet. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LibraryPaths } from '../../hcs/windows/compute-core.ts';
import { repositoryRoot } from '../harness/repository-root.ts';

const run = promisify(execFile);
/** nodelete: threads of the library run until the process ends, when koffi has let go of it. */
const FLAGS = [
  '-std=gnu11',
  '-O1',
  '-g',
  '-Wall',
  '-Wextra',
  '-fPIC',
  '-shared',
  '-Wl,-z,nodelete',
];
/** The source of ws2_32; all others are computecore's. */
const SOCKETS = 'hv-socket.c';

/** Paths of the libraries, as LibraryPaths wants them. @throws Error where there is no C compiler */
export async function buildStandIn(): Promise<Required<LibraryPaths>> {
  const folder = join(repositoryRoot(), 'test', 'stand-in');
  const sources = readdirSync(folder).filter((name) => /\.[ch]$/.test(name));
  const hash = createHash('sha256').update(FLAGS.join(' '));
  for (const name of sources) hash.update(name).update(readFileSync(join(folder, name)));
  const out = join(repositoryRoot(), 'build', 'stand-in', hash.digest('hex').slice(0, 16));
  const library = (name: string): string => join(out, `${name}.so`);
  if (!existsSync(out)) {
    const draft = `${out}.${process.pid}`;
    await mkdir(draft, { recursive: true });
    const core = sources.filter((name) => name.endsWith('.c') && name !== SOCKETS);
    await Promise.all([
      compile(folder, core, join(draft, 'computecore.so')),
      compile(folder, [SOCKETS], join(draft, 'ws2_32.so')),
    ]);
    // Another process may have been faster; either is good.
    await rename(draft, out).catch(() => rm(draft, { recursive: true, force: true }));
  }
  const computecore = library('computecore');
  return { computecore, kernel32: computecore, ws2_32: library('ws2_32') };
}

async function compile(folder: string, sources: string[], out: string): Promise<void> {
  const files = sources.map((name) => join(folder, name));
  await run('gcc', [...FLAGS, '-fvisibility=hidden', '-o', out, ...files, '-lpthread']);
}
