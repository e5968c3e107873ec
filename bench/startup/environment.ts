/** The fingerprint of where a run took place: what must be alike for two runs to be compared, and what tells why they differ. */
import { execFile } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, version } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { type BootFiles, digestOf, packageRoot } from '../../linuxkit/manifest.ts';
import type { ExecutionProperties } from '../../hcs/document/properties.ts';
import { messageOf } from '../../runtime/errors.ts';
import { LCOW_VERSION } from '../../runtime/version.ts';
import type { Peers } from './peers.ts';
import type { Environment } from './result.ts';

const MIB = 2 ** 20;
const GIT_DEADLINE_MS = 10_000;

export interface EnvironmentFacts {
  readonly execution: ExecutionProperties;
  readonly bootFiles: BootFiles;
  readonly peers: Peers;
  readonly loadAtStart: number;
  readonly env?: NodeJS.ProcessEnv;
}

/** All but the load at the end, which is known then. */
export async function describeEnvironment({
  execution,
  bootFiles,
  peers,
  loadAtStart,
  env = process.env,
}: EnvironmentFacts): Promise<Omit<Environment, 'loadAtEnd'>> {
  const { manifest } = bootFiles;
  const unknown = 'unknown: the manifest does not say';
  return {
    os: operatingSystem(),
    osBuild: `${release()} ${version()}`.slice(0, 500),
    cpu: cpus()[0]?.model.trim() || 'unknown',
    cpus: cpus().length,
    memoryMiB: Math.round(totalmem() / MIB),
    accelerator: execution.Accelerator,
    acceleratorReason: execution.Reason || 'not told',
    hypervisor: hypervisor(),
    vmm: `${execution.VmmName} ${execution.VmmVersion}`,
    qemuSha256: await qemuDigest(env),
    kernelRelease: manifest.kernel.release,
    kernelSha256: manifest.files[manifest.kernel.boot]?.sha256 ?? unknown,
    initrdSha256: manifest.files['initrd.img']?.sha256 ?? unknown,
    agentSha256: manifest.agent.sha256 ?? unknown,
    lcow: `${LCOW_VERSION}${await commit()}`,
    node: process.versions.node,
    loadAtStart,
    peers: Object.fromEntries(Object.entries(peers).map(([name, peer]) => [name, peer.version])),
  };
}

/** Processes that ran or wanted to, on average over the last minute. 0 where the system does not count them. */
export function loadNow(): number {
  return Math.round((loadavg()[0] ?? 0) * 100) / 100;
}

function operatingSystem(): string {
  if (process.platform === 'win32') return version();
  return /^PRETTY_NAME="?(.*?)"?$/m.exec(read('/etc/os-release'))?.[1] ?? process.platform;
}

/** By the processor's flag, and the firmware's word on whose machine it is. */
function hypervisor(): string {
  if (process.platform !== 'linux') return 'unknown: it is told on Linux alone';
  if (!/^flags\s*:.*\bhypervisor\b/m.test(read('/proc/cpuinfo'))) return 'none';
  const words = ['sys_vendor', 'product_name'].map((name) => read(`/sys/class/dmi/id/${name}`));
  const told = words.map((text) => text.trim()).filter((text) => text !== '');
  const type = read('/sys/hypervisor/type').trim();
  return [...told, type].filter((text) => text !== '').join(' ') || 'one that has no name';
}

async function qemuDigest(env: NodeJS.ProcessEnv): Promise<string> {
  if (process.platform !== 'linux') return 'unknown: the VMM is part of the system';
  const given = env['LCOW_QEMU'];
  const folders = (env['PATH'] ?? '').split(delimiter);
  const path = given || folders.map((each) => join(each, 'qemu-system-x86_64')).find(isProgram);
  if (path === undefined) return 'unknown: no qemu-system-x86_64 in PATH';
  return digestOf(path).catch((error: unknown) => `unknown: ${messageOf(error)}`);
}

/** " (1234567890ab)", with a plus where files were changed since; empty outside of a checkout. */
async function commit(): Promise<string> {
  const cwd = packageRoot();
  if (cwd === undefined) return '';
  const git = async (...args: string[]): Promise<string> => {
    const run = promisify(execFile);
    return (await run('git', args, { cwd, timeout: GIT_DEADLINE_MS })).stdout.trim();
  };
  try {
    const head = await git('rev-parse', '--short=12', 'HEAD');
    const changed = await git('status', '--porcelain', '--untracked-files=no');
    return ` (${head}${changed === '' ? '' : '+'})`;
  } catch {
    return '';
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
