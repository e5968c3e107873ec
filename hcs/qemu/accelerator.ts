/**
 * What runs guests on this host: QEMU's version, and KVM where a probe shows that it works, else emulation.
 * Found out once and kept in the run directory, for this boot of the host and this QEMU binary.
 */
import { statSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { probeKvm } from './kvm-probe.ts';
import { qemuVersion } from './qemu-version.ts';
import { hostBootId } from './record.ts';

/** What was found, and why, for people. */
export interface HostExecution {
  accelerator: 'kvm' | 'tcg';
  reason: string;
  qemuVersion: string;
}

/** The file in the run directory; no system's id can begin with a dot. */
const CACHE_FILE = '.execution.json';

/**
 * @param options.wanted what the service was opened with
 * @throws Error when the binary does not tell its version
 */
export async function describeExecution(options: {
  wanted: 'kvm' | 'tcg' | 'auto';
  qemu: string;
  runDirectory: string;
}): Promise<HostExecution> {
  const { wanted, qemu, runDirectory } = options;
  const { mtimeMs, size, ino } = statSync(qemu);
  const key = [hostBootId(), qemu, mtimeMs, size, ino, wanted].join(' ');
  const path = join(runDirectory, CACHE_FILE);
  const cached = await readCache(path, key);
  if (cached !== undefined) return cached;
  const found = await findOut(wanted, qemu);
  await mkdir(runDirectory, { recursive: true, mode: 0o700 });
  const next = `${path}.${process.pid}`;
  await writeFile(next, JSON.stringify({ key, found }), { mode: 0o600 });
  await rename(next, path);
  return found;
}

async function findOut(wanted: 'kvm' | 'tcg' | 'auto', qemu: string): Promise<HostExecution> {
  const version = await qemuVersion(qemu);
  if (wanted !== 'auto') {
    return { accelerator: wanted, reason: 'as configured', qemuVersion: version };
  }
  const probe = await probeKvm(qemu);
  return {
    accelerator: probe.works ? 'kvm' : 'tcg',
    reason: probe.reason,
    qemuVersion: version,
  };
}

async function readCache(path: string, key: string): Promise<HostExecution | undefined> {
  try {
    const cached = JSON.parse(await readFile(path, 'utf8')) as {
      key: string;
      found: HostExecution;
    };
    const { accelerator } = cached.found;
    if (cached.key !== key || (accelerator !== 'kvm' && accelerator !== 'tcg')) return undefined;
    return cached.found;
  } catch {
    return undefined;
  }
}
