/** Runs `lcow` in this process, with a host and an environment of its own, and gives back what it wrote. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../../runtime/cli/main.ts';

export interface Captured {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A host with empty folders; nothing of the real one's configuration is seen. */
export class CommandHost implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'lcow-cli-'));
  readonly data = join(this.folder, 'data');
  readonly run = join(this.folder, 'run');
  readonly env: Readonly<Record<string, string>> = {
    LCOW_DATA: this.data,
    LCOW_RUN: this.run,
    XDG_CONFIG_HOME: join(this.folder, 'xdg'),
  };

  async lcow(args: readonly string[], env: Record<string, string> = {}): Promise<Captured> {
    const before = { ...process.env };
    const { stdout, stderr } = process;
    const written = { stdout: '', stderr: '' };
    const out = stdout.write.bind(stdout);
    const err = stderr.write.bind(stderr);
    stdout.write = take('stdout');
    stderr.write = take('stderr');
    for (const name of Object.keys(process.env)) {
      if (name.startsWith('LCOW_')) delete process.env[name];
    }
    Object.assign(process.env, this.env, env);
    try {
      return { code: await main(args), ...written };
    } finally {
      stdout.write = out;
      stderr.write = err;
      for (const name of Object.keys(process.env)) delete process.env[name];
      Object.assign(process.env, before);
    }

    function take(stream: 'stdout' | 'stderr'): typeof stdout.write {
      return ((chunk: string | Uint8Array, ...rest: unknown[]) => {
        written[stream] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
        const done = rest.find((each) => typeof each === 'function') as (() => void) | undefined;
        done?.();
        return true;
      }) as typeof stdout.write;
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
