/** Changing a container's limits and restart policy: in its VM where it runs, in its record for its next start. */
import type { ContainerRecord } from '../container/container-record.ts';
import { writeTextAtomically } from '../container/record-file.ts';
import { RuntimeError } from '../errors.ts';
import type { SupervisorClient } from '../supervisor/supervisor-client.ts';
import { encodeOciDocument, type OciResources, type OciSpec } from '../task/oci-runtime-spec.ts';
import { limits as ociLimits } from '../task/resource-options.ts';
import { type UpdateRequest } from './container-handle.ts';
import { currentContainer, isLive } from './current-state.ts';
import type { Host } from './host.ts';
import { readFile } from 'node:fs/promises';

/** @throws RuntimeError invalid-argument, naming the limit; resource-exhausted for more than its VM has */
export async function updateContainer(
  host: Host,
  id: string,
  request: UpdateRequest,
  connect: () => Promise<SupervisorClient>,
): Promise<void> {
  const { record, state, name } = await currentContainer(host, id);
  const { restart, ...limits } = request;
  if (restart !== undefined && restart.name !== 'no' && record.autoRemove) {
    const what = 'it is removed when it exits, so it is not restarted';
    throw new RuntimeError('invalid-argument', `update container "${name}"`, what);
  }
  const resources = ociLimits(limits);
  checkFits(name, record, limits);
  const live = isLive(state.status);
  if (live) {
    const client = await connect();
    if (Object.keys(resources).length > 0) {
      await client.task.update(id, Buffer.from(JSON.stringify(resources)));
    }
    if (restart !== undefined) await client.keep(id, { restart });
  }
  await updateConfig(host, id, resources);
  if (live) return;
  await host.store.writeState(id, {
    ...state,
    ...(restart === undefined ? {} : { restart }),
    limits: { ...record.limits, ...state.limits, ...recorded(limits) },
  });
  await host.tell('update', name, record);
}

/** What the next start takes. */
async function updateConfig(host: Host, id: string, resources: OciResources): Promise<void> {
  if (Object.keys(resources).length === 0) return;
  const { config } = host.store.paths(id);
  const spec = JSON.parse(await readFile(config, 'utf8')) as OciSpec;
  const { memory, cpu, ...rest } = resources;
  const before = spec.linux.resources ?? {};
  const changed: OciSpec = {
    ...spec,
    linux: {
      ...spec.linux,
      resources: {
        ...before,
        ...rest,
        ...(memory === undefined ? {} : { memory: { ...before.memory, ...memory } }),
        ...(cpu === undefined ? {} : { cpu: { ...before.cpu, ...cpu } }),
      },
    },
  };
  await writeTextAtomically(config, encodeOciDocument(changed).toString());
}

/** A VM of its own was made after its first limits: it has no more than that. */
function checkFits(name: string, { vm }: ContainerRecord, limits: UpdateRequest): void {
  const op = `update container "${name}"`;
  const { memoryBytes, cpus } = limits;
  const memoryMiB = vm?.memoryMiB;
  if (memoryBytes !== undefined && memoryMiB !== undefined && memoryBytes > memoryMiB * 2 ** 20) {
    const what = `${memoryBytes} bytes are more than its VM has (${memoryMiB} MiB)`;
    throw new RuntimeError('resource-exhausted', op, what);
  }
  const count = vm?.processorCount;
  if (cpus !== undefined && count !== undefined && cpus > count) {
    const what = `${cpus} processors are more than its VM has (${count})`;
    throw new RuntimeError('resource-exhausted', op, what);
  }
}

function recorded({ memoryBytes, cpus, pidsLimit }: UpdateRequest): ContainerRecord['limits'] {
  return {
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
    ...(cpus === undefined ? {} : { cpus }),
    ...(pidsLimit === undefined || pidsLimit < 0 ? {} : { pids: pidsLimit }),
  };
}
