/** Finds out what linux-checks.ts judges. Changes nothing on the host, and waits for no program without end. */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, open, statfs } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { ExecutionProperties } from '../../hcs/document/properties.ts';
import type { Directories } from '../directories.ts';
import { messageOf } from '../errors.ts';
import { openHostService } from '../host-service.ts';
import { builtVsockBackend } from '../vsock-backend.ts';
import { type LinuxFacts, NEEDED_TOOLS, type ProgramFact } from './linux-checks.ts';

const run = promisify(execFile);
/** A QEMU that lists its devices takes 50 ms; one that hangs is given up. */
const PROGRAM_DEADLINE_MS = 10_000;

export async function gatherLinuxFacts(directories: Directories): Promise<LinuxFacts> {
  const qemuPath = await find('qemu-system-x86_64');
  const [qemu, qemuDevices, execution, missingTools, vhostDeviceVsock, ...writable] =
    await Promise.all([
      qemuPath === undefined ? undefined : describeProgram(qemuPath),
      qemuPath === undefined ? new Set<string>() : devicesOf(qemuPath),
      askService(directories),
      missingOf(NEEDED_TOOLS),
      builtVsockBackend() ?? find('vhost-device-vsock'),
      checkWritable(directories.run),
      checkWritable(directories.data),
    ]);
  return {
    uid: process.geteuid?.() ?? -1,
    qemu,
    qemuDevices,
    execution,
    kvmDevice: await openable('/dev/kvm'),
    cgroup: await cgroupVersion(),
    missingTools,
    vhostVsock: (await openable('/dev/vhost-vsock')) === 'open',
    vhostDeviceVsock,
    directories: writable,
  };
}

/** Free bytes of the file system that holds `path` or would hold it; undefined where that cannot be told. */
export async function freeBytes(path: string): Promise<number | undefined> {
  for (let folder = path; ; folder = dirname(folder)) {
    try {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    } catch {
      if (folder === dirname(folder)) return undefined;
    }
  }
}

async function askService(
  directories: Directories,
): Promise<ExecutionProperties | { error: string }> {
  try {
    await using service = await openHostService(directories);
    return (await service.properties()).Execution;
  } catch (error) {
    return { error: messageOf(error) };
  }
}

async function find(program: string): Promise<string | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, program);
    if (folder !== '' && (await canAccess(path, constants.X_OK))) return path;
  }
  return undefined;
}

async function missingOf(programs: readonly string[]): Promise<string[]> {
  const found = await Promise.all(programs.map(find));
  return programs.filter((_, index) => found[index] === undefined);
}

async function describeProgram(path: string): Promise<ProgramFact> {
  const version = await run(path, ['--version'], { timeout: PROGRAM_DEADLINE_MS }).then(
    ({ stdout }) => stdout.split('\n')[0] ?? '',
    (error: unknown) => messageOf(error),
  );
  return { path, version };
}

async function devicesOf(qemu: string): Promise<Set<string>> {
  const args = ['-machine', 'none', '-device', 'help'];
  const listing = await run(qemu, args, { timeout: PROGRAM_DEADLINE_MS }).catch(() => ({
    stdout: '',
  }));
  return new Set([...listing.stdout.matchAll(/^name "([^"]+)"/gm)].map((match) => match[1] ?? ''));
}

/** Looks at the nearest folder that exists: making the rest is what the runtime does when it needs it. */
async function checkWritable(path: string): Promise<{ path: string; problem: string | undefined }> {
  for (let folder = path; ; folder = dirname(folder)) {
    try {
      await access(folder, constants.W_OK | constants.X_OK);
      return { path, problem: undefined };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' || folder === dirname(folder)) {
        return { path, problem: `${folder} cannot be written (${code})` };
      }
    }
  }
}

async function openable(path: string): Promise<'absent' | 'denied' | 'open'> {
  try {
    await (await open(path, 'r+')).close();
    return 'open';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EACCES' || code === 'EPERM' ? 'denied' : 'absent';
  }
}

async function cgroupVersion(): Promise<LinuxFacts['cgroup']> {
  if (await canAccess('/sys/fs/cgroup/cgroup.controllers', constants.R_OK)) return 'v2';
  return (await canAccess('/sys/fs/cgroup/memory', constants.R_OK)) ? 'v1' : 'none';
}

function canAccess(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}
