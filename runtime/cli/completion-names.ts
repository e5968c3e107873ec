/** Names of what there is on this host, for completion: as the records say, without asking what lives. Never throws. */
import { directories } from '../directories.ts';
import type { Completes } from './command.ts';
import type { Candidate, CompletionNames } from './complete.ts';

const RUNNING = ['running', 'paused', 'restarting'];

/** Only names that a shell takes as one word, and no more than anybody reads. */
const PLAIN = /^[A-Za-z0-9][\w.:/@+-]*$/;
const MOST = 500;

export const completionNames: CompletionNames = async (kind) => {
  try {
    const found = await find(kind);
    return found.filter(({ text }) => PLAIN.test(text)).slice(0, MOST);
  } catch {
    return [];
  }
};

async function find(kind: Completes): Promise<readonly Candidate[]> {
  switch (kind) {
    case 'container':
      return containers(() => true);
    case 'running-container':
      return containers((status) => RUNNING.includes(status));
    case 'stopped-container':
      return containers((status) => !RUNNING.includes(status));
    case 'pod':
      return pods();
    case 'image':
      return images();
    case 'object':
      return [...(await containers(() => true)), ...(await pods()), ...(await images())];
    case 'setting': {
      const { settingsOf } = await import('../configuration/settings.ts');
      return settingsOf(false, '').map(({ name, summary }) => ({ text: name, help: summary }));
    }
    default:
      return [];
  }
}

async function containers(wanted: (status: string) => boolean): Promise<Candidate[]> {
  const { ContainerStore } = await import('../container/container-store.ts');
  return new ContainerStore(directories().data)
    .list()
    .containers.filter(({ state }) => wanted(state.status))
    .map(({ name, record, state }) => ({
      text: name,
      help: `${state.status}, ${record.image.name}`,
    }));
}

async function pods(): Promise<Candidate[]> {
  const { listPodIds } = await import('../supervisor/pod-folder.ts');
  const { isContainerId } = await import('../container/container-name.ts');
  return listPodIds(directories())
    .filter((id) => !isContainerId(id))
    .map((id) => ({ text: id, help: 'pod' }));
}

async function images(): Promise<Candidate[]> {
  const { openImageStore } = await import('../image/image-store.ts');
  const records = await openImageStore(directories().data).list();
  return records.map(({ name }) => ({ text: name, help: 'image' }));
}
