/** `lcow version`: what is installed here, for people and for programs. */
import { findBootFiles } from '../../../linuxkit/manifest.ts';
import { RuntimeError } from '../../errors.ts';
import type { CommandInput } from '../command.ts';
import { LCOW_VERSION } from '../../version.ts';

export async function run({ options }: CommandInput): Promise<number> {
  const format = options.text('format') ?? 'text';
  if (format !== 'text' && format !== 'json') {
    throw new RuntimeError('invalid-argument', 'read --format', `"${format}" is not text or json`);
  }
  const versions = await collect();
  if (format === 'json') process.stdout.write(`${JSON.stringify(versions, null, 2)}\n`);
  else {
    for (const [name, value] of Object.entries(versions)) {
      process.stdout.write(`${name.padEnd(12)}${value ?? 'not found'}\n`);
    }
  }
  return 0;
}

async function collect(): Promise<Record<string, string | null>> {
  const bootFiles = await findBootFiles().catch(() => undefined);
  return {
    version: LCOW_VERSION,
    ociVersion: '1.2.0',
    node: process.version.slice(1),
    platform: `${process.platform}/${process.arch}`,
    vmm: await vmmVersion(),
    kernel: bootFiles?.manifest.kernel.release ?? null,
    agent: bootFiles?.manifest.agent.version ?? null,
  };
}

async function vmmVersion(): Promise<string | null> {
  if (process.platform !== 'linux') return null;
  const { execFile } = await import('node:child_process');
  return new Promise((resolve) => {
    execFile('qemu-system-x86_64', ['--version'], { timeout: 5000 }, (error, stdout) => {
      const version = error ? undefined : /version (\S+)/.exec(stdout)?.[1];
      resolve(version === undefined ? null : `qemu ${version}`);
    });
  });
}
