/** Checks of what every host needs: Node and the guest image. Pure: from facts to checks. */
import type { BootFiles } from '../../linuxkit/manifest.ts';
import type { Check } from './check.ts';

/** The oldest Node that works, as package.json's `engines` says. */
const OLDEST_NODE: readonly [number, number] = [20, 19];

/** @param version as process.version: "v20.19.0" */
export function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const good = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  return {
    id: 'node',
    title: 'Node',
    status: good ? 'ok' : 'wrong',
    found: version,
    advice: good ? '' : `install Node ${OLDEST_NODE.join('.')} or newer`,
  };
}

/** What looking for the boot files gave. */
export type BootFilesFact = { files: BootFiles } | { error: string; missing: boolean };

/** Kernel and agent, both told by the manifest of the guest image. */
export function checkGuestImage(fact: BootFilesFact): Check[] {
  if ('error' in fact) {
    return [
      {
        id: 'boot-files',
        title: 'Guest image',
        status: fact.missing ? 'missing' : 'wrong',
        found: fact.error,
        advice:
          'run `npm run setup` in the checkout, or set LCOW_BOOT_FILES to a folder that has it',
      },
      { id: 'agent', title: 'Agent', status: 'skipped', found: 'no guest image', advice: '' },
    ];
  }
  const { directory, manifest } = fact.files;
  const { kernel, agent } = manifest;
  return [
    {
      id: 'boot-files',
      title: 'Guest image',
      status: 'ok',
      found: `Linux ${kernel.release} (${kernel.packageVersion}), boots ${kernel.boot}, in ${directory}, digests right`,
      advice: '',
    },
    {
      id: 'agent',
      title: 'Agent',
      status: 'ok',
      found: `${agent.version}, sha256 ${agent.sha256.slice(0, 12)}`,
      advice: '',
    },
  ];
}

/** Compares the agent in the image with the one that this package is of. */
export function checkAgentVersion(agent: Check, inImage: string, own: string | undefined): Check {
  if (own === undefined || own === inImage) return agent;
  return {
    ...agent,
    status: 'warning',
    found: `${inImage} in the guest image, this lcow is ${own}`,
    advice: 'run `npm run setup`, which builds the image again',
  };
}

/** Free bytes under the data directory, and the least that makes sense. */
export function checkDisk(path: string, freeBytes: number | undefined): Check {
  const common = { id: 'disk', title: 'Free disk' };
  if (freeBytes === undefined) {
    return { ...common, status: 'skipped', found: `cannot tell for ${path}`, advice: '' };
  }
  const gib = freeBytes / 1024 ** 3;
  const enough = gib >= 2;
  return {
    ...common,
    status: enough ? 'ok' : 'warning',
    found: `${gib.toFixed(1)} GiB under ${path}`,
    advice: enough ? '' : 'make room, or set LCOW_DATA to a folder with 2 GiB or more',
  };
}
