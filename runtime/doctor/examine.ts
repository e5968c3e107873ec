/** Examines this host: gathers the facts, and puts the checks into a report. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BootFilesError, findBootFiles, packageRoot } from '../../linuxkit/manifest.ts';
import type { Directories } from '../directories.ts';
import { messageOf } from '../errors.ts';
import { type Check, type DoctorReport, reportOf } from './check.ts';
import {
  type BootFilesFact,
  checkAgentVersion,
  checkDisk,
  checkGuestImage,
  checkNode,
} from './common-checks.ts';

/** Everything about this host that matters to lcow. Never throws for what it finds. */
export async function examineHost(directories: Directories): Promise<DoctorReport> {
  const { freeBytes, gatherLinuxFacts } = await import('./linux-facts.ts');
  const [image, free] = await Promise.all([
    lookForBootFiles(directories),
    freeBytes(directories.data),
  ]);
  const shared = [
    checkNode(process.version),
    ...(await guestChecks(image)),
    checkDisk(directories.data, free),
  ];
  switch (process.platform) {
    case 'linux': {
      const { linuxChecks } = await import('./linux-checks.ts');
      const facts = await gatherLinuxFacts(directories);
      const { execution } = facts;
      const accelerator = 'error' in execution ? null : execution.Accelerator;
      return reportOf('linux', accelerator, [...shared, ...linuxChecks(facts)]);
    }
    case 'win32': {
      const { windowsChecks } = await import('./windows-checks.ts');
      return reportOf('win32', 'hyperv', [...shared, ...(await windowsChecks())]);
    }
    default:
      return reportOf(process.platform, null, [...shared, unknownPlatform()]);
  }
}

async function lookForBootFiles(directories: Directories): Promise<BootFilesFact> {
  try {
    return { files: await findBootFiles({ full: true, dataDirectory: directories.data }) };
  } catch (error) {
    const missing = error instanceof BootFilesError && error.code === 'not-found';
    return { error: messageOf(error), missing };
  }
}

async function guestChecks(image: BootFilesFact): Promise<Check[]> {
  const checks = checkGuestImage(image);
  if ('error' in image) return checks;
  const own = await ownAgentVersion();
  return checks.map((check) =>
    check.id === 'agent'
      ? checkAgentVersion(check, image.files.manifest.agent.version, own)
      : check,
  );
}

/** The version of the agent's source in this package; undefined where the package came without. */
async function ownAgentVersion(): Promise<string | undefined> {
  const cargo = join(packageRoot() ?? '.', 'linuxkit', 'agent', 'Cargo.toml');
  const text = await readFile(cargo, 'utf8').catch(() => '');
  return /^version\s*=\s*"([^"]+)"/m.exec(text)?.[1];
}

function unknownPlatform(): Check {
  return {
    id: 'platform',
    title: 'Platform',
    status: 'wrong',
    found: `${process.platform} on ${process.arch}`,
    advice: 'lcow runs on Windows and on Linux',
  };
}
