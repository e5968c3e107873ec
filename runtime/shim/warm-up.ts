/**
 * Has V8 compile what `start` and `delete` run, for the code cache that the build writes: both actions, on a bundle
 * in a folder of its own, with a holder that only says that it serves. Not part of any ordinary run.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseShimArguments } from './arguments.ts';

/** Of the flags that are given, as containerd 1.6 gives them. */
const ID = 'warm-up';

export async function warmUpActions(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'lcow-warm-up-'));
  try {
    const bundle = join(folder, 'bundle');
    mkdirSync(bundle);
    const annotations = { 'io.kubernetes.cri.sandbox-id': ID };
    writeFileSync(join(bundle, 'config.json'), JSON.stringify({ annotations, linux: {} }));
    const holder = join(folder, 'holder');
    writeFileSync(holder, '#!/bin/sh\necho ready\n', { mode: 0o700 });
    const env = {
      LCOW_DATA: join(folder, 'data'),
      LCOW_RUN: join(folder, 'run'),
      LCOW_HOLDER: holder,
    };
    Object.assign(process.env, env);
    // A pool with nothing in it.
    mkdirSync(join(env.LCOW_RUN, 'pool', 'free'), { recursive: true });
    const flags = ['-namespace', 'n', '-address', join(folder, 'a'), '-id', ID, '-bundle', bundle];
    const [{ start }, { deleteContainer }, { encodeDeleteResponse }] = await Promise.all([
      import('./start.ts'),
      import('./delete.ts'),
      import('./delete-response.ts'),
      import('./delete-task.ts'),
    ]);
    await start(parseShimArguments([...flags, 'start']), new Uint8Array(0), env);
    rmSync(join(folder, 'run', 'pod'), { recursive: true });
    encodeDeleteResponse(await deleteContainer(parseShimArguments([...flags, 'delete']), env));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
