/**
 * Whether KVM runs guests here. `/dev/kvm` existing proves nothing: on some nested hosts a stock kernel
 * hangs on it. So a few instructions are booted, the ones that such hosts fail at, under a deadline.
 */
import { spawn } from 'node:child_process';
import { access, constants, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A probe's outcome. */
export interface KvmProbe {
  works: boolean;
  /** For people. */
  reason: string;
}

/** KVM needs 100 ms for it, emulation 250 ms; a host that hangs must not hold the first start up for long. */
const DEADLINE_MS = 3_000;
/** The payload writes 0x2a to QEMU's exit device, which makes it end with 2 * 0x2a + 1. */
const EXIT_CODE_OK = 85;

/** kvm-probe.S, assembled: long mode, cmpxchg16b, xsave and xrstor, an int3 that is handled. */
const PAYLOAD = Buffer.from(
  'ArCtGwAAAQD+T1HkAAAQAAAAEAAAAAAAAIAQACAAEAD6vwAgEAAxwLkADAAA/POrxwUAIBAAAzAQAMcFADAQAANAEA' +
    'C/AEAQALiDAAAAuQACAACJBwUAACAAg8cI4vS4ACAQAA8i2A8g4A0gBgAADyLguYAAAMAPMg0AAQAADzAPIMCD4PsN' +
    'AwAAgA8iwA8BFZgBEADqnAAQAAgAuBAAAACO2I7AjtBIx8QAgBAASI0FuwAAAL8wUBAAZokHZsdHAggAZsdHBACOSM' +
    'HoEGaJRwZIwegQiUcIx0cMAAAAAA8BHbgAAAC/AGAQAEjHBwAAAABIx0cIAAAAADHAMdK7AQAAALkCAAAA8EgPxw91' +
    'VEiDfwgCdU24AQAAAA+iD7rhGnMxDyDgSA0AAAQADyLgMcm4AwAAADHSDwHRvwBwEAC4AwAAADHSD64nuAMAAAAx0g' +
    '+uLzH2zIP+KnUHuCoAAADrBbgBAAAAZrr0AO706/2+KgAAAEjPZg8fhAAAAAAAAAAAAAAAAAAAAAAAAJogAAAAAAAA' +
    'kgAAFwCAARAA/wAAUBAAAAAAAA==',
  'base64',
);

/** @param qemu the binary to probe with */
export async function probeKvm(qemu: string): Promise<KvmProbe> {
  try {
    await access('/dev/kvm', constants.R_OK | constants.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const what = code === 'ENOENT' ? 'there is no /dev/kvm' : `/dev/kvm cannot be opened (${code})`;
    return { works: false, reason: `${what}: guests are emulated` };
  }
  const startMs = performance.now();
  const failure = await runProbe(qemu, ['-accel', 'kvm', '-cpu', 'host']);
  const tookMs = Math.round(performance.now() - startMs);
  if (failure === undefined) return { works: true, reason: `a probe ran on KVM in ${tookMs} ms` };
  return {
    works: false,
    reason: `/dev/kvm does not run guests here (${failure}): they are emulated`,
  };
}

/** Boots the payload. Returns what went wrong, undefined when nothing did. */
export async function runProbe(
  qemu: string,
  accelerator: readonly string[],
): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'lcow-probe-'));
  try {
    const kernel = join(folder, 'payload');
    await writeFile(kernel, PAYLOAD);
    return await boot(qemu, [...MACHINE, ...accelerator, '-kernel', kernel]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const MACHINE = [
  ...['-machine', 'q35', '-m', '32', '-nodefaults', '-no-user-config', '-display', 'none'],
  ...['-no-reboot', '-device', 'isa-debug-exit,iobase=0xf4,iosize=1'],
];

function boot(qemu: string, args: string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(qemu, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' },
      detached: true,
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(0, 500);
    });
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, DEADLINE_MS);
    const end = (failure: string | undefined): void => {
      clearTimeout(timer);
      resolve(failure);
    };
    child.once('error', (error) => end(error.message));
    child.once('close', (code, signal) => {
      const said = stderr.split('\n', 1)[0]?.replace(/^\S+: /, '') ?? '';
      if (code === EXIT_CODE_OK) end(undefined);
      else if (late) end(`the probe hung for ${DEADLINE_MS} ms`);
      else end(said || `the probe ended with ${signal ?? code}`);
    });
  });
}
